"""Sound behind links that expire. A link is all that is needed."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Annotated, Any, Final

from fastapi import APIRouter, Header, Path, Query
from starlette.responses import Response, StreamingResponse

from foundation.http.problems import Problem, ProblemError, described
from voice_service.http.dependencies import Wired
from voice_service.messages.links import PATH
from voice_service.messages.objects import ObjectError, StoredObject

router = APIRouter(tags=["voice messages"], responses=described({410: HTTPStatus.GONE.phrase, 416: "Range"}))

_RANGE: Final = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")
_SOUND: Final[dict[int | str, dict[str, Any]]] = {
    status: {
        "description": text,
        "content": {"audio/wav": {"schema": {"type": "string", "format": "binary"}}},
    }
    for status, text in ((200, "The sound"), (206, "A part of it"))
}


@router.get(PATH + "/{name}", response_class=StreamingResponse, responses=_SOUND)
async def sound(
    name: Annotated[str, Path(max_length=80)],
    expires: Annotated[int, Query(ge=0, le=10**12)],
    signature: Annotated[str, Query(max_length=128)],
    services: Wired,
    range_: Annotated[str | None, Header(alias="range", max_length=200)] = None,
) -> Response:
    """The sound that a link of an answer leads to; a range of it where one is asked for."""
    room = services.messages.messages
    room.links.check(name, expires, signature, services.clock())
    found = await room.objects.find(name)
    first, end = _span(range_, found)
    partly = range_ is not None and (first, end) != (0, found.bytes)
    headers = {
        "accept-ranges": "bytes",
        "content-length": str(end - first),
        "cache-control": "private, no-store",
        "x-content-type-options": "nosniff",
    }
    if partly:
        headers["content-range"] = f"bytes {first}-{end - 1}/{found.bytes}"
    pieces = room.objects.pieces(found, first, end)
    try:
        begin = await anext(pieces, b"")  # so that a failure is still an answer of its own
    except ObjectError as error:
        raise ProblemError(
            Problem(503, "storage", "The sound cannot be read.", {"retry_after_s": 5.0})
        ) from error

    async def body() -> Any:
        yield begin
        async for piece in pieces:
            yield piece

    return StreamingResponse(body(), 206 if partly else 200, headers, found.media_type)


def _span(asked: str | None, found: StoredObject) -> tuple[int, int]:
    """First byte and the one behind the last: of one range (RFC 9110, 14.1.2); all of it for what is no such range.

    Raises ProblemError(416).
    """
    match = _RANGE.fullmatch(asked.strip()) if asked else None
    if match is None or not (match[1] or match[2]):
        return 0, found.bytes
    if match[1]:
        first, end = int(match[1]), min(int(match[2]) + 1, found.bytes) if match[2] else found.bytes
        if match[2] and int(match[2]) < first:
            return 0, found.bytes
    else:
        first, end = max(0, found.bytes - int(match[2])), found.bytes
    if first >= end:
        raise ProblemError(
            Problem(
                416, "wrong_range", "The sound is shorter than that.", {"limit": found.bytes, "unit": "bytes"}
            )
        )
    return first, end
