"""What goes in and out where meetings are recorded (`docs/api.md`)."""

from __future__ import annotations

from auth_service.http.fields import Time
from auth_service.http.schemas import In, Out
from protocol.recordings import EndReason


class RecordingWish(In):
    """Whether anything may be recorded from now on, by people's pages or on the server."""

    allowed: bool


class RecordingPartOut(Out):
    """What one interpreter has recorded; `end` says why it ended, `cut` where its process died."""

    id: str
    began_at: Time
    duration_s: float
    end: EndReason


class RecordingFileOut(Out):
    """Sound in one language, `original.ogg` for what people said themselves, `transcript.jsonl`, or `picture.mp4`,
    which belongs to no part."""

    part: str
    name: str
    bytes: int


class RecordingOut(Out):
    """A recording on the server; what there is of it comes once a part has ended."""

    id: str
    started_at: Time
    stopped_at: Time | None
    parts: list[RecordingPartOut]
    files: list[RecordingFileOut]


class RecordingsOut(Out):
    """All recordings of a room, the newest first."""

    recordings: list[RecordingOut]


class TakenOut(Out):
    """How many bytes of a file there are by now."""

    bytes: int
