"""What goes in and out where devices are paired (`docs/api.md`)."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from auth_service.http.fields import HeardLanguage, LanguageList, Name, SpokenLanguage, Time
from auth_service.http.schemas import IceServerOut, In, Out


class PairingCodeOut(Out):
    """A code that pairs one device within `lasts_s`.

    `owner_token` shows and withdraws what is paired by it, and makes further codes for the same owner; null for the
    operator, whose key does all of that.
    """

    code: str
    expires_at: Time
    lasts_s: float
    owner_token: str | None


class Redemption(In):
    """A code as somebody typed it, and what its owner shall know the device by."""

    code: Annotated[str, Field(max_length=32, examples=["7KQ2-M9XD"])]
    name: Name


class PairedOut(Out):
    """A device's own secret; it is shown this once."""

    token: str
    expires_at: Time
    """Unless it is used before: each use moves it on, up to 30 days."""
    device_id: str


class DeviceOut(Out):
    """A paired device, as its owner sees it."""

    device_id: str
    name: str
    created_at: Time
    used_at: Time
    expires_at: Time


class DevicesOut(Out):
    """Those that are paired now, the newest first."""

    devices: list[DeviceOut]


class NewPairedRoom(In):
    """A room for the device alone.

    `hear`: in what it hears the call in its tab; `speak`: what is spoken there. Without `languages` all may be asked
    for that the interpreter can do.
    """

    hear: HeardLanguage
    speak: SpokenLanguage = "auto"
    languages: LanguageList | None = None


class SpeakersOut(Out):
    """Tokens of the media server for what is published."""

    tab: str
    microphone: str


class PairedRoomOut(Out):
    """All that a device needs to connect three times; the tokens are good for some minutes, the room until
    `expires_at`."""

    room: str
    url: str
    speakers: SpeakersOut
    listener: str
    expires_at: Time
    ice_servers: list[IceServerOut]
