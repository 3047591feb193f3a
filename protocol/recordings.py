"""Recordings on their way from the interpreter that made them to the token service, signed piece by piece.

A recording has parts, one for each interpreter that made some of it; a part has one sound file for each language that
was spoken by the interpreter, one of what people said themselves, and a transcript. All of a part begin at one moment.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Final, Literal, TypeAlias

import jwt
from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from protocol.language import CODE_PATTERN, LONGEST_CODE

RECORDING_PATTERN: Final = r"[0-9a-f]{24}"
PART_PATTERN: Final = r"[0-9a-f]{16}"
ORIGINAL: Final = "original"
TRANSCRIPT: Final = "transcript.jsonl"
SOUND_ENDING: Final = ".ogg"
FILE_PATTERN: Final = rf"transcript\.jsonl|(?:original|{CODE_PATTERN})\.ogg"
LONGEST_FILE_NAME: Final = LONGEST_CODE + len(SOUND_ENDING)
MOST_FILES: Final = 40
"""Of one part: languages that come and go."""

MAX_PIECE_BYTES: Final = 192 * 1024
_AUDIENCE: Final = "translator.recording"

EndReason: TypeAlias = Literal["stopped", "limit", "failed", "cut"]
"""Why a part ended: somebody wanted it, it was as long or large as it may be, the disk failed, its process died."""


class RecordingError(ValueError):
    """A description of a part that cannot be understood."""


@dataclass(frozen=True, slots=True)
class PiecePlace:
    """Where a piece belongs: nothing that was signed for one place is good for another."""

    room: str
    recording: str
    part: str
    file: str = ""
    """Empty for the description of the part."""
    offset: int = 0

    def claims(self) -> dict[str, Any]:
        return {
            "aud": _AUDIENCE,
            "room": self.room,
            "place": f"{self.recording}/{self.part}/{self.file}/{self.offset}",
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class PartEnd:
    """What is known of a part once it has ended."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    began_at: Annotated[float, Field(ge=0, le=1e11, allow_inf_nan=False)]
    """Unix time, s."""
    duration_s: Annotated[float, Field(ge=0, le=1e6, allow_inf_nan=False)]
    end: EndReason


_PART: TypeAdapter[PartEnd] = TypeAdapter(PartEnd)


def read_part(data: bytes) -> PartEnd:
    """Raises RecordingError."""
    try:
        return _PART.validate_json(data, strict=True)
    except ValidationError as error:
        raise RecordingError("not the description of a part") from error


def write_part(part: PartEnd) -> bytes:
    return _PART.dump_json(part)


def sign(body: bytes, place: PiecePlace, *, api_key: str, api_secret: str) -> str:
    """What goes with a piece as its bearer token; it names no time: no two machines need clocks that agree."""
    claims = {"iss": api_key, "sha256": _digest(body), **place.claims()}
    return jwt.encode(claims, api_secret, algorithm="HS256")


def is_signed(token: str, body: bytes, place: PiecePlace, *, api_key: str, api_secret: str) -> bool:
    """Whether a holder of the media server's key has signed this very body for this place."""
    try:
        claims = jwt.decode(
            token,
            api_secret,
            algorithms=["HS256"],
            audience=_AUDIENCE,
            issuer=api_key,
            options={"require": ["iss", "aud"]},
        )
    except (jwt.InvalidTokenError, ValueError):
        return False
    expected = {"sha256": _digest(body), **place.claims()}
    return all(
        hmac.compare_digest(str(claims.get(name)).encode(), str(value).encode())
        for name, value in expected.items()
    )


def _digest(body: bytes) -> str:
    return base64.b64encode(hashlib.sha256(body).digest()).decode()
