"""Logs never hold what people say, nor keys: whichever format, logger, library or error it comes from."""

from __future__ import annotations

import asyncio
import functools
import io
import json
import logging
import os
import subprocess
import sys
import tomllib
import traceback
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import structlog
from pydantic import SecretStr

from config import faults
from config.logging import configure
from config.settings import Logging

ROOT = Path(__file__).resolve().parents[2]
WORDS = " ".join(["we", "close", "the", "plant", "in", "Lyon"])
SECRET = "".join(["hunter", "2", "-key"])
FORMATS = ("text", "json", "auto", "terminal")


class EngineError(Exception):
    """Stands for any error of ours."""

    __module__ = "pipeline.engines.protocols"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def routed(format: str, level: str = "debug") -> io.StringIO:
    """Logging set up to a stream; "terminal" is "auto" where a person reads."""
    stream = Terminal() if format == "terminal" else io.StringIO()
    kind = "auto" if format == "terminal" else format
    configure(Logging(level=level, format=kind), stream=stream)  # type: ignore[arg-type]  # of FORMATS
    return stream


def failing(words: str, secret: str, depth: int = 3) -> None:
    """Raises an error that says what it was about, from frames that hold it."""
    local_words, key = words, SecretStr(secret)
    if depth:
        failing(local_words, secret, depth - 1)
    raise ValueError(f"cannot say {local_words!r} with {key.get_secret_value()}")


def simple() -> None:
    failing(WORDS, SECRET)


def nested() -> None:
    """A foreign error that became another one, on the way to a third."""
    try:
        try:
            failing(WORDS, SECRET)
        except ValueError as error:
            raise KeyError(WORDS) from error
    except KeyError:
        raise RuntimeError(SECRET)  # noqa: B904  # by context alone


def noted() -> None:
    error = ValueError("")
    error.add_note(WORDS)
    error.add_note(SECRET)
    raise error


def grouped() -> None:
    """Groups within groups, with words in their own messages too."""
    inner = []
    for raising in (simple, nested, noted):
        try:
            raising()
        except Exception as error:  # noqa: BLE001  # whatever it is, it goes into the group
            inner.append(error)
    raise ExceptionGroup(WORDS, [ExceptionGroup(SECRET, inner), OSError(WORDS)])


def unreadable() -> None:
    """A syntax error carries the text that it was found in."""
    compile(f"x = = '{WORDS} {SECRET}'", f"{WORDS}.py", "exec")


def deep(depth: int = 300) -> None:
    local = WORDS
    if depth:
        deep(depth - 1)
    raise RecursionError(local)


RAISING = (simple, nested, noted, grouped, deep)


def silent(stream: io.StringIO) -> str:
    """What was logged, once it is sure that it holds neither words nor secret."""
    out = stream.getvalue()
    assert out
    for word in (WORDS, SECRET, "Lyon", "hunter"):
        assert word not in out
    return out


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("raising", RAISING)
def test_an_error_is_told_by_kinds_and_places(raising: Callable[[], None], format: str) -> None:
    """structlog and `logging`: the traceback has kinds, files and functions, nothing that was said."""
    stream = routed(format)
    for write in (
        lambda error: structlog.get_logger("worker.room").exception("it failed"),
        lambda error: structlog.get_logger("worker.room").error("it failed", exc_info=error),
        lambda error: structlog.get_logger("worker.room").warning(
            "it failed", reason=str(error), error=error
        ),
        lambda error: structlog.get_logger("worker.room").info(
            "it failed", args=error.args, all=[{"e": error}]
        ),
        lambda error: logging.getLogger("library").exception("it failed"),
        lambda error: logging.getLogger("library").error("it failed: %s", error),
        lambda error: logging.getLogger("library").error("it failed: %r", error, exc_info=True),
        lambda error: logging.getLogger("library").error(f"it failed: {error}"),
        lambda error: logging.getLogger("library").error(f"it failed: {error!r}"),
        lambda error: logging.getLogger("library").error(error),
        lambda error: logging.getLogger("library").error(
            "it failed", extra={"error": error, "said": str(error)}
        ),
        lambda error: logging.getLogger("library").error("it failed\n" + traceback.format_exc()),
        lambda error: logging.getLogger("livekit.agents").error("it failed", exc_info=error),
        lambda error: logging.getLogger("uvicorn.error").error(
            "Exception in ASGI application\n", exc_info=error
        ),
    ):
        try:
            raising()
        except Exception as error:  # noqa: BLE001  # whatever was raised is logged
            write(error)

    out = silent(stream)
    assert out.count("it failed") >= 11
    assert Path(__file__).name in out
    assert raising.__name__ in out


@pytest.mark.parametrize("format", FORMATS)
def test_an_error_that_is_not_handled_any_more_is_told_alike(format: str) -> None:
    """An error that was kept and is logged later, outside of any handler."""
    stream = routed(format)
    kept: list[Exception] = []
    for raising in (*RAISING, unreadable):
        try:
            raising()
        except Exception as error:  # noqa: BLE001  # kept for later
            kept.append(error)

    for one in kept:
        structlog.get_logger("worker").error("it failed", exc_info=one)
        logging.getLogger("library").error("it failed", exc_info=(type(one), one, one.__traceback__))
        logging.getLogger("library").error("%s and %s", one, {"e": one}, extra={"e": one})

    assert "ExceptionGroup" in silent(stream)


