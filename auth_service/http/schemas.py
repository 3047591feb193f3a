"""What goes in and out over HTTP (`docs/api.md`). Unknown fields and wrong types are refused."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from auth_service.dispatch.plan import State
from auth_service.http.fields import (
    HeardLanguage,
    Identity,
    Language,
    LanguageList,
    LinkName,
    Name,
    Read,
    RoomName,
    SpokenLanguage,
    TermText,
    Time,
    Title,
    Token,
    VoiceName,
)
from auth_service.policy import Role
from auth_service.storage.records import InvitationState
from protocol.control import MOST_INTERPRETERS, MOST_LANGUAGES_EACH, Speed
from protocol.glossary import MAX_ENTRIES, MAX_FORMS, parse
from protocol.room_key import MAX_SEALED_CHARACTERS

LONGEST_INVITATION_S = 90 * 24 * 3600


class In(BaseModel):
    """A body that is sent here: unknown fields are refused, and values of another type are not converted."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Out(BaseModel):
    """An answer; one with a field that is not declared cannot be made."""

    model_config = ConfigDict(extra="forbid")


class NewRoom(In):
    """A room to be made.

    Without `name` it gets a random one, without `source_language` the operator's; without `languages` listeners may
    ask for all that the interpreter can do.
    """

    name: RoomName | None = None
    title: Title = ""
    languages: LanguageList | None = None
    source_language: SpokenLanguage | None = None
    guest_role: Literal["speaker", "listener"] = "speaker"
    chat: bool = False
    encrypted: bool = False
    """Whether it is encrypted end to end. Whoever makes the room makes its key, and puts it into the links: it is not
    sent here."""
    interpreter: bool = False
    """Whether the interpreter is invited from the beginning."""


class CreatedRoom(Out):
    """A new room with its first links, which last until `expires_at`."""

    room: str
    title: str
    organiser_link: str
    guest_link: str
    captions_link: str
    organiser_token: str
    expires_at: Time


class RoomOut(Out):
    """A room as its organisers see it; `languages` is null where listeners may ask for all that there is."""

    room: str
    title: str
    languages: list[str] | None
    source_language: str
    created_at: Time
    open: bool
    chat: bool
    recording_allowed: bool
    encrypted: bool


class OfferOut(Out):
    """What may be asked for here, as the workers say it; each is null where that is not known."""

    recognised: list[str] | None
    """In which languages people are understood."""
    read: list[str] | None
    heard: list[str] | None
    likened: list[str] | None
    """In which speakers may be heard in a computed voice that resembles theirs; empty where an organiser forbids it."""


class InvitationSeen(Out):
    """An invitation as whoever holds it sees it."""

    room: str
    title: str
    role: Role
    languages: list[str] | None
    """What the organisers have limited the room to."""
    offer: OfferOut
    source_language: str
    expires_at: Time
    recorded: bool
    """Whether what is said there is being recorded on the server."""
    encrypted: bool
    """Whether the meeting is encrypted end to end: the link then has to bring the key."""


class NewInvitation(In):
    """A link to be made.

    Without `expires_in_s` it lasts as long as a room's first ones, without `uses` any number of people may come by it;
    `name` is what organisers tell it from others by.
    """

    role: Literal["organiser", "speaker", "listener", "reader"]
    name: LinkName = ""
    expires_in_s: Annotated[int, Field(ge=60, le=LONGEST_INVITATION_S)] | None = None
    uses: Annotated[int, Field(ge=1, le=10_000)] | None = None


class InvitationOut(Out):
    """An invitation as an organiser sees it, with its link while somebody may come by it.

    Only a reader's has one to the captions alone.
    """

    id: str
    role: Role
    name: str
    expires_at: Time
    uses: int | None
    used: int
    state: InvitationState
    created_at: Time
    own: bool
    link: str | None
    captions_link: str | None


class InvitationsOut(Out):
    """All invitations of a room, the oldest first, those that are over included."""

    invitations: list[InvitationOut]


class Removed(Out):
    """How many people were disconnected; those who had left before do not count."""

    removed: int


class Muted(Out):
    """How many microphones were closed; those that were not open do not count."""

    muted: int


class OrganiserOut(Out):
    """Somebody who organises; `by_link`: they came by a link for organisers and were not made one."""

    identity: str
    by_link: bool


class OrganisersOut(Out):
    """All organisers of a room, in the order in which they came."""

    organisers: list[OrganiserOut]


class ShownInvitation(In):
    """The last part of a link, to see where it leads; with the session of somebody who came by it also once it is
    used up or has expired."""

    invitation: Token
    session: Token | None = None


class Join(In):
    """Comes in by a link.

    `speak`, `listen` and `captions` are first wishes, which people change in the room; `earlier` are identities that
    this browser was given before, by which somebody who was removed is known again.
    """

    invitation: Token
    name: Name
    speak: SpokenLanguage | None = None
    listen: HeardLanguage | None = None
    captions: Read | None = None
    earlier: Annotated[list[Identity], Field(max_length=16)] = []


class Renew(In):
    """Asks for fresh tokens with the secret that joining gave."""

    session: Token


class Asking(In):
    """Shows the ticket that whoever has to wait was given."""

    ticket: Token


