"""Sound as the body of a request: a file of any common kind, or bare samples."""

from __future__ import annotations

import asyncio
from email.message import Message
from typing import Any, Final

from fastapi import Request

from foundation.http.problems import ProblemError
from pipeline.audio import HEARING_RATE_HZ
from pipeline.recordings.decoding import Recording, TooMuchSound, decode
from speech_service import audio_files
from speech_service.problems import too_long

BYTES_A_SECOND: Final = 192_000
"""48 kHz stereo, 16 bit: what a file may weigh for each second that is allowed."""

SOUND_BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {
            kind: {"schema": {"type": "string", "format": "binary"}}
            for kind in ("audio/wav", "audio/ogg", "audio/flac", "audio/pcm", "application/octet-stream")
        },
    }
}
"""For OpenAPI."""


async def received_sound(request: Request, *, max_s: float) -> Recording:
    """Reads the whole body, at `HEARING_RATE_HZ`.

    Raises:
        ProblemError: longer than `max_s`.
        AudioError: no sound that can be used.
    """
    data = bytearray()
    async for piece in request.stream():
        data += piece
    header = Message()
    header["content-type"] = request.headers.get("content-type", "")
    try:
        if header.get_content_type() in audio_files.RAW_TYPES:
            parameters = {name.lower(): value for name, value in header.get_params(failobj=[])[1:]}
            return Recording(audio_files.raw(bytes(data), parameters, max_s=max_s))
        return await asyncio.to_thread(decode, bytes(data), rate_hz=HEARING_RATE_HZ, max_s=max_s)
    except TooMuchSound as error:
        raise ProblemError(too_long("the sound", max_s, "seconds")) from error
