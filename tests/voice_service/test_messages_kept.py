"""What stays of a message: nothing, unless the tenant wants it; and what is deleted is gone everywhere."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from pydantic import SecretStr
from sqlalchemy import delete, func, select

from config.settings import Settings
from foundation.database import reading, transaction
from tests.auth_service.conftest import WallClock
from tests.fakes.engines import ScriptedTranslator, ToneSynthesizer
from tests.fakes.recognition_service import ScriptedRecognition
from tests.redis_server import redis_server
from tests.voice_service.messaging import TRANSLATE, Api, messaging, refusal, wav
from voice_service.storage.message_tables import messages, objects, remembered
from voice_service.storage.tables import tenants

BASE = "http://127.0.0.1:8000"
HISTORY = "/api/v1/voice/history"


@pytest.fixture
def recognition() -> ScriptedRecognition:
    return ScriptedRecognition("Good morning.")


def translator() -> ScriptedTranslator:
    return ScriptedTranslator({("es", "Good morning."): "Buenos días."})


def tones() -> ToneSynthesizer:
    return ToneSynthesizer({"es": 440.0})


@pytest_asyncio.fixture
async def api(settings: Settings, recognition: ScriptedRecognition, clock: WallClock) -> AsyncIterator[Api]:
    async with messaging(settings, recognition.app(), translator(), tones(), clock) as api:
        yield api


async def history(api: Api, headers: dict[str, str], **query: Any) -> dict[str, Any]:
    answer = await api.client.get(HISTORY, headers=headers, params=query)
    assert answer.status_code == 200, answer.text
    tree: dict[str, Any] = answer.json()
    return tree


async def count(api: Api, table: Any) -> int:
    async with reading(api.services.engine) as connection:
        return int((await connection.execute(select(func.count()).select_from(table))).scalar_one())


def files(api: Api) -> list[Path]:
    """All that lies in the directory of objects."""
    place = api.services.settings.voice.directory / "objects"
    return [path for path in place.rglob("*") if path.is_file()]


async def test_without_a_choice_the_history_has_no_words_and_no_sound_stays(api: Api) -> None:
    headers = await api.tenant("acme")
    answer = await api.sent(headers, wav(2.0), return_audio_url="false")
    (entry,) = (await history(api, headers))["messages"]

    assert entry["job_id"] == answer["job_id"]
    assert (entry["status"], entry["source_language"], entry["target_language"]) == ("completed", "en", "es")
    assert [entry[name] for name in ("original_text", "translated_text", "audio_url", "input_audio_url")] == [
        None
    ] * 4
    assert entry["duration_seconds"] == pytest.approx(2.0)
    assert entry["created_at"] == "2027-01-15T08:00:00.000Z"
    assert files(api) == []
    assert await count(api, remembered) == 0
    data = (api.services.settings.voice.directory.parent / "voice.sqlite3").read_bytes()
    assert b"Good morning" not in data


async def test_a_tenant_that_keeps_its_messages_finds_texts_and_sound(api: Api) -> None:
    headers, sound = await api.tenant("acme", keeps_messages=True), wav(2.0)
    await api.sent(headers, sound)
    (entry,) = (await history(api, headers))["messages"]

    assert (entry["original_text"], entry["translated_text"]) == ("Good morning.", "Buenos días.")
    sent = await api.client.get(entry["input_audio_url"].removeprefix(BASE))
    spoken = await api.client.get(entry["audio_url"].removeprefix(BASE))
    assert (sent.content, spoken.status_code) == (sound, 200)


async def test_deleting_a_message_ends_its_links_and_its_memory(
    api: Api, recognition: ScriptedRecognition
) -> None:
    """Another tenant cannot, and a message that was answered from memory clears that memory as well."""
    headers = await api.tenant("acme", keeps_messages=True, remembers_messages=True)
    strangers = await api.tenant("other")
    await api.sent(headers, wav(2.0))
    again = await api.sent(headers, wav(2.0))
    assert (again["cached"], len(recognition.asked)) == (True, 1)
    path = f"{HISTORY}/{again['job_id']}"

    assert refusal(await api.client.delete(path, headers=strangers)) == (404, "unknown_job")
    assert (await api.client.delete(path, headers=headers)).status_code == 204
    assert refusal(await api.client.delete(path, headers=headers)) == (404, "unknown_job")
    assert refusal(await api.client.get(again["audio_url"].removeprefix(BASE))) == (404, "not_found")
    assert await count(api, remembered) == 0
    third = await api.sent(headers, wav(2.0))
    assert (third["cached"], len(recognition.asked)) == (False, 2)


async def test_a_repeated_message_is_answered_from_memory(api: Api, recognition: ScriptedRecognition) -> None:
    """Only where the tenant wants it, only its own, only for a day, and only for the same wish."""
    headers = await api.tenant("acme", remembers_messages=True)
    others = await api.tenant("other", remembers_messages=True)
    first = await api.sent(headers, wav(2.0))
    second = await api.sent(headers, wav(2.0))

    assert (first["cached"], second["cached"]) == (False, True)
    assert second["job_id"] != first["job_id"]
    assert second["audio_base64"] == first["audio_base64"]
    assert second["translated_text"] == first["translated_text"]
    assert set(second["timestamps"].values()) == {0}
    assert len(recognition.asked) == 1

    assert not (await api.sent(others, wav(2.0)))["cached"]
    assert not (await api.sent(headers, wav(2.0), quality="high"))["cached"]
    assert not (await api.sent(headers, wav(2.5)))["cached"]
    api.clock.pass_s(86_401)
    assert not (await api.sent(headers, wav(2.0)))["cached"]
    await api.choose("acme", remembers_messages=False)
    assert not (await api.sent(headers, wav(2.0)))["cached"]


async def test_another_recording_of_the_same_words_is_not_translated_again(
    settings: Settings, recognition: ScriptedRecognition
) -> None:
    reader = translator()
    async with messaging(settings, recognition.app(), reader, tones()) as api:
        headers = await api.tenant("acme", remembers_messages=True)
        await api.sent(headers, wav(2.0))
        await api.sent(headers, wav(3.0))
    assert (len(recognition.asked), len(reader.asked)) == (2, 1)


async def test_two_services_share_what_they_remember(
    settings: Settings, tmp_path: Path, clock: WallClock
) -> None:
    """Through Redis and the database; what one deletes the other does not give back, though its memory holds it."""
    first, second = ScriptedRecognition("Good morning."), ScriptedRecognition("Good morning.")
    async with redis_server(tmp_path) as (redis, process):
        port = redis.connection_pool.connection_kwargs["port"]
        shared: dict[str, Any] = {"redis_url": SecretStr(f"redis://127.0.0.1:{port}")}
        async with (
            messaging(settings, first.app(), translator(), tones(), clock, **shared) as here,
            messaging(settings, second.app(), translator(), tones(), clock, **shared) as there,
        ):
            headers = await here.tenant("acme", remembers_messages=True)
            made = await here.sent(headers, wav(2.0))
            kept = [key async for key in redis.scan_iter("hive:voice:remembered:*")]
            assert len(kept) == 2
            assert (await there.sent(headers, wav(2.0)))["cached"]
            assert (
                await here.client.delete(f"{HISTORY}/{made['job_id']}", headers=headers)
            ).status_code == 204
            assert [key async for key in redis.scan_iter("hive:voice:remembered:*")] == []
            assert not (await there.sent(headers, wav(2.0)))["cached"]
            process.terminate()
            await process.wait()
            assert (await here.sent(headers, wav(2.0)))["cached"], "the objects are there without Redis"


async def test_the_history_comes_in_pages(api: Api) -> None:
    """The newest first, each message once, and only the tenant's own."""
    headers, others = await api.tenant("acme"), await api.tenant("other")
    made = []
    for _ in range(5):
        made.append((await api.sent(headers, wav(2.0)))["job_id"])
        api.clock.pass_s(1)
    await api.sent(others, wav(2.0))

    seen: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = await history(api, headers, limit=2, **cursor)
        seen += [entry["job_id"] for entry in page["messages"]]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert seen == made[::-1]
    assert len((await history(api, others))["messages"]) == 1


