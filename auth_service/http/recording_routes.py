"""Routes for what is recorded on the server: organisers begin, stop, hear and delete it, workers bring it."""

from __future__ import annotations

import mimetypes
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Header, Path, Query, Request
from starlette.responses import FileResponse

from auth_service.errors import Refused, not_authorised
from auth_service.http.data_routes import holder
from auth_service.http.dependencies import (
    Bearer,
    Injected,
    Organising,
    RoomPath,
    count_address,
    count_known,
    same,
    whole_body,
)
from auth_service.http.fields import timestamp
from auth_service.http.recording_schemas import (
    RecordingFileOut,
    RecordingOut,
    RecordingPartOut,
    RecordingsOut,
    TakenOut,
)
from auth_service.recordings import KeptRecording
from auth_service.storage.records import Room
from auth_service.wiring import Container
from protocol.recordings import (
    FILE_PATTERN,
    LONGEST_FILE_NAME,
    MAX_PIECE_BYTES,
    PART_PATTERN,
    RECORDING_PATTERN,
    PiecePlace,
    RecordingError,
    is_signed,
    read_part,
)

organisers = APIRouter(prefix="/api/v1/rooms", tags=["organisers"])
workers = APIRouter(tags=["machines"])

FAILED_PIECES_PER_MINUTE = 30
PIECES_PATH: Final = "/api/v1/recordings/pieces"
PARTS_PATH: Final = "/api/v1/recordings/parts"

PathRecording = Annotated[str, Path(pattern=f"^{RECORDING_PATTERN}$")]
QueryRoom = Annotated[str, Query(max_length=63)]
QueryRecording = Annotated[str, Query(pattern=f"^{RECORDING_PATTERN}$")]
QueryPart = Annotated[str, Query(pattern=f"^{PART_PATTERN}$")]
QueryFile = Annotated[str, Query(pattern=f"^(?:{FILE_PATTERN})$", max_length=LONGEST_FILE_NAME)]
AnyFile = Annotated[str, Query(pattern=rf"^(?:{FILE_PATTERN}|picture\.mp4)$", max_length=LONGEST_FILE_NAME)]
Signature = Annotated[str, Header(alias="authorization", max_length=4096)]


async def keeper(room: RoomPath, bearer: Bearer, request: Request, services: Injected) -> Room:
    """Whose recordings are: as other data of the room, and after its end those who organised it until then."""
    if bearer is None or same(bearer.credentials, services.settings.auth.operator_key):
        return await holder(room, bearer, request, services)
    found = await services.invites.organiser(bearer.credentials, room, also_closed=True)
    await count_known(request, services)
    return found.room


Keeping = Annotated[Room, Depends(keeper)]


@organisers.post("/{room}/recordings", status_code=201)
async def start_recording(organising: Organising, services: Injected) -> RecordingOut:
    """Begins a recording, which everybody in the room is told of; one that is being made goes on."""
    return _out(await services.recordings.start(organising.room))


@organisers.delete("/{room}/recordings/running", status_code=204)
async def stop_recording(organising: Organising, services: Injected) -> None:
    """Ends the recording that is being made; that there is none is no error."""
    await services.recordings.stop(organising.room.name)


@organisers.get("/{room}/recordings")
async def see_recordings(held: Keeping, services: Injected) -> RecordingsOut:
    """All recordings of the room, the newest first."""
    return RecordingsOut(recordings=[_out(kept) for kept in await services.recordings.all_of(held.name)])


@organisers.delete("/{room}/recordings/{recording}", status_code=204)
async def delete_recording(recording: PathRecording, held: Keeping, services: Injected) -> None:
    """Deletes a recording and all its files; one that is being made is stopped."""
    await services.recordings.delete(held.name, recording)


@organisers.get("/{room}/recordings/{recording}/file", response_class=FileResponse)
async def recording_file(
    recording: PathRecording,
    held: Keeping,
    services: Injected,
    name: AnyFile,
    part: Annotated[str, Query(pattern=f"^({PART_PATTERN})?$")] = "",
) -> FileResponse:
    """One file of a recording."""
    path = await services.recordings.file(held.name, recording, part, name)
    kind = "application/jsonl" if path.suffix == ".jsonl" else mimetypes.guess_type(path.name)[0]
    # sound is not compressed again
    return FileResponse(path, media_type=kind or "audio/ogg", headers={"Content-Encoding": "identity"})


@workers.post(PIECES_PATH)
async def take_piece(
    request: Request,
    services: Injected,
    room: QueryRoom,
    recording: QueryRecording,
    part: QueryPart,
    file: QueryFile,
    offset: Annotated[int, Query(ge=0, le=2**50)],
    authorization: Signature = "",
) -> TakenOut:
    """A worker brings a piece of a file; how much there is of it is answered, also where the piece does not follow."""
    place = PiecePlace(room, recording, part, file, offset)
    piece = await _signed_body(request, services, place, authorization)
    if len(piece) > MAX_PIECE_BYTES:
        raise Refused(413, "too_large", f"A piece has at most {MAX_PIECE_BYTES} bytes.")
    return TakenOut(bytes=await services.recordings.take(place, piece))


@workers.post(PARTS_PATH, status_code=204)
async def finish_part(
    request: Request,
    services: Injected,
    room: QueryRoom,
    recording: QueryRecording,
    part: QueryPart,
    authorization: Signature = "",
) -> None:
    """A worker has brought all files of a part, and says when it began, how long it is and why it ended."""
    place = PiecePlace(room, recording, part)
    body = await _signed_body(request, services, place, authorization)
    try:
        told = read_part(body)
    except RecordingError as error:
        raise Refused(422, "invalid", str(error)) from error
    await services.recordings.finish(place, told)


async def _signed_body(request: Request, services: Container, place: PiecePlace, authorization: str) -> bytes:
    body = await whole_body(request)
    livekit = services.settings.livekit
    token = authorization.removeprefix("Bearer ")
    secret = livekit.api_secret.get_secret_value()
    if not is_signed(token, body, place, api_key=livekit.api_key, api_secret=secret):
        await count_address(request, services, "recording", FAILED_PIECES_PER_MINUTE)
        raise not_authorised()
    return body


def _out(kept: KeptRecording) -> RecordingOut:
    recording = kept.recording
    return RecordingOut(
        id=recording.id,
        started_at=timestamp(recording.started_at),
        stopped_at=None if recording.stopped_at is None else timestamp(recording.stopped_at),
        parts=[
            RecordingPartOut(
                id=part.id,
                began_at=timestamp(part.told.began_at),
                duration_s=part.told.duration_s,
                end=part.told.end,
            )
            for part in kept.parts
        ],
        files=[RecordingFileOut(part=file.part, name=file.name, bytes=file.size) for file in kept.files],
    )
