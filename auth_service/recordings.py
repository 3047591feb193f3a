"""What organisers have recorded on the server: begun, stopped, received piece by piece, handed out, forgotten."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import structlog

from auth_service.dispatch.interpreters import Interpreters
from auth_service.egress import Egress
from auth_service.errors import MediaServerError, Refused
from auth_service.storage.assignments import Assignments
from auth_service.storage.recording_files import KeptFile, KeptPart, RecordingFiles, TooLarge
from auth_service.storage.recordings import RecordingList
from auth_service.storage.records import Room, ServerRecording
from foundation import erasing
from protocol.control import Wish
from protocol.recordings import PartEnd, PiecePlace

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class KeptRecording:
    """A recording with what there is of it."""

    recording: ServerRecording
    parts: list[KeptPart]
    files: list[KeptFile]


class Recordings:
    """Raises Refused, StorageError.

    Args:
        egress: None where picture is not recorded.
    """

    def __init__(
        self,
        listed: RecordingList,
        files: RecordingFiles,
        assignments: Assignments,
        interpreters: Interpreters,
        egress: Egress | None,
        *,
        clock: Callable[[], float],
    ) -> None:
        self._listed, self._files = listed, files
        self._assignments, self._interpreters = assignments, interpreters
        self._egress, self._clock = egress, clock

    # --- organisers --------------------------------------------------------------------------------------

    async def start(self, room: Room) -> KeptRecording:
        """Begins one, with the interpreter that is invited for it where there is none; one that runs goes on."""
        if room.encrypted:
            raise Refused(
                409, "encrypted", "This meeting is encrypted end to end; the server records none such."
            )
        if await asyncio.to_thread(self._files.full):
            raise Refused(409, "recordings_full", "There is no room for another recording.")
        new = ServerRecording(secrets.token_hex(12), room.name, self._clock())
        begun = await self._listed.begin(new)
        if begun is None:
            raise Refused(409, "recording_forbidden", "Recording is not allowed in this room.")
        await self._assignments.record(room.name, begun.id)
        await self._interpreters.invite(room.name, await self._wish(room))
        if begun.id == new.id and self._egress is not None:  # the sound does not wait for the picture
            begun = await self._film(self._egress, begun)
        return await self._kept(begun)

    async def stop(self, room: str) -> None:
        """Ends the one that is being made; that there is none is no error."""
        stopped = await self._listed.stop(room, self._clock())
        if stopped is None:
            return
        await self._assignments.record(room, "")
        await self._interpreters.tell(room)
        if stopped.egress is not None and self._egress is not None:
            await _end(self._egress, stopped.egress, room)

    async def running(self, room: str) -> bool:
        """Whether one is being made."""
        return await self._listed.running(room) is not None

    async def all_of(self, room: str) -> list[KeptRecording]:
        """The newest first."""
        return [await self._kept(recording) for recording in await self._listed.all_of(room)]

    async def delete(self, room: str, recording: str) -> None:
        """Also what comes of it later is not taken."""
        found = await self._listed.get(room, recording)
        if found is None:
            raise _unknown()
        if found.stopped_at is None:
            await self.stop(room)
        await self._listed.delete(room, recording)
        erasing.tell("recording", recording)
        await self.sweep()

    async def file(self, room: str, recording: str, part: str, name: str) -> Path:
        """Where one of its files lies."""
        found = await self._listed.get(room, recording)
        if found is None:
            raise _unknown()
        for file in (await self._kept(found)).files:
            if (file.part, file.name) == (part, name):
                return self._files.path(file, recording)
        raise _unknown()

    async def sweep(self) -> None:
        """Removes the files of recordings that were deleted, erased or kept long enough."""
        known = await self._listed.ids()
        if gone := await asyncio.to_thread(self._files.keep_only, known):
            log.info("recordings removed", recordings=gone)

    # --- workers -----------------------------------------------------------------------------------------

    async def take(self, place: PiecePlace, piece: bytes) -> int:
        """Keeps a piece of a file; returns how many bytes of the file there are."""
        await self._expected(place)
        try:
            return await asyncio.to_thread(
                self._files.add, place.recording, place.part, place.file, place.offset, piece
            )
        except TooLarge:
            raise Refused(413, "too_large", "The recording takes more than it may.") from None

    async def finish(self, place: PiecePlace, told: PartEnd) -> None:
        """A part has come as a whole; where it ended by itself no other is made."""
        found = await self._expected(place)
        try:
            await asyncio.to_thread(self._files.finish, place.recording, place.part, told)
        except TooLarge:
            raise Refused(413, "too_large", "The recording has more parts than it may.") from None
        if told.end in ("limit", "failed") and found.stopped_at is None:
            await self.stop(place.room)

    async def _expected(self, place: PiecePlace) -> ServerRecording:
        found = await self._listed.get(place.room, place.recording)
        if found is None:
            raise _unknown()
        return found

    async def _kept(self, recording: ServerRecording) -> KeptRecording:
        parts = await asyncio.to_thread(self._files.parts, recording.id)
        files = await asyncio.to_thread(self._files.files, recording.id)
        return KeptRecording(recording, parts, files)

    async def _wish(self, room: Room) -> Wish:
        """What is wanted of the interpreter already, in the languages of the room where nothing was said of them."""
        assignment = await self._assignments.get(room.name)
        wish = Wish() if assignment is None else assignment.wish
        return wish if wish.languages is not None else replace(wish, languages=room.languages)

    async def _film(self, egress: Egress, recording: ServerRecording) -> ServerRecording:
        """Without picture there is still the sound: that the egress service is away is logged."""
        await asyncio.to_thread(self._files.prepare, recording.id)
        try:
            started = await egress.start(recording.room, recording.id)
        except MediaServerError as error:
            log.warning("egress not started", room=recording.room, error=str(error))
            return recording
        if not await self._listed.note_egress(recording.id, started):
            await _end(egress, started, recording.room)
            return recording
        return replace(recording, egress=started)


async def _end(egress: Egress, started: str, room: str) -> None:
    try:
        await egress.stop(started)
    except MediaServerError as error:  # it ends with the room at the latest
        log.warning("egress not stopped", room=room, error=str(error))


def _unknown() -> Refused:
    return Refused(404, "recording_unknown", "There is no such recording.")
