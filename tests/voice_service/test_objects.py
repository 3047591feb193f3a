"""Objects in S3, and the quick levels of what is remembered."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from config.settings import SettingsError
from foundation.database import connect, reading
from foundation.http.problems import ProblemError
from tests.auth_service.conftest import WallClock
from tests.fakes.clock import HandClock
from tests.fakes.s3 import Bucket
from tests.postgresql import postgresql
from tests.speech_service.serving import listening
from voice_service.messages.memory_levels import MemoryLevel
from voice_service.messages.objects import ObjectError, Objects, open_store
from voice_service.storage.database import migrate
from voice_service.storage.message_tables import objects
from voice_service.wiring import VoiceServices


def keys_for(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The variables that the operator sets."""
    for name, value in {
        "AWS_ACCESS_KEY_ID": "key-id",
        "AWS_SECRET_ACCESS_KEY": "key-secret",
        "AWS_REGION": "eu-central-1",
        "AWS_ENDPOINT_URL": url,
    }.items():
        monkeypatch.setenv(name, value)


async def test_objects_lie_in_s3(
    services: VoiceServices, clock: WallClock, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Put, read in parts, found no more once their time is over, and swept."""
    bucket = Bucket()
    async with listening(bucket.app(), services.settings.services, 0) as url:
        keys_for(url, monkeypatch)
        room = Objects(open_store(tmp_path, "s3://sound/messages"), services.engine, clock=clock)
        data = bytes(range(256)) * 2000
        name = await room.put("t1", data, suffix=".wav", media_type="audio/wav", expires_at=clock() + 60)
        found = await room.find(name)
        assert (found.bytes, found.media_type) == (len(data), "audio/wav")
        assert bucket.objects == {f"sound/messages/{name}": data}
        assert bucket.signed[0].startswith("AWS4-HMAC-SHA256 Credential=key-id/")
        assert await room.read(name) == data
        assert b"".join([piece async for piece in room.pieces(found, 255, 300_000)]) == data[255:300_000]
        clock.pass_s(60)
        with pytest.raises(ProblemError):
            await room.find(name)
        assert await room.sweep() == 1
        with pytest.raises(ProblemError):
            _ = [piece async for piece in room.pieces(found, 0, 10)]
        assert bucket.objects == {}
        await room.delete(name)  # a second time without harm


async def test_a_store_that_is_away_is_said(
    services: VoiceServices, clock: WallClock, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    keys_for("http://127.0.0.1:9", monkeypatch)
    room = Objects(open_store(tmp_path, "s3://sound"), services.engine, clock=clock)
    with pytest.raises(ObjectError):
        await room.put("t1", b"x", suffix="", media_type="audio/wav", expires_at=clock() + 60)


@pytest.mark.parametrize("url", ["file:///tmp", "http://example.org", "memory:///", "s3", "gs://bucket"])
def test_only_a_directory_or_s3_is_taken(url: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError):
        open_store(tmp_path, url)


async def test_names_cannot_be_guessed_and_say_nothing(services: VoiceServices, clock: WallClock) -> None:
    room = services.messages.messages.objects
    names = {
        await room.put("tenant-1", b"x", suffix=".ogg", media_type="audio/ogg", expires_at=clock() + 60)
        for _ in range(20)
    }
    assert len(names) == 20
    assert all(len(name) == 36 and "tenant" not in name for name in names)


async def test_postgresql_keeps_objects_and_sweeps_them(tmp_path: Path, clock: WallClock) -> None:
    async with postgresql() as url:
        engine = connect(url)
        await migrate(engine)
        room = Objects(open_store(tmp_path, ""), engine, clock=clock)
        await room.put("nobody", b"x", suffix="", media_type="audio/wav", expires_at=clock() + 60)
        assert await room.sweep() == 1, "its tenant is no more"
        async with reading(engine) as connection:
            assert (await connection.execute(select(objects))).all() == []
        await engine.dispose()


async def test_memory_holds_so_many_and_so_much() -> None:
    """What was used last stays; what is too old is gone; and room is given back."""
    clock = HandClock()
    level = MemoryLevel(3, 100, now=clock)
    for key in "abc":
        await level.put(key, b"x" * 10, 60)
    assert await level.get("a") is not None
    await level.put("d", b"x" * 10, 60)
    assert [key for key in "abcd" if await level.get(key) is not None] == ["a", "c", "d"]
    await level.put("e", b"x" * 85, 60)
    assert [key for key in "abcde" if await level.get(key) is not None] == ["d", "e"]
    await level.put("f", b"x" * 101, 60)
    assert [key for key in "abcdef" if await level.get(key) is not None] == []
    await level.put("a", b"x" * 100, 60)
    await level.forget(["a", "unknown"])
    await level.put("b", b"x" * 100, 60)
    assert await level.get("b") is not None
    clock.move(60)
    assert await level.get("b") is None
