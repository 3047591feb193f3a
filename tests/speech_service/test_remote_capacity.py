"""What a room's process learns of the machines that its services run on."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict, replace
from functools import partial
from typing import Any

import pytest
from fastapi import FastAPI, Request, Response
from structlog.testing import capture_logs

from config.settings import Services
from pipeline.capacity import Capacity
from speech_service.client import RemoteCapacity
from speech_service.client.capacity import read_capacity, together
from speech_service.tts import tts_app
from speech_service.wire import WireError
from tests.fakes.cable import cable
from tests.fakes.engines import ToneSynthesizer
from tests.speech_service.serving import listening, settings

EAR = Capacity(3, 0.35, (6, 4, 2), {"kokoro": 1, "espeak": 99}, ("3 people may speak at once",))
MOUTH = Capacity(2, 0.2, (5, 3), {"piper": 7})
BOTH = Capacity(3, 0.35, (5, 3, 3), {"piper": 7})


def service(capacity: Capacity | None) -> FastAPI:
    """A service on a machine that keeps up with so much, or was not measured."""
    app = tts_app(ToneSynthesizer({"es": 440.0}), settings())
    tell(app, capacity)
    return app


def tell(app: FastAPI, capacity: Capacity | None) -> None:
    app.state.measures.state("machine", {"capacity": None if capacity is None else asdict(capacity)})


@asynccontextmanager
async def asking(
    stt_url: str, tts_url: str, own: Capacity | None = None, *, token: str = ""
) -> AsyncIterator[RemoteCapacity]:
    services: Services = settings(token=token, stt_url=stt_url, tts_url=tts_url).services
    remote = RemoteCapacity(services, own, ask_every_s=0.02)
    remote.start()
    try:
        async with asyncio.timeout(20):
            yield remote
    finally:
        await remote.close()


class Asked:
    """Counts how often services were asked."""

    def __init__(self, *apps: FastAPI) -> None:
        self._times = [0 for _ in apps]
        for number, app in enumerate(apps):
            app.middleware("http")(partial(self._count, number))

    def least(self) -> int:
        return min(self._times)

    async def _count(
        self, number: int, request: Request, answer: Callable[[Request], Awaitable[Response]]
    ) -> Response:
        self._times[number] += 1
        return await answer(request)


async def until(true: Callable[[], bool]) -> None:
    while not true():
        await asyncio.sleep(0.01)


async def test_one_machine_says_it_for_both_services() -> None:
    """Everything but the sentences for people, which the room has words of its own for."""
    async with listening(service(EAR), settings().services, 0) as url, asking(url, url) as remote:
        await until(lambda: remote.now() is not None)
        assert remote.now() == replace(EAR, sentences=())


async def test_recognition_and_voices_on_two_machines() -> None:
    """Who is heard depends on the one, how many languages are spoken on the other."""
    async with (
        listening(service(EAR), settings().services, 0) as ear,
        listening(service(MOUTH), settings().services, 0) as mouth,
        asking(ear, mouth) as remote,
    ):
        await until(lambda: remote.now() is not None)
        assert remote.now() == BOTH


async def test_a_service_that_starts_late_is_asked_until_it_answers() -> None:
    """Until then nothing is claimed; one that is started anew with other figures is believed."""
    app = service(EAR)
    async with (
        listening(app, settings().services, 0) as url,
        cable(url) as laid,
        asking(url, laid.url) as remote,
    ):
        await until(lambda: remote.now() is not None)
        await laid.cut()
        tell(app, MOUTH)
        await until(lambda: remote.now() == replace(MOUTH, languages=(6, 4), places=EAR.places))
        await laid.mend()
        await until(lambda: remote.now() == MOUTH)


async def test_a_service_that_does_not_know_claims_nothing() -> None:
    """One that was not measured, and one that has nothing to say of its machine."""
    silent = tts_app(ToneSynthesizer({"es": 440.0}), settings())
    unmeasured = service(None)
    asked = Asked(silent, unmeasured)
    async with (
        listening(service(EAR), settings().services, 0) as ear,
        listening(silent, settings().services, 0) as mouth,
        listening(unmeasured, settings().services, 0) as later,
        asking(ear, mouth) as first,
        asking(ear, later) as second,
    ):
        await until(lambda: asked.least() > 2)  # so that two answers of each have been taken
        assert (first.now(), second.now()) == (None, None)
        tell(unmeasured, MOUTH)
        await until(lambda: second.now() == BOTH)


async def test_an_answer_that_nobody_foresaw_does_not_end_the_asking() -> None:
    """A service that sends nonsense for a while is asked on, and believed once it makes sense."""
    app, nonsense = FastAPI(), [True]

    @app.get("/performance")
    async def performance() -> Response:
        deep = b"[" * 200_000  # deeper than a parser goes
        said = json.dumps({"machine": {"capacity": asdict(EAR)}}).encode()
        return Response(deep if nonsense else said, media_type="application/json")

    async with listening(app, settings().services, 0) as url, asking(url, url) as remote:
        with capture_logs() as logs:
            await until(lambda: any(entry["event"] == "begun again after a failure" for entry in logs))
        nonsense.clear()
        await until(lambda: remote.now() == replace(EAR, sentences=()))


async def test_what_runs_in_the_own_process_is_known_there() -> None:
    """Without any service nobody is asked; with one the two are put together."""
    async with asking("", "", EAR) as alone:
        assert alone.now() == replace(EAR, sentences=())
    async with (
        listening(service(MOUTH), settings().services, 0) as mouth,
        asking("", mouth, EAR) as remote,
    ):
        await until(lambda: remote.now() == BOTH)


async def test_services_that_want_a_token_get_it() -> None:
    """The same as for everything else that is asked of them."""
    guarded = settings(token="a token of the tests")
    app = tts_app(ToneSynthesizer({"es": 440.0}), guarded)
    tell(app, EAR)
    async with (
        listening(app, guarded.services, 0) as url,
        asking(url, url) as stranger,
        asking(url, url, token="a token of the tests") as friend,
    ):
        await until(lambda: friend.now() is not None)
        assert stranger.now() is None


def test_nothing_is_known_where_one_is_missing() -> None:
    """Half of it would promise what may not be there."""
    assert together(EAR, None) is together(None, MOUTH) is None


@pytest.mark.parametrize(
    "said",
    [
        {"speakers": 2},
        {**asdict(EAR), "speakers": "many"},
        {**asdict(EAR), "speakers": 0},
        {**asdict(EAR), "languages": []},
        {**asdict(EAR), "languages": [1] * 5000},
        {**asdict(EAR), "places": ["kokoro"]},
        7,
    ],
)
def test_what_cannot_be_read_is_refused(said: Any) -> None:
    """A service of another age may say it differently."""
    with pytest.raises(WireError, match="cannot be read"):
        read_capacity({"machine": {"capacity": said}})


@pytest.mark.parametrize("answer", [None, [], {}, {"machine": None}, {"machine": {"capacity": None}}])
def test_no_capacity_is_no_error(answer: Any) -> None:
    """It was not measured, or the service is older."""
    assert read_capacity(answer) is None