def test_the_shape_of_a_trace_is_pythons_own() -> None:
    """Causes before what they caused, groups with all that is in them, no messages."""
    try:
        try:
            raise KeyError(WORDS)
        except KeyError as error:
            raise ExceptionGroup(WORDS, [ValueError(WORDS), TimeoutError(WORDS)]) from error
    except ExceptionGroup as caught:
        lines = faults.trace(caught).splitlines()

    kinds = [line for line in lines if not line.lstrip().startswith(("File", "Traceback"))]
    assert kinds == [
        "KeyError", "", "The above error was the direct cause of the following one:", "", "ExceptionGroup",
        "  1 of 2:", "  ValueError", "  2 of 2:", "  TimeoutError",
    ]  # fmt: skip
    assert any(line.endswith(", in test_the_shape_of_a_trace_is_pythons_own") for line in lines)


def told(error: BaseException) -> list[str]:
    """A trace without the places of the errors."""
    return [
        line for line in faults.trace(error).splitlines() if not line.lstrip().startswith(("File", "Trace"))
    ]


def test_what_an_error_came_from_is_told_as_python_does() -> None:
    """A cause goes before what was handled; `from None` hides that; what was told is not told again."""
    direct = "The above error was the direct cause of the following one:"
    during = "During handling of the above error, another one occurred:"
    hidden = ValueError(WORDS)
    hidden.__context__, hidden.__suppress_context__ = KeyError(WORDS), True
    both = ValueError(WORDS)
    both.__context__, both.__cause__ = OSError(WORDS), KeyError(WORDS)
    handled = ValueError(WORDS)
    handled.__context__ = KeyError(WORDS)
    once = KeyError(WORDS)

    assert told(hidden) == ["ValueError"]
    assert told(both) == ["KeyError", "", direct, "", "ValueError"]
    assert told(handled) == ["KeyError", "", during, "", "ValueError"]
    assert told(ExceptionGroup(WORDS, [once, ExceptionGroup(WORDS, [once, handled])])) == [
        "ExceptionGroup", "  1 of 2:", "  KeyError", "  2 of 2:", "  ExceptionGroup",
        "    2 of 2:", "    KeyError", "    ", f"    {during}", "    ", "    ValueError",
    ]  # fmt: skip


def test_of_a_deep_trace_the_last_frames_are_told() -> None:
    """How many are left out is said."""

    def deeper(times: int) -> None:
        if not times:
            raise ValueError(WORDS)
        deeper(times - 1)

    with pytest.raises(ValueError, match=WORDS) as caught:
        deeper(faults.MOST_FRAMES + 5)

    lines = faults.trace(caught.value).splitlines()
    assert lines[:2] == ["Traceback (most recent call last):", "  (7 more)"]
    assert len(lines) == 2 + faults.MOST_FRAMES + 1


def test_a_chain_that_bites_its_tail_ends() -> None:
    """Errors that are each other's cause, and very many in one group, are told in a bounded text."""
    one, two = ValueError(WORDS), KeyError(WORDS)
    one.__cause__, two.__cause__ = two, one

    assert faults.trace(one).splitlines()[0] == "KeyError"
    assert len(faults.trace(ExceptionGroup("", [ValueError(str(n)) for n in range(1000)])).splitlines()) < 100


def test_our_own_reasons_stay() -> None:
    """What our own errors say is written by us, and so is what the system says; only what they quote is taken out."""
    stream = routed("json")
    try:
        raise EngineError("espeak-ng is not installed")
    except EngineError as error:
        structlog.get_logger("worker").warning("no voice", reason=str(error))
    try:
        try:
            failing(WORDS, SECRET)
        except ValueError as error:
            raise EngineError(f"whisper: {error}") from error
    except EngineError as error:
        structlog.get_logger("worker").warning("no words", reason=str(error))
    try:
        Path("/no/such/place").read_text()
    except OSError as error:
        structlog.get_logger("worker").warning("no file", reason=str(error))

    assert [json.loads(line)["reason"] for line in silent(stream).splitlines()] == [
        "espeak-ng is not installed",
        "whisper: …",
        "[Errno 2] No such file or directory: '/no/such/place'",
    ]


def test_the_packages_that_count_as_ours_are_the_projects() -> None:
    """A package that is added to the project is added to them."""
    packages = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["mypy"]["packages"]

    assert set(packages) - {"tests"} == faults.OURS


@dataclass
class Sentence:
    text: str


