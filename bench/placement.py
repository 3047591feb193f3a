"""The services with their engines in their own process, and in copies on Ray: the same work, one after the other."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal

import aiohttp
import numpy as np

from bench import readings
from bench.hearing import Measurements, with_model
from bench.machine import describe
from bench.result import markdown, number
from config.settings import Services, Settings
from pipeline.audio import HEARING_RATE_HZ, AudioFrame, Pcm
from pipeline.channel import Channel
from pipeline.durations import Durations
from pipeline.engines.placed.cluster import require_ray
from pipeline.engines.protocols import EngineError, HearingOptions, SynthesisRequest, TranslationRequest
from pipeline.events import Heard, Words
from speech_service.client import RemoteHearing, RemoteSynthesizer, RemoteTranslator
from speech_service.serve import SERVICES, serve
from stack.ports import free_port

Placement = Literal["here", "ray"]
PLACEMENTS: Final[tuple[Placement, ...]] = ("here", "ray")

_PIECE: Final = HEARING_RATE_HZ // 10
_PAUSE: Final = np.zeros(HEARING_RATE_HZ, np.int16)
_CLAUSE_EVERY_S: Final = 2.0
"""How often each speaker's words make a clause that is translated and spoken."""
_INTO: Final = "es"


@dataclass(slots=True)
class _Round:
    """What one number of speakers met."""

    committed: Durations = field(default_factory=Durations)
    """From when a word had been said until it was committed."""
    translated: Durations = field(default_factory=Durations)
    first_sound: Durations = field(default_factory=Durations)
    words: int = 0
    failures: int = 0

    def told(self) -> dict[str, Any]:
        """As JSON has it."""
        return {
            "words": self.words,
            "failures": self.failures,
            "committed": self.committed.summary(),
            "translated": self.translated.summary(),
            "first_sound": self.first_sound.summary(),
        }


async def measure(
    settings: Settings, model: str, *, speakers: Sequence[int], seconds: int, say: Callable[[str], None]
) -> Measurements:
    """Both placements, each with every number of speakers. Raises EngineMissing, EngineError, OSError.

    Args:
        model: as for `bench.hearing.with_model`.
        seconds: how long everybody speaks in each round.
        say: gets progress.
    """
    require_ray()
    settings = with_model(settings, model)
    machine = describe()
    results = {
        placement: await _placed(settings, placement, speakers, seconds, say) for placement in PLACEMENTS
    }
    return {
        "kind": "placement",
        "model": model or "as set",
        "seconds": seconds,
        "machine": machine | {"load_after": describe()["load_before"]},
        "results": results,
    }


async def _placed(
    settings: Settings,
    placement: Placement,
    speakers: Sequence[int],
    seconds: int,
    say: Callable[[str], None],
) -> dict[str, Any]:
    began_s = time.monotonic()
    async with _running(settings, placement, say) as services:
        started_s = time.monotonic() - began_s
        rounds = {}
        for count in speakers:
            say(f"{placement}: {count} at once for {seconds} s")
            rounds[str(count)] = (await _round(services, count, seconds)).told()
        told = {name: await _performance(services, name) for name in SERVICES}
    return {
        "started_s": round(started_s, 1),
        "rounds": rounds,
        "operations": {name: each["operations"] for name, each in told.items()},
        "copies": {name: each.get("placement", {}) for name, each in told.items()},
    }


@asynccontextmanager
async def _running(
    settings: Settings, placement: Placement, say: Callable[[str], None]
) -> AsyncIterator[Services]:
    """The three services in this process, from when they answer."""
    urls = [f"http://127.0.0.1:{free_port()}" for _ in SERVICES]
    services = replace(
        settings.services, placement=placement, stt_url=urls[0], mt_url=urls[1], tts_url=urls[2]
    )
    answering = asyncio.Event()
    left = itertools.count(len(SERVICES) - 1, -1)

    def announced(_: str) -> None:
        if next(left) == 0:
            answering.set()

    serving = asyncio.create_task(
        serve(replace(settings, services=services), announce=announced, say=say), name="services"
    )
    waiting = asyncio.create_task(answering.wait(), name="services answer")
    try:
        await asyncio.wait([serving, waiting], return_when=asyncio.FIRST_COMPLETED)
        if serving.done():
            serving.result()
        yield services
    finally:
        waiting.cancel()
        serving.cancel()
        with suppress(asyncio.CancelledError):
            await serving


async def _round(services: Services, count: int, seconds: int) -> _Round:
    found = _Round()
    async with (
        RemoteHearing(services) as hearing,
        RemoteTranslator(services) as translator,
        RemoteSynthesizer(services) as synthesizer,
        asyncio.TaskGroup() as group,
    ):
        for at in range(count):
            group.create_task(_speaks(hearing, at, seconds, found))
            group.create_task(_clauses(translator, synthesizer, at, seconds, found))
    return found


