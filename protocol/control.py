"""What the token service tells an interpreter: job metadata, and packets on the topic `CONTROL_TOPIC`.

`Wish` is written by the service as the organiser said it; `Configure` is what an interpreter reads of it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar, Final, TypeAlias

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from protocol.fields import LanguageCode
from protocol.glossary import Entry, GlossaryError, parse
from protocol.recordings import RECORDING_PATTERN
from protocol.room_key import MAX_SEALED_CHARACTERS

MAX_BYTES = 512 * 1024
"""Longer messages are refused."""

SLOWEST: Final = 0.8
FASTEST: Final = 1.25
"""Beyond these a voice sounds as if something were wrong with it."""

Speed: TypeAlias = Annotated[float, Field(ge=SLOWEST, le=FASTEST, allow_inf_nan=False)]
"""Of speech that is not late; 1.0 is a voice's normal rate."""

VoiceName: TypeAlias = Annotated[str, Field(min_length=1, max_length=100)]
Identity: TypeAlias = Annotated[str, Field(min_length=1, max_length=200)]

MOST_INTERPRETERS = 20
"""So many people of a room may have the right to interpret."""

MOST_LANGUAGES_EACH = 8
"""Into so many languages one person may interpret."""

Interprets: TypeAlias = Annotated[
    dict[Identity, Annotated[tuple[LanguageCode, ...], Field(max_length=MOST_LANGUAGES_EACH)]],
    Field(max_length=MOST_INTERPRETERS),
]


