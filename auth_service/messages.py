"""What goes in and out over HTTP (`docs/api.md`). Unknown fields and wrong types are refused."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainSerializer

from auth_service.plan import State
from auth_service.policy import Role
from auth_service.records import InvitationState

LONGEST_INVITATION_S = 90 * 24 * 3600
_BIDI = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}


def _plain(text: str) -> str:
    """One line that shows what it holds: no control, override or unassigned characters."""
    for character in text:
        category = unicodedata.category(character)
        if category in ("Cc", "Cs", "Cn", "Co", "Zl", "Zp") or unicodedata.bidirectional(character) in _BIDI:
            raise ValueError("control and override characters are not allowed")
    return unicodedata.normalize("NFC", text)


def _visible(text: str) -> str:
    text = " ".join(_plain(text).split())
    if not any(unicodedata.category(character)[0] in "LNPS" for character in text):
        raise ValueError("at least one visible character is needed")
    return text


def _language(text: str) -> str:
    if text.lower() == "off":  # looks like a code
        raise ValueError("not a language")
    return text


_CODE = r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}"
Language = Annotated[
    str, Field(pattern=rf"^{_CODE}$", max_length=35, examples=["es"]), AfterValidator(_language)
]
Spoken = Annotated[
    str, Field(pattern=rf"^(auto|{_CODE})$", max_length=35, examples=["en"]), AfterValidator(_language)
]
Heard = Annotated[str, Field(pattern=rf"^(off|{_CODE})$", max_length=35, examples=["es"])]
_READ = rf"(original|{_CODE})"
Read = Annotated[
    str, Field(pattern=rf"^(off|{_READ}(,{_READ}){{0,7}})$", max_length=200, examples=["es,original"])
]
Name = Annotated[str, Field(min_length=1, max_length=64), AfterValidator(_visible)]
Title = Annotated[str, Field(max_length=120), AfterValidator(_plain)]
Term = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_visible)]
VoiceName = Annotated[
    str, Field(min_length=1, max_length=100, examples=["kokoro:ef_dora"]), AfterValidator(_visible)
]
Token = Annotated[str, Field(min_length=1, max_length=200)]
Languages = Annotated[list[Language], Field(max_length=32)]
ROOM_PATTERN = r"^[a-z0-9][a-z0-9-]{0,62}$"
RoomName = Annotated[str, Field(pattern=ROOM_PATTERN)]
Time = Annotated[
    datetime,
    PlainSerializer(lambda at: at.isoformat(timespec="seconds").replace("+00:00", "Z"), when_used="json"),
]


def time(at: float) -> datetime:
    return datetime.fromtimestamp(int(at), UTC)


class In(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Out(BaseModel):
    model_config = ConfigDict(extra="forbid")


class NewRoom(In):
    name: RoomName | None = None
    title: Title = ""
    languages: Languages | None = None
    source_language: Spoken | None = None
    guest_role: Literal["speaker", "listener"] = "speaker"


class CreatedRoom(Out):
    room: str
    title: str
    organiser_link: str
    guest_link: str
    captions_link: str
    organiser_token: str
    expires_at: Time


class RoomOut(Out):
    room: str
    title: str
    languages: list[str] | None
    source_language: str
    created_at: Time
    open: bool


class InvitationSeen(Out):
    """An invitation as whoever holds it sees it."""

    room: str
    title: str
    role: Role
    languages: list[str] | None
    source_language: str
    expires_at: Time


class NewInvitation(In):
    role: Literal["organiser", "speaker", "listener", "reader"]
    expires_in_s: Annotated[int, Field(ge=60, le=LONGEST_INVITATION_S)] | None = None
    uses: Annotated[int, Field(ge=1, le=10_000)] | None = None


class InvitationOut(Out):
    """An invitation as an organiser sees it."""

    id: str
    role: Role
    expires_at: Time
    uses: int | None
    used: int
    state: InvitationState
    created_at: Time
    own: bool


class NewInvitationOut(InvitationOut):
    link: str
    captions_link: str | None


class InvitationsOut(Out):
    invitations: list[InvitationOut]


class Removed(Out):
    removed: int


class Join(In):
    invitation: Token
    name: Name
    speak: Spoken | None = None
    listen: Heard | None = None
    captions: Read | None = None


class Renew(In):
    session: Token


class IceServerOut(Out):
    urls: list[str]
    username: str
    credential: str


class Joined(Out):
    url: str
    token: str
    identity: str
    role: Role
    expires_at: Time
    room: str
    title: str
    session: str
    ice_servers: list[IceServerOut]
    organiser_token: str | None


class GlossaryEntry(In):
    source: Term
    language: Language
    translations: Annotated[dict[Language, Term], Field(max_length=32)] = {}
    spoken: Annotated[dict[Language, Term], Field(max_length=32)] = {}
    match_case: bool | None = None


class Glossary(In):
    entries: Annotated[list[GlossaryEntry], Field(max_length=500)]


class InterpreterWish(In):
    languages: Languages | None = None
    glossary: Glossary | None = None
    muted: Languages = []
    voices: Annotated[dict[Language, VoiceName], Field(max_length=32)] = {}


class ChannelOut(Out):
    language: str
    listeners: int
    lag_s: float
    state: Literal["open", "muted", "lingering"]


class CapacityOut(Out):
    """What the interpreter's machine keeps up with."""

    speakers: int
    languages: list[int]
    given_up: list[str]


class InterpreterOut(Out):
    state: State
    identity: str | None
    activity: str | None
    since: Time | None
    languages: list[str] | None
    muted: list[str]
    glossary: dict[str, Any] | None
    voices: dict[str, str]
    available_languages: list[str]
    available_voices: dict[str, list[str]]
    channels: list[ChannelOut]
    capacity: CapacityOut | None
    profile: str | None
    trouble: str


class ConfigOut(Out):
    open_rooms: bool
    version: str
    livekit_url: str


class Health(Out):
    status: Literal["ok", "failing"]
    storage: Literal["ok", "unreachable"]
    media_server: Literal["ok", "unreachable"]


class ProblemAt(Out):
    where: str
    problem: str


class Problem(Out):
    """Every refusal."""

    code: str
    message: str
    problems: list[ProblemAt] | None = None
    retry_after_s: float | None = None