async def _speaks(hearing: RemoteHearing, at: int, seconds: int, found: _Round) -> None:
    """One person, at the pace of life; each begins with another reading."""
    frames, heard = Channel[AudioFrame](32), Channel[Heard](1000)
    pcm = _talk(at, seconds)
    began_s = time.monotonic()

    async def speak() -> None:
        for first in range(0, len(pcm), _PIECE):
            await asyncio.sleep(max(0.0, began_s + first / HEARING_RATE_HZ - time.monotonic()))
            await frames.put(AudioFrame(first, pcm[first : first + _PIECE]))
        frames.close()

    async def listen() -> None:
        async for event in heard:
            if isinstance(event, Words):
                for word in event.committed:
                    found.words += 1
                    found.committed.add(time.monotonic() - began_s - word.end_sample / HEARING_RATE_HZ)

    async with asyncio.TaskGroup() as group:
        group.create_task(speak())
        group.create_task(listen())
        group.create_task(hearing(frames, heard, HearingOptions(f"speaker {at}", "en")))


async def _clauses(
    translator: RemoteTranslator, synthesizer: RemoteSynthesizer, at: int, seconds: int, found: _Round
) -> None:
    """What one person's clauses ask for: a translation, then its sound."""
    ends_s = time.monotonic() + seconds
    sentences = list(readings.AUSTEN.values())
    for turn in itertools.count(at):
        began_s = time.monotonic()
        if began_s >= ends_s:
            return
        try:
            text = sentences[turn % len(sentences)]
            result = await translator.translate(TranslationRequest(text, "en", _INTO))
            found.translated.add(time.monotonic() - began_s)
            await _spoken(synthesizer, result.text, found)
        except EngineError:
            found.failures += 1
        await asyncio.sleep(max(0.0, began_s + _CLAUSE_EVERY_S - time.monotonic()))


async def _spoken(synthesizer: RemoteSynthesizer, text: str, found: _Round) -> None:
    """Raises EngineError."""
    began_s, first = time.monotonic(), True
    async with aclosing(synthesizer.synthesize(SynthesisRequest(text, _INTO, ""))) as pieces:
        async for _ in pieces:
            if first:
                found.first_sound.add(time.monotonic() - began_s)
            first = False


def _talk(at: int, seconds: int) -> Pcm:
    names = sorted(readings.AUSTEN)
    pieces: list[Pcm] = []
    length = 0
    for turn in itertools.count(at):
        pieces += [readings.sound(names[turn % len(names)]), _PAUSE]
        length += len(pieces[-2]) + len(pieces[-1])
        if length >= seconds * HEARING_RATE_HZ:
            break
    return np.concatenate(pieces)[: seconds * HEARING_RATE_HZ]


async def _performance(services: Services, name: str) -> dict[str, Any]:
    url = {"stt": services.stt_url, "mt": services.mt_url, "tts": services.tts_url}[name]
    token = services.token.get_secret_value()
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with aiohttp.ClientSession() as client, client.get(f"{url}/performance", headers=headers) as answer:
        tree: dict[str, Any] = await answer.json()
        return tree


# --- the result ------------------------------------------------------------------------------------------

_ROUND: Final = (
    "",
    "speakers",
    "committed p50 / p95, s",
    "translated",
    "first sound",
    "words",
    "failures",
)
_LOOKS: Final = ("", "started, s", "look p50 / p95, s", "last look", "batches of stt by size", "copies")


def text(found: Measurements) -> str:
    """Markdown."""
    machine = found["machine"]
    head = (
        f"# Placement: {found['model']}, {found['seconds']} s in each round\n\n"
        f"{machine['cores']} cores, load {machine['load_before']} before and {machine['load_after']} after\n"
    )
    rounds = [
        (
            placement,
            count,
            _spread(each["committed"]),
            _spread(each["translated"]),
            _spread(each["first_sound"]),
            str(each["words"]),
            str(each["failures"]),
        )
        for placement, result in found["results"].items()
        for count, each in result["rounds"].items()
    ]
    looks = [_looks(placement, result) for placement, result in found["results"].items()]
    return "\n".join([head, markdown("Rounds", _ROUND, rounds), markdown("Looks", _LOOKS, looks)])


def _looks(placement: str, result: dict[str, Any]) -> tuple[str, ...]:
    operations, copies = result["operations"]["stt"], result["copies"]["stt"]
    batches = ", ".join(f"{size}: {count}" for size, count in copies.get("batches", {}).items())
    return (
        placement,
        number(result["started_s"], 1),
        _spread(operations.get("pass", {})),
        _spread(operations.get("final_pass", {})),
        batches or "–",
        str(len(copies.get("copies", {})) or "–"),
    )


def _spread(summary: dict[str, float]) -> str:
    return f"{summary['p50_s']:.2f} / {summary['p95_s']:.2f}" if summary.get("count") else "–"
