"""Which recordings there are, in the database.

Every method raises StorageError when the database cannot be reached.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, and_, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from auth_service.storage.records import ServerRecording
from auth_service.storage.tables import recordings, rooms
from foundation.database import reading, transaction


class RecordingList:
    """Each method is one transaction; times are Unix seconds."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def begin(self, new: ServerRecording) -> ServerRecording | None:
        """Stores it, unless one of its room is being made, which is returned; None where recording is not allowed."""
        async with transaction(self._engine) as connection:
            of_it = select(rooms.c.recording).where(rooms.c.name == new.room).with_for_update()
            if not (await connection.execute(of_it)).scalar_one():
                return None
            running = (await connection.execute(select(recordings).where(_running(new.room)))).first()
            if running is not None:
                return _recording(running)
            await connection.execute(
                insert(recordings).values(id=new.id, room=new.room, started_at=new.started_at)
            )
        return new

    async def note_egress(self, recording: str, egress: str) -> bool:
        """Keeps what makes the picture; False where the recording has been stopped or deleted meanwhile."""
        being_made = and_(recordings.c.id == recording, recordings.c.stopped_at.is_(None))
        async with transaction(self._engine) as connection:
            noted = await connection.execute(update(recordings).where(being_made).values(egress=egress))
        return noted.rowcount == 1

    async def stop(self, room: str, now: float) -> ServerRecording | None:
        """Ends the one that is being made; None where there is none."""
        async with transaction(self._engine) as connection:
            found = (await connection.execute(select(recordings).where(_running(room)))).first()
            if found is None:
                return None
            await connection.execute(update(recordings).where(_running(room)).values(stopped_at=now))
        return _recording(found)

    async def running(self, room: str) -> ServerRecording | None:
        """The one that is being made."""
        async with reading(self._engine) as connection:
            found = (await connection.execute(select(recordings).where(_running(room)))).first()
        return None if found is None else _recording(found)

    async def get(self, room: str, recording: str) -> ServerRecording | None:
        """None where the room has no such recording."""
        query = select(recordings).where(recordings.c.id == recording, recordings.c.room == room)
        async with reading(self._engine) as connection:
            found = (await connection.execute(query)).one_or_none()
        return None if found is None else _recording(found)

    async def all_of(self, room: str) -> list[ServerRecording]:
        """The newest first."""
        query = select(recordings).where(recordings.c.room == room).order_by(recordings.c.started_at.desc())
        async with reading(self._engine) as connection:
            return [_recording(row) for row in await connection.execute(query)]

    async def ids(self) -> frozenset[str]:
        """Of all rooms."""
        async with reading(self._engine) as connection:
            return frozenset((await connection.execute(select(recordings.c.id))).scalars())

    async def delete(self, room: str, recording: str) -> None:
        """One that is not there is no error."""
        async with transaction(self._engine) as connection:
            await connection.execute(
                delete(recordings).where(recordings.c.id == recording, recordings.c.room == room)
            )


def _running(room: str) -> Any:
    return and_(recordings.c.room == room, recordings.c.stopped_at.is_(None))


def _recording(row: Row[Any]) -> ServerRecording:
    return ServerRecording(row.id, row.room, row.started_at, row.stopped_at, row.egress)
