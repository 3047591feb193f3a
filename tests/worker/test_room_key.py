"""What the interpreter of an encrypted room holds, says of it, and sends."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from types import SimpleNamespace
from typing import Any, cast

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from livekit import rtc

from protocol.room_key import Access, key_check, sealed_for
from tests.fakes.room import FakeRoom
from worker import roster
from worker.encryption import (
    MEETING_OTHER_KEY,
    SPEAKER_OTHER_KEY,
    Earshot,
    Encryption,
    Reach,
    encryption_of,
)
from worker.room_key import RoomKey, encryption_options
from worker.signing import CaptionKey
from worker.text_streams import RoomPost

KEY, OTHER = "A" * 42 + "E", "B" * 42 + "E"
GCM, CLEAR = rtc.EncryptionType.GCM, rtc.EncryptionType.NONE


class Bench:
    """The key of a room that is none."""

    def __init__(self, *, encrypted: bool = True) -> None:
        self.used: list[bytes] = []
        provider = SimpleNamespace(set_shared_key=lambda key, index: self.used.append(key))
        self.room = SimpleNamespace(
            name="hall",
            local_participant=SimpleNamespace(identity="agent-1"),
            e2ee_manager=SimpleNamespace(key_provider=provider),
        )
        self.signs = CaptionKey()
        self.key = RoomKey(cast(rtc.Room, self.room), self.signs, encrypted=encrypted)

    def states(self) -> Access:
        """What it says of itself, once its signature is found good."""
        told = json.loads(self.key.attribute())
        public, _, signature = told.pop("signature").partition(".")
        assert public == self.signs.public
        access = Access(**told)
        Ed25519PublicKey.from_public_bytes(urlsafe_b64decode(public + "=")).verify(
            urlsafe_b64decode(signature + "=="), access.statement(room="hall", identity="agent-1")
        )
        return access

    def hand(self, key: str, to: str = "agent-1") -> None:
        """As an organiser's page does it."""
        self.key.take(sealed_for(self.states().sealing, key, room="hall", identity=to))


def test_an_interpreter_hears_nothing_until_it_is_handed_the_key() -> None:
    """It says so, signed, before and after; another key takes the place of the first."""
    bench = Bench()
    before = bench.states()
    assert (bench.key.earshot, before.check, before.number) == (Earshot.NOTHING, "", 0)
    bench.hand(KEY)
    assert (bench.key.earshot, bench.used) == (Earshot.SEALED, [KEY.encode()])
    assert bench.states() == Access(before.sealing, key_check(KEY, room="hall"), 1)
    bench.hand(OTHER)
    assert bench.used[1:] == [OTHER.encode()]
    assert bench.states() == Access(before.sealing, key_check(OTHER, room="hall"), 2)


def test_a_key_that_is_forgotten_is_gone() -> None:
    """In LiveKit's library one that nobody has takes its place."""
    bench = Bench()
    bench.key.forget()
    assert bench.used == []
    bench.hand(KEY)
    bench.key.forget()
    assert (bench.key.earshot, bench.states().check, bench.states().number) == (Earshot.NOTHING, "", 2)
    assert len(bench.used) == 2
    assert len(bench.used[1]) == 43
    assert bench.used[1] != KEY.encode()


@pytest.mark.parametrize("sealed", ["", "junk", "A" * 122])
def test_what_is_no_key_changes_nothing(sealed: str) -> None:
    """Damaged, for somebody else, or made up."""
    bench = Bench()
    bench.key.take(sealed)
    bench.hand(KEY, to="agent-2")
    assert (bench.used, bench.states().number) == ([], 0)


def test_a_room_that_is_not_encrypted_needs_no_key() -> None:
    """It states nothing, takes none, and is joined as it always was."""
    bench = Bench(encrypted=False)
    bench.key.take("A" * 122)
    bench.key.forget()
    assert (bench.key.earshot, bench.key.attribute(), bench.used) == (Earshot.OPEN, "", [])
    assert encryption_options(encrypted=False) is None


def test_an_encrypted_room_is_joined_with_a_key_of_nobodys() -> None:
    """Another one each time; a wrong key makes nobody derive further ones from it for each frame."""
    first, second = encryption_options(encrypted=True), encryption_options(encrypted=True)
    assert first is not None
    assert second is not None
    keys = {options.key_provider_options.shared_key for options in (first, second)}
    assert len(keys) == 2
    assert first.key_provider_options.ratchet_window_size == 0
    assert first.key_provider_options.failure_tolerance > 0


