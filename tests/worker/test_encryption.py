"""What is encrypted end to end, and what is said of it."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from livekit import rtc

from pipeline.events import Trouble
from protocol.reports import ReportCode
from worker import roster
from worker.encryption import (
    MEETING_ENCRYPTED,
    SPEAKER_ENCRYPTED,
    Encryption,
    EncryptionWatch,
    encryption_of,
)

NONE, GCM, CUSTOM = rtc.EncryptionType.NONE, rtc.EncryptionType.GCM, rtc.EncryptionType.CUSTOM
MICROPHONE, SCREEN = rtc.TrackSource.SOURCE_MICROPHONE, rtc.TrackSource.SOURCE_SCREENSHARE_AUDIO


@pytest.mark.parametrize(
    ("speakers", "expected", "said"),
    [
        ({}, Encryption(), ""),
        ({"anna": False}, Encryption(), ""),
        ({"anna": True}, Encryption(("anna",), True), MEETING_ENCRYPTED),
        ({"anna": True, "ben": True}, Encryption(("anna", "ben"), True), MEETING_ENCRYPTED),
        ({"ben": True, "bea": False}, Encryption(("ben",)), f"BEN: {SPEAKER_ENCRYPTED}"),
    ],
)
def test_what_of_a_room_is_encrypted(speakers: dict[str, bool], expected: Encryption, said: str) -> None:
    """The meeting, where nobody can be heard, else those who cannot."""
    assert encryption_of(speakers) == expected
    assert expected.said(str.upper) == said


def test_not_everybody_of_a_crowd_is_named() -> None:
    """The words stay short enough for an attribute."""
    crowd = encryption_of({f"guest{number}": number > 0 for number in range(100)})

    assert crowd.said(str).endswith(f"guest30, …: {SPEAKER_ENCRYPTED}")


def test_it_is_told_once_and_again_when_it_changes() -> None:
    """For the meeting as a whole once, in a mixed one once for each speaker."""
    told: list[Trouble] = []
    watch = EncryptionWatch(told.append)
    whole, mixed = Encryption(("anna",), True), Encryption(("anna",))
    for now in (Encryption(), whole, whole, Encryption(("anna", "ben"), True)):
        watch.look(now)
    assert told == [Trouble("", "hear", "", MEETING_ENCRYPTED, ReportCode.ENCRYPTED)]
    told.clear()
    for now in (mixed, mixed, Encryption(("anna", "ben"))):
        watch.look(now)
    assert told == [
        Trouble(who, "hear", "", SPEAKER_ENCRYPTED, ReportCode.ENCRYPTED) for who in ("anna", "ben")
    ]
    told.clear()
    for now in (Encryption(), whole):
        watch.look(now)
    assert told == [Trouble("", "hear", "", MEETING_ENCRYPTED, ReportCode.ENCRYPTED)]


def track(
    sid: str, encryption: int = NONE, source: int = MICROPHONE, *, muted: bool = False
) -> SimpleNamespace:
    """A publication of sound."""
    return SimpleNamespace(
        sid=sid, kind=rtc.TrackKind.KIND_AUDIO, source=source, muted=muted, encryption_type=encryption
    )


def room_of(**tracks: list[SimpleNamespace]) -> rtc.Room:
    """A room of people with these publications."""
    people = {
        who: SimpleNamespace(
            identity=who,
            kind=rtc.ParticipantKind.PARTICIPANT_KIND_STANDARD,
            joined_at=None,
            attributes={"language": "en"},
            permissions=SimpleNamespace(can_publish=True),
            track_publications={publication.sid: publication for publication in publications},
        )
        for who, publications in tracks.items()
    }
    return SimpleNamespace(remote_participants=people)  # type: ignore[return-value]  # all of a room that is used


def test_encrypted_tracks_are_no_microphones() -> None:
    """Nobody listens to them, whatever kind of encryption, muted or not; what is in the clear is heard instead."""
    room = room_of(
        anna=[track("TR_1", GCM)],
        ben=[track("TR_2", CUSTOM, muted=True)],
        carl=[track("TR_3")],
        dora=[track("TR_4", muted=True), track("TR_5", GCM)],
        emil=[track("TR_6", GCM, SCREEN)],
        fay=[],
    )

    assert {who: found.sid for who, found in roster.microphones(room).items()} == {
        "carl": "TR_3",
        "dora": "TR_4",
    }
    assert roster.encryption(room) == Encryption(("anna", "ben"))
    people = roster.people(room, offered=("en", "es"), room_language="en", recognised=(), by_chat={})
    assert {who for who, person in people.items() if person.encrypted} == {"anna", "ben"}


def test_a_meeting_without_a_track_in_the_clear_is_encrypted() -> None:
    """Those who have nothing to speak into do not count."""
    assert roster.encryption(room_of(anna=[track("TR_1", GCM)], bea=[])) == Encryption(("anna",), True)
    assert roster.encryption(room_of(bea=[])) == Encryption()
