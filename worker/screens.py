"""The sound of shared screens: a speaker of its own beside whoever shares it, where they want it interpreted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from livekit import rtc

from protocol.attributes import CAPTIONS, LISTEN, SCREEN, SPEAK
from protocol.language import is_code
from protocol.screens import screen_of
from worker.encryption import IN_THE_CLEAR, Reach
from worker.listeners import AUTO, OFF, Person, read_person


def screens(
    participants: Iterable[rtc.RemoteParticipant],
    *,
    offered: Sequence[str],
    room_language: str,
    recognised: Sequence[str],
    reach: Reach = IN_THE_CLEAR,
) -> tuple[dict[str, Person], dict[str, rtc.RemoteTrackPublication]]:
    """Those who speak from shared screens and what they speak into, by the identities of the screens.

    They hear and read nothing. Sound that cannot be heard is none: without a key, what is encrypted is noise.
    """
    people: dict[str, Person] = {}
    tracks: dict[str, rtc.RemoteTrackPublication] = {}
    for participant in participants:
        speak, track = _wanted(participant.attributes), _sound(participant, reach)
        if speak is None or track is None or not participant.permissions.can_publish:
            continue
        identity = screen_of(participant.identity)
        tracks[identity] = track
        people[identity] = read_person(
            identity,
            {SPEAK: speak, LISTEN: OFF, CAPTIONS: ""},
            offered=offered,
            room_language=room_language,
            recognised=recognised,
        )
    return people, tracks


def _wanted(attributes: Mapping[str, str]) -> str | None:
    """What is spoken there, or "auto"; None where it is not to be interpreted."""
    wanted = attributes.get(SCREEN, "").strip()
    return wanted if wanted.casefold() == AUTO or (wanted.casefold() != OFF and is_code(wanted)) else None


def _sound(participant: rtc.RemoteParticipant, reach: Reach) -> rtc.RemoteTrackPublication | None:
    found = [
        publication
        for publication in participant.track_publications.values()
        if publication.kind == rtc.TrackKind.KIND_AUDIO
        and publication.source == rtc.TrackSource.SOURCE_SCREENSHARE_AUDIO
        and reach.hears(encrypted=publication.encryption_type != rtc.EncryptionType.NONE)
    ]
    return found[-1] if found else None
