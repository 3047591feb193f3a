"""What is stored, as values. Times are Unix seconds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from auth_service.policy import Role
from protocol.control import Wish

InvitationState = Literal["valid", "expired", "revoked", "used_up"]
AdmissionDecision = Literal["admitted", "refused"]
"""What an organiser said of somebody who waits."""


@dataclass(frozen=True, slots=True)
class Room:
    """A meeting's place, from its creation until it is forgotten; closed ones included."""

    name: str
    title: str
    languages: tuple[str, ...] | None
    """What listeners may ask for; None: whatever the interpreter can do."""
    source_language: str
    created_at: float
    closed_at: float | None = None
    chat: bool = False
    """Whether speakers and listeners may send data, which chat is."""
    locked: bool = False
    """Nobody new may join, but for organisers."""
    lobby: bool = False
    """Who joins waits until an organiser lets them in, but for organisers."""
    recording: bool = True
    """Whether people's pages may record what they hear."""
    device: str | None = None
    """The paired device that made it for itself; None for a meeting of people."""
    encrypted: bool = False
    """Whether it is encrypted end to end, from its creation on; the key is in people's links and nowhere here."""


@dataclass(frozen=True, slots=True)
class Invitation:
    """A link into a room; its token is not stored but signed anew from `id` and `expires_at`."""

    id: str
    room: str
    role: Role
    created_at: float
    expires_at: float
    uses: int | None
    """None: any number."""
    used: int = 0
    revoked_at: float | None = None
    """From then on nobody comes by it, and nobody who came renews."""
    shut_at: float | None = None
    """From then on nobody comes by it; who came stays and renews."""
    name: str = ""
    """What organisers tell it from others by."""

    def state(self, now: float) -> InvitationState:
        """Of several reasons the first: withdrawn, expired, used up. Whether the room is open is not asked."""
        if self.revoked_at is not None or self.shut_at is not None:
            return "revoked"
        if self.expires_at <= now:
            return "expired"
        if self.uses is not None and self.used >= self.uses:
            return "used_up"
        return "valid"


@dataclass(frozen=True, slots=True)
class Session:
    """One person who joined, from then until they may renew no longer."""

    fingerprint: str
    identity: str
    room: str
    invitation: str
    role: Role
    name: str
    attributes: dict[str, str]
    created_at: float
    ends_at: float
    ended_at: float | None = None
    """When they were removed or the room was closed."""
    name_salt: str | None = None
    """What `foundation.names` hashed with the name into the identity; None where nothing proves the name."""
    organiser_at: float | None = None
    """Since when they organise, where an organiser made them one; None where nobody did."""

    @property
    def acts_as(self) -> Role:
        """The role whose rights they have now."""
        return self.role if self.organiser_at is None else Role.ORGANISER


@dataclass(frozen=True, slots=True)
class Device:
    """A browser that was paired with this installation by a code."""

    id: str
    owner: str
    """Who made the code: the random name of a browser, or "" for the operator."""
    name: str
    """What its owner tells it from others by; empty once it is withdrawn."""
    created_at: float
    used_at: float
    ends_at: float
    withdrawn_at: float | None = None

    def is_good(self, now: float) -> bool:
        """Whether its token still opens anything."""
        return self.withdrawn_at is None and now < self.ends_at


@dataclass(frozen=True, slots=True)
class Waiter:
    """Somebody at the door of a room, until they are let in, refused, or give up."""

    fingerprint: str
    """Of the secret they ask again with; it becomes their session's."""
    id: str
    room: str
    invitation: str
    role: Role
    name: str
    speak: str | None
    listen: str | None
    captions: str | None
    asked_at: float
    seen_at: float
    """When they last asked whether they may come in."""
    ends_at: float
    """Until then they may wait; once let in, until then they may come."""
    answer: AdmissionDecision | None = None


@dataclass(frozen=True, slots=True)
class ServerRecording:
    """What an organiser has recorded on the server; its files lie in `storage.recording_files`."""

    id: str
    room: str
    started_at: float
    stopped_at: float | None = None
    """None while it is being made."""
    egress: str | None = None
    """What makes the picture, as the media server names it."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """An interpreter that a room should have, or should have no longer."""

    room: str
    wanted: bool
    wish: Wish
    version: int
    """Of the wish; grows with each change."""
    told: int
    """The version that the interpreter has acknowledged."""
    changed_at: float
    """When it was last invited or dismissed; 0 where none was, and once a dismissed one is known to be gone."""
    dispatch: str | None = None
    failures: int = 0
    """Dispatches in a row that brought nobody who stayed."""
    claim: tuple[str, float] | None = None
    """Which service acts on the room, and a number that changes with each of its claims."""

    @property
    def concerns_us(self) -> bool:
        """Whether an interpreter should be in the room, or a dismissed one may still be there."""
        return self.wanted or self.changed_at > 0