class IceServerOut(Out):
    """A relay server, as a browser's `RTCIceServer` has it; the credential is one person's, for some minutes."""

    urls: list[str]
    username: str
    credential: str


class Joined(Out):
    """All that a page needs to connect.

    `token` is the media server's, good until `expires_at`; `session` renews it; only organisers get `organiser_token`.
    """

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
    recording_allowed: bool
    """Whether the page may record what it hears."""
    encrypted: bool
    """Whether the meeting is encrypted end to end."""


class MustWait(Out):
    """Whoever came waits until an organiser lets them in."""

    ticket: str
    expires_at: Time
    ask_again_s: float


class ChatWish(In):
    """Whether speakers and listeners may write in the chat, from now on."""

    allowed: bool


class DoorWish(In):
    """`locked`: nobody new may join; `lobby`: whoever joins waits to be let in. Organisers always may."""

    locked: bool
    lobby: bool


class WaiterOut(Out):
    """Somebody who waits at the door; `id` is what organisers answer them by, and is not their ticket."""

    id: str
    name: str
    role: Role
    since: Time


class DoorOut(Out):
    """Who gets in, and who waits, the longest first; behind a locked door nobody does."""

    locked: bool
    lobby: bool
    waiting: list[WaiterOut]


class GlossaryEntry(In):
    """A term as it is written in `language`.

    `translations`: how it is written in others, where it is kept as it is else; `spoken`: how a voice should read it;
    `match_case`: null takes capitals seriously only where the term might be an ordinary word.
    """

    source: TermText
    language: Language
    translations: Annotated[dict[Language, TermText], Field(max_length=MAX_FORMS)] = {}
    spoken: Annotated[dict[Language, TermText], Field(max_length=MAX_FORMS)] = {}
    match_case: bool | None = None


class GlossaryWish(In):
    """What is taken here is what interpreters take: they read it with the same `parse`."""

    entries: Annotated[list[GlossaryEntry], Field(max_length=MAX_ENTRIES)]

    @model_validator(mode="after")
    def _usable(self) -> GlossaryWish:
        parse(self.model_dump())  # GlossaryError is a ValueError, which pydantic reports
        return self


class InterpreterWish(In):
    """What an organiser wants of the interpreter; it replaces the wish before as a whole.

    Without `languages` those of the room are meant.
    """

    languages: LanguageList | None = None
    glossary: GlossaryWish | None = None
    muted: LanguageList = []
    voices: Annotated[dict[Language, VoiceName], Field(max_length=32)] = {}
    speed: Speed = 1.0
    interprets: Annotated[
        dict[Identity, Annotated[list[Language], Field(max_length=MOST_LANGUAGES_EACH)]],
        Field(max_length=MOST_INTERPRETERS),
    ] = {}
    """For the identity of a person the languages that they may interpret into in the machine's place."""
    consecutive: bool = False
    """Whether a turn is spoken once its speaker has finished it."""
    forbids_likeness: bool = False
    """Whether nobody may have themselves spoken in a computed voice that resembles theirs."""


class SealedKey(In):
    """A room's key, sealed for one interpreter as `docs/protocol.md` has it."""

    identity: Identity
    sealed: Annotated[str, Field(pattern=rf"^[A-Za-z0-9_-]{{1,{MAX_SEALED_CHARACTERS}}}$")]


class ChannelOut(Out):
    """One language that is spoken into the room; while `lingering` nobody listens, and it is soon given up."""

    language: str
    listeners: int
    lag_s: float
    state: Literal["open", "muted", "lingering", "human"]


class CapacityOut(Out):
    """What the interpreter's machine keeps up with."""

    speakers: int
    languages: list[int]
    given_up: list[str]


class EncryptedOut(Out):
    """Whose words the interpreter cannot hear: they are encrypted end to end, and it has no key."""

    everybody: bool
    speakers: list[str]


class InterpreterOut(Out):
    """What is wanted of the interpreter, and what the one that is there says of itself.

    What only an interpreter can say is null or empty unless `state` is `present`.
    """

    state: State
    identity: str | None
    activity: str | None
    since: Time | None
    languages: list[str] | None
    muted: list[str]
    glossary: dict[str, Any] | None
    voices: dict[str, str]
    speed: float
    interprets: dict[str, list[str]]
    consecutive: bool
    forbids_likeness: bool
    applied: bool
    """Whether the interpreter has acknowledged this wish."""
    available_languages: list[str]
    """All that it could be asked for if nobody had limited it; while it is away, what the workers say."""
    offered_languages: list[str]
    """What may be asked for now."""
    available_voices: dict[str, list[str]]
    channels: list[ChannelOut]
    capacity: CapacityOut | None
    encrypted: EncryptedOut | None
    profile: str | None
    trouble: str


class InstalledOut(Out):
    """What there is of interpreters here."""

    available: bool
    """Whether a worker has been heard of in the last moments."""
    trial: bool
    """Whether all there are have the models of a first try, which recognise English only."""


class ConfigOut(Out):
    """What a page asks before anybody joins; `open_rooms`: whether anybody may make a room."""

    open_rooms: bool
    version: str
    livekit_url: str
    privacy_url: str | None
    """Where the operator says how data is handled."""
    offer: OfferOut
    """For rooms whose organisers have chosen no languages."""
    interpreter: InstalledOut
