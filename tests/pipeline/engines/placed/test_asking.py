"""Which copy is asked, how often, and what is heard when it fails. The handle is scripted, Ray's errors are its own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from pipeline.engines.placed.asking import PlacedRole
from pipeline.engines.placed.errors import EngineFailure
from pipeline.engines.placed.figures import CopyFigures
from pipeline.engines.protocols import EngineError, EngineOverloaded, UnknownLanguage

pytestmark = pytest.mark.filterwarnings("ignore")  # Ray's import has some of its own

COPY = CopyFigures("a", 1, {1: 1})


class _Response:
    """What a call at Ray Serve gives: it can be awaited, or iterated where pieces come."""

    def __init__(self, script: list[Any]) -> None:
        self._script, self.cancelled = script, False

    def __await__(self) -> Any:
        return self._next().__await__()

    async def __aiter__(self) -> AsyncIterator[Any]:
        while self._script:
            yield await self._next()

    def cancel(self) -> None:
        self.cancelled = True

    async def _next(self) -> Any:
        step = self._script.pop(0)
        if step is None:
            await asyncio.Event().wait()
        if isinstance(step, Exception):
            raise step
        return step, COPY


class _Handle:
    """Answers each call with the next script."""

    def __init__(self, *scripts: list[Any]) -> None:
        self.scripts, self.given = list(scripts), list[_Response]()

    def options(self, *, stream: bool) -> _Handle:
        return self

    def __getattr__(self, method: str) -> Any:
        return self

    def remote(self, *arguments: Any) -> _Response:
        self.given.append(_Response(self.scripts.pop(0)))
        return self.given[-1]


def _died() -> Exception:
    exceptions = pytest.importorskip("ray.exceptions")
    error: Exception = exceptions.ActorDiedError()
    return error


async def _all(role: PlacedRole) -> list[Any]:
    return [piece async for piece in role.stream("speak", limit_s=5)]


async def test_an_answer_comes_with_what_the_copy_tells_of_itself() -> None:
    role = PlacedRole("mt", _Handle(["hola"]))

    assert await role.ask("translate", "hello", limit_s=5) == "hola"
    assert role.figures.told()["copies"] == {"a": 1}


async def test_what_an_engine_fails_with_is_raised_here() -> None:
    role = PlacedRole("mt", _Handle([EngineFailure.of(UnknownLanguage("xx", ("en",)))]))

    with pytest.raises(UnknownLanguage, match="xx is not available"):
        await role.ask("translate", "hello", limit_s=5)


async def test_another_copy_does_what_one_took_with_it() -> None:
    role = PlacedRole("stt", _Handle([_died()], [_died()], ["words"]))

    assert await role.ask("read", limit_s=5) == "words"
    assert role.figures.asked_again == 2


async def test_no_copy_in_time_is_said_so() -> None:
    handle = _Handle([None])

    with pytest.raises(EngineError, match=r"no copy of its engines answered within 0\.01 s"):
        await PlacedRole("stt", handle).ask("read", limit_s=0.01)
    assert handle.given[0].cancelled


async def test_who_gives_up_takes_the_question_back() -> None:
    handle = _Handle([None])
    asking = asyncio.create_task(PlacedRole("stt", handle).ask("read", limit_s=60))
    while not handle.given:
        await asyncio.sleep(0)
    asking.cancel()
    await asyncio.wait([asking])

    assert (asking.cancelled(), handle.given[0].cancelled) == (True, True)


async def test_a_full_queue_is_an_overload_and_other_faults_do_not_quote() -> None:
    serve = pytest.importorskip("ray.serve.exceptions")
    full = PlacedRole("mt", _Handle([serve.BackPressureError(num_queued_requests=1, max_queued_requests=1)]))
    broken = PlacedRole("mt", _Handle([ValueError("what was said")]))

    with pytest.raises(EngineOverloaded):
        await full.ask("translate", limit_s=5)
    with pytest.raises(EngineError, match=r"^mt: its engines failed \(ValueError\)$"):
        await broken.ask("translate", limit_s=5)


async def test_sound_that_has_not_begun_is_spoken_by_another_copy() -> None:
    role = PlacedRole("tts", _Handle([_died()], ["one", "two"]))

    assert await _all(role) == ["one", "two"]


async def test_sound_that_broke_off_is_not_said_twice() -> None:
    role = PlacedRole("tts", _Handle(["one", _died()], ["one", "two"]))

    with pytest.raises(EngineError, match="ended amid a piece"):
        await _all(role)


async def test_whoever_stops_listening_stops_the_copy() -> None:
    handle = _Handle(["one", "two", "three"])
    pieces = PlacedRole("tts", handle).stream("speak", limit_s=5)
    assert await anext(pieces) == "one"
    await pieces.aclose()

    assert handle.given[0].cancelled


@pytest.mark.parametrize("ask", [lambda role: role.ask("read", limit_s=5), _all])
async def test_a_failure_of_the_engine_is_not_asked_again(ask: Callable[[PlacedRole], Any]) -> None:
    handle = _Handle([EngineFailure.of(EngineError("no words"))], ["never"])

    with pytest.raises(EngineError, match="no words"):
        await ask(PlacedRole("stt", handle))
    assert len(handle.given) == 1
