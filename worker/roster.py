"""Who is in a LiveKit room and what they speak into, read afresh whenever something has changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from livekit import rtc

from worker.encryption import IN_THE_CLEAR, Earshot, Encryption, Reach, encryption_of
from worker.listeners import Person, read_person

HUMAN_KINDS = frozenset(
    {
        rtc.ParticipantKind.PARTICIPANT_KIND_STANDARD,
        rtc.ParticipantKind.PARTICIPANT_KIND_SIP,
        rtc.ParticipantKind.PARTICIPANT_KIND_INGRESS,
        rtc.ParticipantKind.PARTICIPANT_KIND_CONNECTOR,
    }
)
"""Who speaks and listens. Agents and recorders do neither: an interpreter must never interpret another one."""

_LONG_AGO = datetime.min.replace(tzinfo=UTC)

_SOURCES = (rtc.TrackSource.SOURCE_MICROPHONE, rtc.TrackSource.SOURCE_UNKNOWN)
"""What is listened to, the best first; sound of a shared screen is not speech to the room."""


def humans(room: rtc.Room) -> list[rtc.RemoteParticipant]:
    """Those who may speak and listen, in the order in which they came."""
    found = [person for person in room.remote_participants.values() if person.kind in HUMAN_KINDS]
    return sorted(found, key=lambda person: (person.joined_at or _LONG_AGO, person.identity))


def people(
    room: rtc.Room,
    *,
    offered: Sequence[str],
    room_language: str,
    recognised: Sequence[str],
    by_chat: Mapping[str, Mapping[str, str]],
    reach: Reach = IN_THE_CLEAR,
) -> dict[str, Person]:
    """Everybody's wishes; what was set by chat goes before the attributes."""
    unheard = frozenset(encryption(room, reach).speakers)
    return {
        participant.identity: read_person(
            participant.identity,
            {**participant.attributes, **by_chat.get(participant.identity, {})},
            offered=offered,
            room_language=room_language,
            recognised=recognised,
            may_speak=participant.permissions.can_publish,
            encrypted=participant.identity in unheard,
        )
        for participant in humans(room)
    }


def ready(room: rtc.Room) -> frozenset[str]:
    """Those who can receive text streams by now."""
    return frozenset(
        participant.identity
        for participant in humans(room)
        if participant.state == rtc.ParticipantState.PARTICIPANT_STATE_ACTIVE
    )


def microphones(room: rtc.Room, reach: Reach = IN_THE_CLEAR) -> dict[str, rtc.RemoteTrackPublication]:
    """Each speaker's best track: microphones before unknown sources, open before muted, newer before older.

    Those that cannot be heard are none: without a key, encrypted sound is noise.
    """
    found = {}
    for participant in humans(room):
        best: rtc.RemoteTrackPublication | None = None
        for publication in _spoken_into(participant):
            if reach.hears(encrypted=is_encrypted(publication)) and (
                best is None or _rank(publication) <= _rank(best)
            ):
                best = publication
        if best is not None:
            found[participant.identity] = best
    return found


def encryption(room: rtc.Room, reach: Reach = IN_THE_CLEAR) -> Encryption:
    """Who has nothing to speak into but what cannot be heard."""
    tracks = {participant.identity: _spoken_into(participant) for participant in humans(room)}
    unheard = {
        who: who in reach.unreadable
        or not any(reach.hears(encrypted=is_encrypted(publication)) for publication in found)
        for who, found in tracks.items()
        if found
    }
    return encryption_of(unheard, other_key=reach.earshot is Earshot.SEALED)


def _spoken_into(participant: rtc.RemoteParticipant) -> list[rtc.RemoteTrackPublication]:
    """Everything of theirs that may carry speech, in the order of publishing."""
    return [
        publication
        for publication in participant.track_publications.values()
        if publication.kind == rtc.TrackKind.KIND_AUDIO and publication.source in _SOURCES
    ]


def is_encrypted(publication: rtc.RemoteTrackPublication) -> bool:
    """Whether its owner says that it is encrypted end to end."""
    return publication.encryption_type != rtc.EncryptionType.NONE


def _rank(publication: rtc.RemoteTrackPublication) -> tuple[bool, int]:
    return publication.muted, _SOURCES.index(publication.source)
