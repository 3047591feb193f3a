"""The client against the real service over real HTTP."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from config.settings import Settings
from foundation.supervision import keep_running
from foundation.tasks import Tasks
from hive_client import (
    Forbidden,
    HiveClient,
    HiveUnreachable,
    JobFailed,
    JobNotOver,
    NotAuthorised,
    NotFound,
    Retries,
    Unusable,
    webhooks,
)
from hive_client.account import Choices
from tests.fakes.engines import ToneSynthesizer
from tests.fakes.recognition_service import ScriptedRecognition
from tests.fakes.service_engines import EchoTranslator
from tests.voice_service.conftest import clock, settings
from tests.voice_service.messaging import Api, messaging, over_http, wav

__all__ = ["clock", "settings"]

SOUND = wav(2.0)


@pytest.fixture
def recognition() -> ScriptedRecognition:
    return ScriptedRecognition("Good morning.")


@pytest.fixture
async def api(settings: Settings, recognition: ScriptedRecognition) -> AsyncIterator[Api]:
    tones = ToneSynthesizer({"es": 440.0})
    async with messaging(
        settings, recognition.app(), EchoTranslator(), tones, webhook_hosts=("127.0.0.1",)
    ) as api:
        yield api


@asynccontextmanager
async def asking(api: Api, key: str = "", **choices: bool) -> AsyncIterator[HiveClient]:
    """A client with a key of a new tenant, whose jobs are done meanwhile."""
    shown = key or (await api.tenant("acme", **choices))["authorization"].removeprefix("Bearer ")
    tasks = Tasks()
    tasks.start(api.services.jobs.runner.run(), name="jobs")
    tasks.start(keep_running(api.services.jobs.watchers["webhooks"], name="webhooks"), name="webhooks")
    try:
        async with over_http(api) as http, HiveClient(str(http.base_url), shown) as hive:
            yield hive
    finally:
        await tasks.close()


async def test_a_message_is_translated_and_stands_in_the_history(api: Api) -> None:
    async with asking(api, keeps_messages=True) as hive:
        answer = await hive.messages.translate(SOUND, "es", preserve_emotion=False, format="flac")
        assert (answer.original_text, answer.translated_text) == ("Good morning.", "GOOD MORNING.")
        assert (answer.source_language, answer.warnings, answer.cached) == ("en", (), False)
        assert answer.audio is not None
        assert answer.audio[:4] == b"fLaC"
        assert answer.audio == base64.b64decode(answer.audio_base64 or "")

        (past,) = [message async for message in hive.messages.history()]
        assert (past.job_id, past.original_text) == (answer.job_id, "Good morning.")
        stats = await hive.messages.stats()
        assert (stats.messages, stats.languages[0].target_language) == (1, "es")

        await hive.messages.forget(answer.job_id)
        assert (await hive.messages.page()).messages == ()


async def test_links_open_without_the_key(api: Api) -> None:
    """Which is not shown where a link leads, whoever that is."""
    shown: list[str | None] = []

    async def take(request: web.Request) -> web.Response:
        shown.append(request.headers.get("authorization"))
        return web.Response(body=b"RIFF")

    elsewhere = web.Application()
    elsewhere.router.add_get("/sound", take)
    async with asking(api) as hive, TestServer(elsewhere, host="127.0.0.1") as server:
        assert await hive.messages.sound(str(server.make_url("/sound"))) == b"RIFF"
    assert shown == [None]


async def test_a_message_is_written_down(api: Api) -> None:
    async with asking(api) as hive:
        found = await hive.messages.transcribe(SOUND, source_language="en", quality="fast")
    assert (found.text, found.language, found.confidence) == ("Good morning.", "en", 0.9)
    assert [segment.text for segment in found.segments] == ["Good morning."]


async def test_languages_and_voices_are_listed(api: Api) -> None:
    async with asking(api) as hive:
        languages = {each.code: each for each in await hive.messages.languages()}
        voices = await hive.speech.voices("es")
        assert languages["es"].spoken
        assert voices.voices[0].name == "es-1"
        assert (await hive.speech.sample("es-1"))[:3] in {b"ID3", b"\xff\xfb\x90"}


async def test_a_text_is_spoken_whole_and_as_it_is_made(api: Api) -> None:
    async with asking(api) as hive:
        speech = await hive.speech.speak("Buenos días.", voice="es-2", speed=1.5)
        assert (speech.sound[:4], speech.media_type, speech.voice) == (b"RIFF", "audio/wav", "es-2")
        async with hive.speech.stream("Buenos días a todos.", voice="es-1", format="wav") as pieces:
            streamed = b"".join([piece async for piece in pieces])
        assert streamed[:4] == b"RIFF"
        with pytest.raises(Unusable) as refused:
            async with hive.speech.stream("", voice="es-1"):
                pass
        assert refused.value.status == 400


async def test_a_job_is_waited_for_and_its_webhook_is_genuine(api: Api) -> None:
    told: asyncio.Queue[tuple[str, bytes]] = asyncio.Queue()

    async def take(request: web.Request) -> web.Response:
        await told.put((request.headers[webhooks.HEADER], await request.read()))
        return web.Response()

    receiver = web.Application()
    receiver.router.add_post("/hook", take)
    async with asking(api) as hive, TestServer(receiver, host="127.0.0.1") as server:
        name = await hive.jobs.translate(
            SOUND, "es", webhook_url=str(server.make_url("/hook")), idempotency_key="message 1"
        )
        assert await hive.jobs.translate(
            SOUND, "es", webhook_url=str(server.make_url("/hook")), idempotency_key="message 1"
        ) == name  # fmt: skip
        result = await hive.jobs.wait(name, within_s=30)
        assert (result.job_id, result.translated_text) == (name, "GOOD MORNING.")
        async with asyncio.timeout(30):
            header, body = await told.get()
        secret = await hive.jobs.webhook_secret()
        told_of = webhooks.job_of(secret, header, body, now=api.clock)
        assert (told_of.job_id, told_of.status, told_of.over) == (name, "completed", True)
        assert [each.queue for each in await hive.jobs.waiting()] == ["P0", "P1", "P2"]


async def test_a_job_is_cancelled(api: Api, recognition: ScriptedRecognition) -> None:
    """Its result cannot be waited for any more; before that, waiting ends without ending it."""
    recognition.gate = asyncio.Event()
    async with asking(api) as hive:
        name = await hive.jobs.translate(SOUND, "es")
        await recognition.waiting.wait()
        with pytest.raises(JobNotOver):
            await hive.jobs.wait(name, within_s=0.01)
        assert (await hive.jobs.cancel(name)).job_id == name
        with pytest.raises(JobFailed) as failed:
            await hive.jobs.wait(name, within_s=30)
        assert (failed.value.job_id, failed.value.code) == (name, "cancelled")


async def test_a_job_that_fails_says_why(api: Api) -> None:
    async with asking(api) as hive:
        name = await hive.jobs.translate(b"once upon a time", "es")
        with pytest.raises(JobFailed) as failed:
            await hive.jobs.wait(name, within_s=30)
    assert failed.value.code == "bad_audio"


async def test_refusals_are_errors_of_their_kind(api: Api) -> None:
    """With code, detail and what a program can act on."""
    async with asking(api) as hive:
        with pytest.raises(Unusable) as unusable:
            await hive.messages.translate(wav(0.1), "es")
        assert (unusable.value.status, unusable.value.code) == (422, "audio_too_short")
        with pytest.raises(NotFound) as unknown:
            await hive.jobs.get("nothing")
        assert unknown.value.code == "unknown_job"
        with pytest.raises(NotFound):  # a name leads nowhere else
            await hive.jobs.get("../../languages")
        with pytest.raises(NotFound) as voice:
            await hive.speech.speak("a", voice="nobody")
        assert (voice.value.code, voice.value.problem["known"]) == ("", ["es-1", "es-2", "es-3"])
    async with asking(api, key="hive_" + "a" * 43) as stranger:
        with pytest.raises(NotAuthorised):
            await stranger.account.get()


async def test_the_account_says_what_one_may_and_makes_tokens(api: Api) -> None:
    """A token does what the key does, and makes no tokens."""
    async with asking(api) as hive:
        account = await hive.account.get()
        assert (account.tenant, account.plan.name, account.left) == ("acme", "pro", 500)
        chosen = await hive.account.choose(Choices(True, True, False))
        assert await hive.account.choices() == chosen
        token = await hive.account.token()
    async with asking(api, key=token.token) as browser:
        assert (await browser.account.get()).tenant == "acme"
        with pytest.raises((NotAuthorised, Forbidden)):
            await browser.account.token()


async def test_keys_are_made_and_withdrawn(api: Api) -> None:
    """The key is shown once, works, and is over from its next request on."""
    async with asking(api) as hive:
        made = await hive.account.new_key("server")
        assert made.key is not None
        assert made.key not in repr(made)
        async with asking(api, key=made.key) as other:
            assert (await other.account.get()).tenant == "acme"
            await hive.account.withdraw_key(made.id)
            with pytest.raises(NotAuthorised):
                await other.account.get()
        listed = {key.id: key for key in await hive.account.keys()}
        assert listed[made.id].withdrawn_at is not None
        assert listed[made.id].key is None


async def test_nobody_there_is_an_error_of_its_own() -> None:
    async with HiveClient(
        "http://127.0.0.1:9", "hive_x", retries=Retries(tries=2, first_pause_s=0.01)
    ) as hive:
        with pytest.raises(HiveUnreachable):
            await hive.account.get()


async def test_names_in_links_are_those_of_the_service(api: Api) -> None:
    """An answer's own link leads to its sound."""
    async with asking(api) as hive:
        answer = await hive.messages.translate(SOUND, "es")
        async with over_http(api) as http:
            split = urlsplit(answer.audio_url or "")
            url = f"{str(http.base_url).rstrip('/')}{split.path}?{split.query}"
            assert await hive.messages.sound(url) == answer.audio
