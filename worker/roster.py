"""Who is in a LiveKit room and what they speak into, read afresh whenever something has changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from livekit import rtc

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

_SOURCES = (rtc.TrackSource.SOURCE_MICROPHONE, rtc.TrackSource.SOURCE_UNKNOWN)
"""What is listened to, the best first; sound of a shared screen is not speech to the room."""


def humans(room: rtc.Room) -> list[rtc.RemoteParticipant]:
    """Those who may speak and listen."""
    return [person for person in room.remote_participants.values() if person.kind in HUMAN_KINDS]


def people(
    room: rtc.Room,
    *,
    offered: Sequence[str],
    room_language: str,
    by_chat: Mapping[str, Mapping[str, str]],
) -> dict[str, Person]:
    """Everybody's wishes; what was set by chat goes before the attributes."""
    return {
        participant.identity: read_person(
            participant.identity,
            {**participant.attributes, **by_chat.get(participant.identity, {})},
            offered=offered,
            room_language=room_language,
            may_speak=participant.permissions.can_publish,
        )
        for participant in humans(room)
    }


def name_of(room: rtc.Room, identity: str) -> str:
    """What somebody is called in the room; their identity where they have no name or have left."""
    participant = room.remote_participants.get(identity)
    return participant.name or identity if participant is not None else identity


def ready(room: rtc.Room) -> frozenset[str]:
    """Those who can receive text streams by now."""
    return frozenset(
        participant.identity
        for participant in humans(room)
        if participant.state == rtc.ParticipantState.PARTICIPANT_STATE_ACTIVE
    )


def microphones(room: rtc.Room) -> dict[str, rtc.RemoteTrackPublication]:
    """Each speaker's best track: microphones before unknown sources, open before muted, newer before older."""
    found = {}
    for participant in humans(room):
        best: rtc.RemoteTrackPublication | None = None
        for publication in participant.track_publications.values():  # in the order of publishing
            fits = publication.kind == rtc.TrackKind.KIND_AUDIO and publication.source in _SOURCES
            if fits and (best is None or _rank(publication) <= _rank(best)):
                best = publication
        if best is not None:
            found[participant.identity] = best
    return found


def _rank(publication: rtc.RemoteTrackPublication) -> tuple[bool, int]:
    return publication.muted, _SOURCES.index(publication.source)
