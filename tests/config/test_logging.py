"""Logging: one format for our own loggers and the libraries', to one stream."""

from __future__ import annotations

import ast
import io
import json
import logging
import warnings
from pathlib import Path

import pytest
import structlog

from config.logging import configure
from config.settings import Logging
from config.version import version


def lines(stream: io.StringIO) -> list[dict[str, object]]:
    """Logged objects, without what changes from run to run."""
    found = [json.loads(line) for line in stream.getvalue().splitlines()]
    for entry in found:
        assert entry.pop("timestamp").endswith("Z")
    return found


def test_ours_and_the_libraries_come_out_alike() -> None:
    """structlog's events and `logging`'s records become JSON objects with name, level and context."""
    stream = io.StringIO()
    configure(Logging(format="json"), stream=stream)

    structlog.get_logger("ours").info("clause committed", speaker="anna", number=3)
    logging.getLogger("library").warning("slow by %d ms", 20, extra={"peer": "x"})

    assert lines(stream) == [
        {"event": "clause committed", "level": "info", "logger": "ours", "number": 3, "speaker": "anna"},
        {"event": "slow by 20 ms", "level": "warning", "logger": "library", "peer": "x"},
    ]


def test_the_level_holds_for_both() -> None:
    """What is below the level is not logged, and chatty libraries begin at warnings."""
    stream = io.StringIO()
    configure(Logging(level="warning", format="json"), stream=stream)
    structlog.get_logger("ours").info("no")
    logging.getLogger("library").info("no")

    configure(Logging(level="info", format="json"), stream=stream)
    logging.getLogger("uvicorn.access").info("no")
    structlog.get_logger("ours").info("yes")

    assert [entry["event"] for entry in lines(stream)] == ["yes"]


def test_exceptions_and_bound_context() -> None:
    """A logged exception carries its traceback, and what was bound to the context."""
    stream = io.StringIO()
    configure(Logging(format="json"), stream=stream)

    with structlog.contextvars.bound_contextvars(room="r"):
        try:
            _ = 1 / 0
        except ZeroDivisionError:
            structlog.get_logger("ours").exception("it failed")

    (entry,) = lines(stream)
    assert (entry["event"], entry["room"], entry["level"]) == ("it failed", "r", "error")
    assert "ZeroDivisionError" in str(entry["exception"])


def test_text_without_colours_away_from_a_terminal() -> None:
    """The text format is for people; without a terminal it has no escape codes."""
    stream = io.StringIO()
    configure(Logging(format="text"), stream=stream)

    structlog.get_logger("ours").info("clause committed", speaker="anna")

    assert "clause committed" in stream.getvalue()
    assert "speaker=anna" in stream.getvalue()
    assert "\x1b" not in stream.getvalue()


def test_warnings_are_logged() -> None:
    """Python's own warnings go the same way."""
    stream = io.StringIO()
    configure(Logging(format="json"), stream=stream)

    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(True)
        warnings.warn("old way", DeprecationWarning, stacklevel=1)
        logging.captureWarnings(False)

    assert [entry["logger"] for entry in lines(stream)] == ["py.warnings"]


def test_who_writes_a_line_is_said_in_json(monkeypatch: pytest.MonkeyPatch) -> None:
    """Service, instance and version in each line; the trace where there is one; no label can be
    taken by what is logged."""
    monkeypatch.setattr("os.getpid", lambda: 7)
    stream, traces = io.StringIO(), iter(["", "0af7651916cd43dd8448eb211c80319c"])
    configure(Logging(format="json"), stream=stream, service="hive-worker", trace_id=lambda: next(traces))
    structlog.get_logger("ours").info("ready", service="another")
    logging.getLogger("library").warning("slow")

    labels = {"service": "hive-worker", "instance": "hive-worker-7", "version": version()}
    assert lines(stream) == [
        {"event": "ready", "level": "info", "logger": "ours", **labels},
        {
            "event": "slow",
            "level": "warning",
            "logger": "library",
            "trace_id": "0af7651916cd43dd8448eb211c80319c",
            **labels,
        },
    ]


LABELS = {"service", "instance", "version", "trace_id", "event", "level", "logger", "timestamp"}
"""What every JSON line has of its own: what a call names so would be lost there."""


def test_no_line_of_ours_takes_a_label() -> None:
    """What is logged is to be read in containers too."""
    root = Path(__file__).parents[2]
    modules = [
        path
        for path in root.glob("*/**/*.py")
        if path.parts[len(root.parts)] not in {".venv", "tests", "web"}
    ]
    taken = [
        f"{path.relative_to(root)}:{call.lineno}"
        for path in modules
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call)
        and ast.unparse(call.func).startswith("log.")
        and {keyword.arg for keyword in call.keywords} & LABELS
    ]
    assert len(modules) > 300
    assert taken == []


def test_text_has_no_labels() -> None:
    """Whoever reads a terminal knows what they started."""
    stream = io.StringIO()
    configure(Logging(format="text"), stream=stream, service="hive-worker")
    structlog.get_logger("ours").info("ready")
    assert "hive-worker" not in stream.getvalue()
