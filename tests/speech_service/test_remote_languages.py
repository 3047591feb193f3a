"""What a room's process learns of the languages that services have."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import pytest
from fastapi import FastAPI

from config.settings import Services
from speech_service.client import RemoteLanguages, languages
from speech_service.wire import WireError
from tests.fakes.engines import info
from tests.speech_service.serving import listening, settings

ENGINE = asdict(info("resemblyzer"))
WAYS: list[Callable[..., RemoteLanguages]] = [languages.recognised, languages.likened]


def at(url: str) -> Services:
    return settings(stt_url=url, tts_url=url).services


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
async def test_what_it_can_do_is_learnt_and_learnt_anew(way: Callable[..., RemoteLanguages]) -> None:
    """Nothing is claimed before it has answered; another model has other languages."""
    app, known = FastAPI(), ["en"]

    @app.get("/languages")
    @app.get("/speakers")
    async def said() -> dict[str, Any]:
        return {"engine": ENGINE, "languages": known, "missing": ""}

    async with listening(app, settings().services, 0) as url, asyncio.timeout(20):
        remote = way(at(url), ask_every_s=0.02)
        assert remote.now() == ()
        remote.start()
        try:
            while remote.now() != ("en",):
                await asyncio.sleep(0.01)
            known.append("es")
            while remote.now() != ("en", "es"):
                await asyncio.sleep(0.01)
        finally:
            await remote.close()


def test_nothing_is_promised_where_nothing_measures_voices() -> None:
    """The languages of its voices are none in which one can be found."""
    assert languages.read_likened({"engine": None, "languages": ["en"], "missing": "fetch it"}) == ()


@pytest.mark.parametrize(
    "said", [None, "en", ["<b>"], [1], ["en"] * (languages.MOST_LANGUAGES + 1), {"en": 1}], ids=repr
)
def test_an_answer_of_something_else_is_refused(said: object) -> None:
    """Nobody is told that they are not understood because of it, or that their voice can be resembled."""
    with pytest.raises(WireError):
        languages.read_recognised({"languages": said})
    with pytest.raises(WireError):
        languages.read_likened({"engine": ENGINE, "languages": said, "missing": ""})


@pytest.mark.parametrize("answer", [None, [], {}, "en"])
def test_no_answer_is_refused(answer: object) -> None:
    """Whatever is at that address."""
    for read in (languages.read_recognised, languages.read_likened):
        with pytest.raises(WireError):
            read(answer)