@pytest.mark.parametrize("cursor", ["", "x", "ää", "AAAA", "bmFuIHg", "MWUzMDAgeA", "MSBhAGI", "A" * 200])
async def test_a_made_up_cursor_is_refused(api: Api, cursor: str) -> None:
    answer = await api.client.get(HISTORY, headers=await api.tenant("acme"), params={"cursor": cursor})
    assert refusal(answer) == (422, "wrong_cursor")


async def test_figures_count_what_the_history_holds(api: Api) -> None:
    headers = await api.tenant("acme", remembers_messages=True)
    await api.sent(headers, wav(2.0))
    await api.sent(headers, wav(2.0))
    await api.send(headers, b"no sound")
    answer = await api.client.get("/api/v1/voice/stats", headers=headers)
    tree = answer.json()

    assert {name: tree[name] for name in ("messages", "completed", "failed", "cached")} == {
        "messages": 3, "completed": 2, "failed": 1, "cached": 1,
    }  # fmt: skip
    assert tree["seconds"] == pytest.approx(4.0)
    assert tree["mean_processing_ms"] > 0
    assert tree["languages"] == [{"source_language": "en", "target_language": "es", "messages": 2}]
    (failed, *_) = [m for m in (await history(api, headers))["messages"] if m["status"] == "failed"]
    assert failed["error"] == "bad_audio"
    empty = await api.client.get("/api/v1/voice/stats", headers=await api.tenant("new"))
    assert (empty.json()["messages"], empty.json()["mean_processing_ms"]) == (0, None)


