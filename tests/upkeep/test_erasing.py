from __future__ import annotations

import io
import json
from pathlib import Path

from config import logging
from config.settings import Logging
from foundation import erasing
from upkeep.erasures import Logged


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
