"""Recordings as they are sent: in JSON as base64, as a form with a file, or bare with the rest in the query."""

from __future__ import annotations

import asyncio
import base64
import binascii
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from email.message import Message
from typing import Annotated, Any, Final, Generic, TypeVar

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field, ValidationError
from starlette.datastructures import UploadFile

from config.voice import VoiceSettings
from foundation.http.problems import Problem, ProblemError
from pipeline.recordings.finishing import AudioFormat
from protocol.fields import LanguageCode
from voice_service.messages.records import MessageQuality

_ENVELOPE_BYTES: Final = 1_000_000
"""For all that is in a body beside the sound."""
_LONGEST_FIELD_BYTES: Final = 4096
_MOST_FIELDS: Final = 20
_BARE: Final = ("application/octet-stream", "application/ogg", "video/webm", "video/mp4", "video/ogg")
OPTIONS: Final = ("quality", "preserve_emotion", "return_audio_url", "return_base64", "format")
"""What stands in `options` in JSON, and by itself in forms and queries."""


ProfileId = Annotated[str | None, Field(max_length=64)]
"""Of a voice of one's own."""


class Options(BaseModel):
    """How a message is to be answered."""

    quality: MessageQuality = MessageQuality.BALANCED
    preserve_emotion: bool = True
    """Has no effect yet; an answer says so where it was asked for."""
    return_audio_url: bool = True
    return_base64: bool = True
    format: AudioFormat = AudioFormat.WAV
    """Of the spoken translation."""


class TranscribeFields(BaseModel):
    """What may be said about a recording that is to be written down."""

    audio_format: AudioFormat = AudioFormat.WAV
    """Of what is sent. What the file says itself goes first."""
    source_language: LanguageCode | None = None
    """Null: to be detected."""
    quality: MessageQuality = MessageQuality.BALANCED


class TranslateFields(BaseModel):
    """What is said about a recording that is to be translated."""

    audio_format: AudioFormat = AudioFormat.WAV
    """Of what is sent. What the file says itself goes first."""
    source_language: LanguageCode | None = None
    """Null: to be detected."""
    target_language: LanguageCode
    voice_profile_id: ProfileId = None
    """Whose voice speaks, as near as is possible; "default": the caller's default one. Null: a voice of the house."""
    options: Options = Options()


class TranscribeMessageBody(TranscribeFields):
    """A recording in JSON that is to be written down."""

    audio: str
    """Base64."""


class TranslateMessageBody(TranslateFields):
    """A recording in JSON that is to be translated."""

    audio: str
    """Base64."""