async def test_old_messages_and_sound_are_deleted(api: Api) -> None:
    """Links after an hour, what is kept after thirty days, and the rest with its tenant."""
    keeper = await api.tenant("keeper", keeps_messages=True)
    other = await api.tenant("other", remembers_messages=True)
    await api.sent(keeper, wav(2.0))
    await api.sent(other, wav(2.0))
    room = api.services.messages.messages
    assert len(files(api)) == 2 + 1 + 2

    api.clock.pass_s(3601)
    await room.objects.sweep()
    assert len(files(api)) == 2 + 2
    async with transaction(api.services.engine) as connection:
        await connection.execute(delete(tenants).where(tenants.c.id == "other"))
    await room.objects.sweep()
    assert len(files(api)) == 2
    assert await count(api, remembered) == 0
    api.clock.pass_s(30 * 86_400)
    await room.history.sweep()
    assert files(api) == []
    assert (await count(api, messages), await count(api, objects)) == (0, 0)
    assert (await history(api, keeper))["messages"] == []


async def test_the_sweepers_are_among_the_background_work(api: Api) -> None:
    assert set(api.services.watchers) >= {"old objects", "old messages"}


async def test_links_expire_and_cannot_be_made_up(api: Api) -> None:
    link = (await api.sent(await api.tenant("acme"), wav(2.0)))["audio_url"].removeprefix(BASE)
    path, _, query = link.partition("?")
    expires, signature = (pair.partition("=")[2] for pair in query.split("&"))

    forged = f"{path}?expires={int(expires) + 9999}&signature={signature}"
    assert refusal(await api.client.get(forged)) == (403, "wrong_signature")
    assert refusal(await api.client.get(f"{path}?expires={expires}&signature=ä")) == (403, "wrong_signature")
    other = path[:-5] + ("y.wav" if path.endswith("x.wav") else "x.wav")
    assert refusal(await api.client.get(link.replace(path, other))) == (403, "wrong_signature")
    assert refusal(await api.client.get(path)) == (422, "invalid")
    api.clock.pass_s(3601)
    assert refusal(await api.client.get(link)) == (410, "link_expired")
    assert refusal(await api.client.get(forged)) == (403, "wrong_signature")


@pytest.mark.parametrize(
    ("asked", "status", "first", "end"),
    [
        ("bytes=0-9", 206, 0, 10),
        ("bytes=100-", 206, 100, None),
        ("bytes=-7", 206, -7, None),
        ("bytes=0-", 200, 0, None),
        ("bytes=5-99999999", 206, 5, None),
        ("bytes=9-5", 200, 0, None),
        ("lines=0-9", 200, 0, None),
        ("bytes=0-1,4-5", 200, 0, None),
        ("bytes=-", 200, 0, None),
    ],
)
async def test_a_range_of_the_sound_can_be_had(
    api: Api, asked: str, status: int, first: int, end: int | None
) -> None:
    link = (await api.sent(await api.tenant("acme"), wav(2.0)))["audio_url"].removeprefix(BASE)
    whole = (await api.client.get(link)).content
    answer = await api.client.get(link, headers={"range": asked})
    assert (answer.status_code, answer.content) == (status, whole[first:end])
    beyond = await api.client.get(link, headers={"range": f"bytes={len(whole)}-"})
    assert refusal(beyond) == (416, "wrong_range")


async def test_a_store_that_is_full_leaves_the_answer_without_a_link(api: Api) -> None:
    """Where a link is all that was wanted, that is said as a failure."""
    place = api.services.settings.voice.directory / "objects"
    place.rmdir()
    place.write_bytes(b"")  # neither files nor directories can be made in it
    headers = await api.tenant("acme")
    answer = await api.sent(headers, wav(2.0), preserve_emotion="false")
    assert answer["audio_url"] is None
    assert [warning["code"] for warning in answer["warnings"]] == ["not_stored"]
    refused = await api.client.post(
        TRANSLATE,
        params={"target_language": "es", "return_base64": "false"},
        content=wav(2.0),
        headers={**headers, "content-type": "audio/wav"},
    )
    assert refusal(refused) == (503, "storage")
