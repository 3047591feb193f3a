"""What each role may do in a room, and what a participant's first wishes are."""

from __future__ import annotations

from enum import StrEnum

from livekit.api import ParticipantPermission, VideoGrants

from protocol.attributes import CAPTIONS, LANGUAGE, LISTEN, SPEAK

_TRACKS = ("microphone", "camera", "screen_share", "screen_share_audio")
_SOUND = ("microphone",)


class Role(StrEnum):
    """As what somebody is in a room; its value is stored, and begins their identity."""

    ORGANISER = "organiser"
    SPEAKER = "speaker"
    LISTENER = "listener"
    READER = "reader"
    """Reads captions, e.g. a projector; publishes nothing."""


CHATTING = (Role.SPEAKER, Role.LISTENER)
"""Who may send data where the room has a chat; organisers always may, and readers never."""


def role_of(identity: str) -> str:
    """The role that an identity begins with, as `foundation.names` makes them; anything for other identities."""
    return identity.partition("-")[0]


def grants(
    role: Role, room: str, *, chat: bool = False, sound_only: bool = False, deaf: bool = False
) -> VideoGrants:
    """LiveKit's permissions for a role.

    Nobody gets `room_admin`: it lets its holder send data in the server's name, which the interpreter obeys.

    Args:
        chat: whether speakers and listeners may send data. One who may can fill everybody's channel for data, which
            captions come by.
        sound_only: whether who speaks has no picture.
        deaf: whether they receive nothing.
    """
    speaks = role in (Role.ORGANISER, Role.SPEAKER)
    sources = _SOUND if sound_only else _TRACKS
    return VideoGrants(
        room_join=True,
        room=room,
        can_publish=speaks,
        can_publish_sources=list(sources) if speaks else None,
        can_publish_data=role is Role.ORGANISER or (chat and role in CHATTING),
        can_subscribe=not deaf,
        can_update_own_metadata=True,
    )


def permission(grants: VideoGrants) -> ParticipantPermission:
    """The same for somebody who is in the room already."""
    return ParticipantPermission(
        can_subscribe=bool(grants.can_subscribe),
        can_publish=bool(grants.can_publish),
        can_publish_sources=[source.upper() for source in grants.can_publish_sources or ()],
        can_publish_data=bool(grants.can_publish_data),
        can_update_metadata=bool(grants.can_update_own_metadata),
    )


def attributes(
    role: Role,
    *,
    source_language: str,
    speak: str | None = None,
    listen: str | None = None,
    captions: str | None = None,
) -> dict[str, str]:
    """A participant's first wishes, as `docs/protocol.md` names them.

    Args:
        source_language: what is spoken in the room unless somebody says otherwise; a code or "auto".
        listen: a code, or "off".
        captions: codes with commas, where "original" stands for what is spoken; or "off".
    """
    if role is Role.READER:
        return {LISTEN: "off", CAPTIONS: captions or "original"}
    wishes = {SPEAK: speak or source_language}
    if listen:
        wishes[LISTEN] = listen
    if captions:
        wishes[CAPTIONS] = captions
    if own := _own_language(speak, listen):
        wishes[LANGUAGE] = own
    return wishes


def _own_language(speak: str | None, listen: str | None) -> str:
    """What clients that know only LiveKit's `language` should take this participant for."""
    if listen and listen != "off":
        return listen
    return speak if speak and speak != "auto" else ""