F = TypeVar("F", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Sent(Generic[F]):
    """A recording and what is said about it."""

    sound: bytes
    fields: F


def largest_body(voice: VoiceSettings) -> int:
    """Bytes: base64 makes four of three."""
    return voice.max_audio_bytes * 4 // 3 + _ENVELOPE_BYTES


async def read_sent(request: Request, fields: type[F]) -> Sent[F]:
    """Reads a body of any of the three kinds.

    Raises:
        ProblemError: 400 for what is no JSON, 415 for another kind, 422 for what is no base64.
        RequestValidationError: fields that are missing or wrong.
    """
    header = Message()
    header["content-type"] = request.headers.get("content-type", "")
    kind = header.get_content_type() if "content-type" in request.headers else ""
    if kind == "application/json" or kind.endswith("+json"):
        return await asyncio.to_thread(_from_json, await request.body(), fields)
    if kind == "multipart/form-data":
        return await _from_form(request, fields)
    if kind.startswith("audio/") or kind in _BARE:
        return Sent(
            await request.body(), _checked(fields, _nested(request.query_params.items(), fields), "query")
        )
    raise ProblemError(
        Problem(
            415,
            "unsupported_media_type",
            "Sound is taken as JSON with base64, as multipart/form-data, or bare as audio/… .",
        )
    )


class _Sound(BaseModel):
    audio: str


def _from_json(body: bytes, fields: type[F]) -> Sent[F]:
    try:
        said = fields.model_validate_json(body)
        text = _Sound.model_validate_json(body).audio
    except ValidationError as error:
        raise _wrong(error, "body") from error
    try:
        return Sent(base64.b64decode(text, validate=True), said)
    except (binascii.Error, ValueError) as error:
        raise ProblemError(Problem(422, "bad_base64", "What is in `audio` is not base64.")) from error


async def _from_form(request: Request, fields: type[F]) -> Sent[F]:
    async with request.form(max_files=1, max_fields=_MOST_FIELDS, max_part_size=_LONGEST_FIELD_BYTES) as form:
        upload = form.get("audio")
        if not isinstance(upload, UploadFile):
            missing = {"type": "missing", "loc": ("body", "audio"), "msg": "A file is needed", "input": None}
            raise RequestValidationError([missing])
        texts = [(name, value) for name, value in form.multi_items() if isinstance(value, str)]
        return Sent(await upload.read(), _checked(fields, _nested(texts, fields), "body"))


def _nested(pairs: Iterable[tuple[str, str]], fields: type[F]) -> dict[str, Any]:
    """Fields as JSON has them; those that are empty are left out."""
    flat: dict[str, Any] = {name: value for name, value in pairs if value != ""}
    if "options" in fields.model_fields:
        flat["options"] = {name: flat.pop(name) for name in OPTIONS if name in flat}
    return flat


def _checked(fields: type[F], said: Mapping[str, Any], where: str) -> F:
    try:
        return fields.model_validate(said)
    except ValidationError as error:
        raise _wrong(error, where) from error


def _wrong(error: ValidationError, where: str) -> RequestValidationError:
    found = error.errors(include_url=False, include_context=False, include_input=False)
    return RequestValidationError([{**one, "loc": (where, *one["loc"])} for one in found])


# --- how the three kinds are described ------------------------------------------------------------------------


def described(body: type[BaseModel], fields: type[BaseModel]) -> dict[str, Any]:
    """The part of the OpenAPI description that tells of such a body, for FastAPI's `openapi_extra`."""
    flat = _flat(fields)
    form = {
        "type": "object",
        "properties": {"audio": {"type": "string", "format": "binary"}, **flat},
        "required": ["audio", *_required(fields)],
    }
    bare = {"schema": {"type": "string", "format": "binary"}}
    sounds = ("audio/wav", "audio/mpeg", "audio/mp4", "audio/flac", "audio/ogg", "audio/webm")
    content = {
        "application/json": {"schema": _inlined(body.model_json_schema())},
        "multipart/form-data": {"schema": form},
        **dict.fromkeys((*sounds, "application/octet-stream"), bare),
    }
    query = [
        {
            "name": name,
            "in": "query",
            "required": False,
            "description": "Where the body is bare sound.",
            "schema": schema,
        }
        for name, schema in flat.items()
    ]
    return {"requestBody": {"required": True, "content": content}, "parameters": query}


def _required(fields: type[BaseModel]) -> list[str]:
    return [name for name, field in fields.model_fields.items() if field.is_required()]


def _flat(fields: type[BaseModel]) -> dict[str, Any]:
    """The schema of each field that forms and queries have."""
    properties: dict[str, Any] = dict(_inlined(fields.model_json_schema())["properties"])
    options: dict[str, Any] = properties.pop("options", {}).get("properties", {})
    return properties | options


def _inlined(schema: dict[str, Any]) -> dict[str, Any]:
    """A schema of pydantic's without references: what FastAPI is given by hand cannot name its components."""
    known = schema.get("$defs", {})

    def resolved(part: Any) -> Any:
        if isinstance(part, list):
            return [resolved(one) for one in part]
        if not isinstance(part, dict):
            return part
        if "$ref" in part:
            target = known[part["$ref"].rpartition("/")[2]]
            return resolved({**target, **{name: value for name, value in part.items() if name != "$ref"}})
        return {name: resolved(value) for name, value in part.items() if name != "$defs"}

    inlined: dict[str, Any] = resolved(schema)
    return inlined
