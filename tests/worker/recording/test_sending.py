"""Parts that are over reach the token service, also those of a process that died, and are then removed here."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path

import aiohttp
import pytest

from auth_service.wiring import Container
from config.settings import RecordingSettings, Settings
from tests.auth_service.conftest import (  # noqa: F401  fixtures
    Api,
    Room,
    clock,
    media,
    services,
    settings,
)
from tests.auth_service.serving import served
from worker.recording.part_folder import PartFolder
from worker.recording.sending import Sender


@dataclass
class Bench:
    api: Api
    room: Room
    recording: str
    settings: Settings
    """The worker's."""

    async def look(self) -> None:
        async with aiohttp.ClientSession() as session:
            await Sender(self.settings, again_s=0.0).look(session)

    def part(self, recording: str = "", began_at: float = 1_900_000_000.0) -> PartFolder:
        return PartFolder(
            self.settings.recording.directory, self.room.name, recording or self.recording, began_at, 8_000
        )

    async def files(self) -> list[dict[str, object]]:
        path = f"/api/v1/rooms/{self.room.name}/recordings"
        answer = await self.api.client.get(path, headers=self.room.headers)
        found: list[dict[str, object]] = answer.json()["recordings"][0]["files"]
        return found


@pytest.fixture
async def bench(services: Container, tmp_path: Path) -> AsyncIterator[Bench]:  # noqa: F811
    async with served(services) as (api, port):
        room = await api.room()
        begun = await api.client.post(f"/api/v1/rooms/{room.name}/recordings", headers=room.headers)
        own = services.settings
        yield Bench(
            api,
            room,
            begun.json()["id"],
            replace(
                own,
                services=replace(own.services, auth_url=f"http://127.0.0.1:{port}"),
                recording=RecordingSettings(directory=tmp_path / "worker"),
            ),
        )


async def test_a_part_is_sent_once_it_is_over_and_removed(bench: Bench) -> None:
    """In pieces, as it may be longer than one; the transcript comes whole."""
    folder = bench.part()
    for number in range(6000):
        folder.line({"text": f"{number} " + "word " * 10})
    await bench.look()
    assert folder.path.exists()
    assert await bench.files() == []
    folder.close(2.0, "stopped")
    size = (folder.path / "transcript.jsonl").stat().st_size
    assert size > 192 * 1024
    await bench.look()
    assert not folder.path.exists()
    (file,) = await bench.files()
    assert (file["name"], file["bytes"]) == ("transcript.jsonl", size)


async def test_what_was_sent_before_a_restart_is_not_sent_twice(bench: Bench) -> None:
    """A worker that was killed while it sent goes on, wherever it was."""
    folder = bench.part()
    folder.line({"text": "word"})
    folder.close(1.0, "stopped")
    copy = folder.path.with_name("copy")
    copy.mkdir()
    for path in folder.path.iterdir():
        (copy / path.name).write_bytes(path.read_bytes())
    await bench.look()
    copy.rename(folder.path)
    await bench.look()
    (file,) = await bench.files()
    assert file["bytes"] == len(b'{"text": "word"}\n')
    assert not folder.path.exists()


async def test_what_nobody_wants_any_more_is_removed(bench: Bench) -> None:
    """Its room was erased, or the recording deleted."""
    folder = bench.part("f" * 24)
    folder.line({"text": "secret"})
    folder.close(1.0, "stopped")
    await bench.look()
    assert not folder.path.exists()


async def test_a_service_that_is_away_gets_it_later(bench: Bench) -> None:
    """Nothing is lost meanwhile; and nothing is kept for ever."""
    folder = bench.part()
    folder.line({"text": "word"})
    folder.close(1.0, "stopped")
    there = bench.settings
    bench.settings = replace(there, services=replace(there.services, auth_url="http://127.0.0.1:9"))
    await bench.look()
    assert folder.path.exists()
    bench.settings = there
    await bench.look()
    assert not folder.path.exists()
    old = bench.part(began_at=1_000_000_000.0)
    old.line({"text": "word"})
    old.close(1.0, "stopped")
    bench.settings = replace(there, services=replace(there.services, auth_url="http://127.0.0.1:9"))
    await bench.look()
    assert not old.path.exists()