def test_whom_the_key_does_not_decipher_is_known() -> None:
    """Until it does; not the interpreter itself, and forgotten with another key."""
    bench = Bench()
    bench.hand(KEY)
    anna = cast(rtc.Participant, SimpleNamespace(identity="anna"))
    own = cast(rtc.Participant, bench.room.local_participant)
    for who in (None, own, anna):
        bench.key.deciphers(who, rtc.EncryptionState.DECRYPTION_FAILED)
    assert bench.key.reach == Reach(Earshot.SEALED, frozenset({"anna"}))
    bench.key.deciphers(anna, rtc.EncryptionState.OK)
    assert bench.key.reach == Reach(Earshot.SEALED)
    bench.key.try_again()
    bench.key.deciphers(anna, rtc.EncryptionState.MISSING_KEY)
    bench.key.try_again()
    assert bench.used == [KEY.encode(), KEY.encode()]
    bench.hand(OTHER)
    assert bench.key.reach == Reach(Earshot.SEALED)


@pytest.mark.parametrize(
    ("earshot", "heard"),
    [
        (Earshot.OPEN, {"carl": "TR_2"}),
        (Earshot.NOTHING, {}),
        (Earshot.SEALED, {"anna": "TR_1", "carl": "TR_2"}),
    ],
)
def test_who_is_listened_to(earshot: Earshot, heard: dict[str, str]) -> None:
    """In an encrypted room nobody at all without the key, not even who is in the clear."""
    room = _room(anna=("TR_1", GCM), carl=("TR_2", CLEAR))
    found = roster.microphones(room, Reach(earshot))
    assert {who: publication.sid for who, publication in found.items()} == heard


def test_another_key_is_told_apart_from_none() -> None:
    """Of some in the room, and of all."""
    room = _room(anna=("TR_1", GCM), carl=("TR_2", GCM))
    reach = Reach(Earshot.SEALED, frozenset({"anna"}))
    some = roster.encryption(room, reach)
    assert some == Encryption(("anna",), everybody=False, other_key=True)
    assert some.said(str.title) == f"Anna: {SPEAKER_OTHER_KEY}"
    whole = encryption_of({"anna": True}, other_key=True)
    assert whole.said(str.title) == MEETING_OTHER_KEY
    assert roster.encryption(room, Reach(Earshot.SEALED)) == Encryption()


def _room(**microphones: tuple[str, Any]) -> rtc.Room:
    people = {
        who: SimpleNamespace(
            identity=who,
            kind=rtc.ParticipantKind.PARTICIPANT_KIND_STANDARD,
            joined_at=None,
            track_publications={
                sid: SimpleNamespace(
                    sid=sid,
                    kind=rtc.TrackKind.KIND_AUDIO,
                    source=rtc.TrackSource.SOURCE_MICROPHONE,
                    muted=False,
                    encryption_type=encryption,
                )
            },
        )
        for who, (sid, encryption) in microphones.items()
    }
    return cast(rtc.Room, SimpleNamespace(remote_participants=people))


@pytest.mark.parametrize(
    ("earshot", "texts", "packets", "legacy"),
    [(Earshot.OPEN, 2, 1, 1), (Earshot.NOTHING, 0, 0, 0), (Earshot.SEALED, 2, 1, 0)],
)
async def test_nothing_is_sent_that_others_could_not_read_or_strangers_could(
    earshot: Earshot, texts: int, packets: int, legacy: int
) -> None:
    """Legacy packets are never encrypted by LiveKit: only rooms in the clear get them."""
    room = FakeRoom()
    sent: list[object] = []
    local = cast(Any, room.local_participant)

    async def publish_transcription(transcription: object) -> None:
        sent.append(transcription)

    local.publish_transcription = publish_transcription
    post = RoomPost(cast(rtc.Room, room), lambda: earshot)
    everybody = frozenset({"anna"})
    await post.stream("hi", topic="t", to=everybody, attributes={}, sender="bea")
    await post.text("hi", topic="t", to=everybody)
    await post.packet(b"hi", topic="t", to=everybody)
    await post.legacy(cast(rtc.Transcription, object()))
    assert (len(local.texts), len(local.packets), len(sent)) == (texts, packets, legacy)