class ControlError(ValueError):
    """A message that cannot be understood; says why."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What an organiser wants of the interpreter; goes to it as it stands (`docs/protocol.md`)."""

    languages: tuple[str, ...] | None = None
    muted: tuple[str, ...] = ()
    glossary: dict[str, Any] | None = None
    voices: dict[str, str] = field(default_factory=dict)
    """For a language the name of a voice."""
    recording: str = ""
    """The recording that it shall make, named as `protocol.recordings` has it; empty: none."""
    speed: float = 1.0
    interprets: dict[str, list[str]] = field(default_factory=dict)
    """For the identity of a person the languages that they may interpret into."""
    consecutive: bool = False
    forbids_likeness: bool = False
    encrypted: bool = False
    """Whether the room was made to be encrypted end to end; no organiser's choice any more, and never its key."""

    def message(self) -> dict[str, Any]:
        """As JSON, without a version, and without what was not chosen of all that came after `glossary`."""
        message: dict[str, Any] = {
            "languages": None if self.languages is None else list(self.languages),
            "muted": list(self.muted),
            "glossary": self.glossary,
        }
        chosen = {
            "voices": self.voices,
            "speed": self.speed if self.speed != 1.0 else None,
            "recording": self.recording,
            "interprets": self.interprets,
            "consecutive": self.consecutive,
            "forbids_likeness": self.forbids_likeness,
            "encrypted": self.encrypted,
        }
        return message | {name: value for name, value in chosen.items() if value}

    @classmethod
    def of(cls, message: dict[str, Any]) -> Wish:
        """Reads what `message` made, also one from before all of it could be chosen."""
        languages = message["languages"]
        return cls(
            None if languages is None else tuple(languages),
            tuple(message["muted"]),
            message["glossary"],
            message.get("voices", {}),
            message.get("recording", ""),
            message.get("speed", 1.0),
            message.get("interprets", {}),
            message.get("consecutive", False),
            message.get("forbids_likeness", False),
            message.get("encrypted", False),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Configure:
    """The whole wish of the organiser: what is left out is reset."""

    version: int = 0
    """Grows with each change; the interpreter shows which one it carries out."""
    languages: tuple[str, ...] | None = None
    """What may be asked for; None: the settings' own."""
    muted: tuple[str, ...] = ()
    voices: Mapping[str, str] = field(default_factory=dict)
    """For a language the name of the voice that speaks it, as `translator.voices` lists them, or "low" or "high"."""
    speed: float = 1.0
    """Of speech that is not late."""
    interprets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """For the identity of a person the languages that they may interpret into."""
    consecutive: bool = False
    """Whether a turn is spoken once its speaker has finished it, rather than while they speak."""
    forbids_likeness: bool = False
    """Whether nobody may have themselves spoken in a voice that resembles theirs."""
    glossary: tuple[Entry, ...] = ()
    recording: str = ""
    """Of which recording what is said and spoken becomes a part; empty: nothing is recorded."""
    encrypted: bool = False
    """Whether the room is encrypted end to end: the interpreter connects by it, so it holds for its whole life."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobMetadata:
    """What a job is about."""

    configure: Configure = field(default_factory=Configure)
    after: frozenset[str] = frozenset()
    """Interpreters that give no sign of life: this one makes itself ready and begins when they have left the room."""


@dataclass(frozen=True, slots=True)
class Dismiss:
    """The interpreter shall go."""


@dataclass(frozen=True, slots=True)
class HandOver:
    """The key of an encrypted room, the first or another one, sealed for this interpreter."""

    sealed: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Withdraw:
    """The interpreter shall forget the room's key, at once and with all that it knows."""


Control: TypeAlias = Configure | Dismiss | HandOver | Withdraw


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wish:
    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    version: Annotated[int, Field(ge=0, strict=True)] = 0
    languages: Annotated[tuple[LanguageCode, ...], Field(max_length=100)] | None = None
    muted: Annotated[tuple[LanguageCode, ...], Field(max_length=100)] = ()
    voices: Annotated[dict[LanguageCode, VoiceName], Field(max_length=100)] = field(default_factory=dict)
    recording: Annotated[str, Field(pattern=rf"^({RECORDING_PATTERN})?$")] = ""
    speed: Speed = 1.0
    interprets: Interprets = field(default_factory=dict)
    consecutive: Annotated[bool, Field(strict=True)] = False
    forbids_likeness: Annotated[bool, Field(strict=True)] = False
    encrypted: Annotated[bool, Field(strict=True)] = False


_WISH: TypeAdapter[_Wish] = TypeAdapter(_Wish)
_AFTER: TypeAdapter[list[str]] = TypeAdapter(Annotated[list[Identity], Field(max_length=20)])


def read_control(data: bytes) -> Control:
    """Reads a packet on `CONTROL_TOPIC`.

    Raises:
        ControlError: not JSON, an unknown type, unknown or wrong fields.
    """
    message = _object(data)
    kind = message.pop("type", None)
    if kind == "dismiss":
        return Dismiss()
    if kind == "withdraw":
        return Withdraw()
    if kind == "key":
        return _handed_over(message)
    if kind != "configure":
        raise ControlError(f"unknown type {str(kind)[:40]!r}")
    return _configure(message)


def read_metadata(metadata: str) -> JobMetadata:
    """Reads a job's metadata: the same object without `type`, and with `after`; nothing at all is a wish for the
    defaults.

    Raises:
        ControlError: as `read_control`.
    """
    if not metadata.strip():
        return JobMetadata()
    message = _object(metadata.encode())
    try:
        after = _AFTER.validate_python(message.pop("after", []))
    except ValidationError as error:
        raise ControlError(f"after: {error.errors()[0]['type']}") from error
    return JobMetadata(configure=_configure(message), after=frozenset(after))


def _handed_over(message: dict[str, Any]) -> HandOver:
    sealed = message.get("sealed")
    if not isinstance(sealed, str) or not 0 < len(sealed) <= MAX_SEALED_CHARACTERS:
        raise ControlError("sealed: not a sealed key")
    return HandOver(sealed)


def _object(data: bytes) -> dict[str, Any]:
    if len(data) > MAX_BYTES:
        raise ControlError(f"longer than {MAX_BYTES} bytes")
    try:
        message = json.loads(data)
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise ControlError("not JSON") from error
    if not isinstance(message, dict):
        raise ControlError("not a JSON object")
    return message


def _configure(message: dict[str, Any]) -> Configure:
    glossary = message.pop("glossary", None)
    try:
        wish = _WISH.validate_python(message)
        terms = parse(glossary)
    except ValidationError as error:
        where = "; ".join(
            f"{'.'.join(str(part) for part in problem['loc'])}: {problem['type']}"
            for problem in error.errors()[:5]
        )
        raise ControlError(where) from error
    except GlossaryError as error:
        raise ControlError(str(error)) from error
    return Configure(
        version=wish.version,
        languages=wish.languages,
        muted=wish.muted,
        voices=wish.voices,
        speed=wish.speed,
        interprets=wish.interprets,
        consecutive=wish.consecutive,
        forbids_likeness=wish.forbids_likeness,
        glossary=terms,
        recording=wish.recording,
        encrypted=wish.encrypted,
    )