@pytest.mark.parametrize("format", FORMATS)
def test_things_are_told_by_their_type(format: str) -> None:
    """Objects whose text holds words do not get into a line; numbers, text and collections of them do."""
    stream = routed(format)
    things = {"said": Sentence(WORDS), "key": SecretStr(SECRET), "call": functools.partial(print, WORDS)}

    structlog.get_logger("worker").info(
        "ours", **things, several=[Sentence(WORDS)], by={"a": Sentence(WORDS)}
    )
    logging.getLogger("library").info("theirs %s %r", Sentence(WORDS), [Sentence(WORDS)], extra=things)
    logging.getLogger("library").info("%(one)s of %(two)d", {"one": Sentence(WORDS), "two": 2})
    structlog.get_logger("worker").info(
        "plain", number=3, share=np.float32(0.5), path=Path("/x"), some=("a", 1)
    )
    logging.getLogger("library").info("%d of %s, %.1f", np.int64(3), "five", np.float64(0.25))

    out = silent(stream)
    assert "Sentence" in out
    assert "3 of five, 0.2" in out
    assert "/x" in out


def test_libraries_are_not_heard_below_info() -> None:
    """Below it some print every frame and every text; our own lines are there at any level."""
    stream = routed("json", "debug")
    for name in ("websockets.client", "uvicorn.error", "kokoro_onnx", "aiosqlite", "anything.else"):
        logging.getLogger(name).debug("> TEXT '%s'", WORDS)
    structlog.get_logger("worker.room").debug("ours")

    assert [json.loads(line)["event"] for line in silent(stream).splitlines()] == ["ours"]


@pytest.mark.parametrize("format", FORMATS)
def test_a_warning_is_told_by_kind_and_place(format: str) -> None:
    """A library that warns about the text it was given does not put it into the log."""
    stream = routed(format)

    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(False)
        logging.captureWarnings(True)
        warnings.warn(f"{WORDS} has no phonemes: {SECRET}", UserWarning, stacklevel=1)
        logging.captureWarnings(False)

    assert "UserWarning at " in silent(stream)


@pytest.mark.parametrize("format", FORMATS)
async def test_asyncio_tells_neither_arguments_nor_errors(format: str) -> None:
    """Failed callbacks, tasks that nobody asked about, and what libraries hand to the loop's handler."""
    loop = asyncio.get_running_loop()
    handler = loop.get_exception_handler()
    loop.set_exception_handler(None)
    stream = routed(format)
    called = asyncio.Event()

    def fail(words: str) -> None:
        called.set()
        raise ValueError(words)

    async def fail_later() -> None:
        failing(WORDS, SECRET)

    try:
        loop.call_soon(fail, WORDS)
        await called.wait()
        task = loop.create_task(fail_later(), name=WORDS)
        await asyncio.wait({task})
        del task
        loop.call_exception_handler(
            {"message": "Unhandled in transport", "exception": ValueError(WORDS), "said": WORDS}
        )
    finally:
        loop.set_exception_handler(handler)

    out = silent(stream)
    assert "Exception in callback" in out
    assert "Task exception was never retrieved" in out
    assert "Unhandled in transport" in out
    assert "fail_later" in out


@pytest.mark.parametrize("format", FORMATS)
def test_a_line_that_cannot_be_written_is_lost_without_a_word(
    format: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Python would print the record with its values to standard error."""

    class Broken(io.StringIO):
        broken = True

        def write(self, text: str) -> int:
            if self.broken:
                self.broken = False
                raise OSError(WORDS)
            return super().write(text)

    stream = Broken()
    configure(Logging(format="text" if format == "terminal" else format), stream=stream)  # type: ignore[arg-type]
    logging.getLogger("library").warning("said %s", SECRET)
    logging.getLogger("library").warning("too many values %s", 1, 2, extra={"said": Sentence(WORDS)})

    assert "a line of library was lost: OSError" in silent(stream)
    assert "too many values" in stream.getvalue()
    assert capsys.readouterr().err == ""


UNCAUGHT = """
import gc, sys, threading, weakref
from config.logging import configure
from config.settings import Logging
configure(Logging(format=sys.argv[1]))
words, secret = sys.argv[2], sys.argv[3]

class Kept:
    def __del__(self):
        raise ValueError(words)

def fail():
    local = secret
    raise KeyError(words) from ValueError(local)

thread = threading.Thread(target=fail, name="engine")
thread.start()
thread.join()
kept = Kept()
del kept
fail()
"""


@pytest.mark.parametrize("format", ["text", "json", "auto"])
def test_what_nobody_catches_is_told_alike(format: str) -> None:
    """The end of a program, of a thread and of an object: Python itself would print what the error says."""
    done = subprocess.run(
        [sys.executable, "-c", UNCAUGHT, format, WORDS, SECRET],
        cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip

    assert done.returncode == 1
    assert all(word not in done.stderr for word in (WORDS, SECRET))
    for event in ("a thread failed", "a clean-up failed", "nobody caught an error"):
        assert event in done.stderr


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_short_texts_of_errors_spoil_no_line() -> None:
    """An error that says "a" does not take the letter out of everything."""
    stream = routed("json")
    try:
        raise KeyError("a")
    except KeyError as error:
        structlog.get_logger("worker").warning("a language is not known", asked="a", languages=["ca", "fa"])
        structlog.get_logger("worker").warning("not known", reason=str(error))

    first, second = lines(stream)
    assert first["languages"] == ["ca", "fa"]
    assert "language" in first["event"]
    assert second["reason"] == "…"
