from __future__ import annotations

import io
import json
import logging as standard
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from config import logging
from config.settings import Logging
from foundation import erasing
from upkeep.erasures import Logged


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """Gives the process its logging back."""
    root = standard.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    standard.captureWarnings(capture=False)
    structlog.reset_defaults()


def test_what_is_logged_is_read_again(tmp_path: Path) -> None:
    """The line as it comes out of the real log, with nothing taken out of it, is what a restore understands."""
    written = io.StringIO()
    logging.configure(Logging(format="json"), stream=written)
    erasing.tell("message", "one", "two")

    log = tmp_path / "log"
    log.write_text(written.getvalue())
    kept = ("event", "kind", "id")
    assert [{name: json.loads(line)[name] for name in kept} for line in written.getvalue().splitlines()] == [
        {"event": "erased", "kind": "message", "id": name} for name in ("one", "two")
    ]
    assert Logged.read(log, 0.0).keys == {"voice_messages": {"one", "two"}}
    assert Logged.read(log, 9e9).keys == {}
