"""Every session of ONNX Runtime is opened with the same options, and none keeps a plan for each shape it ever saw."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from pipeline.engines.onnx_options import session_options
from tests.sharing import ROOT

ROOMS = ("pipeline", "speech_service", "voice_service", "worker")


def test_no_plan_is_kept_for_a_shape() -> None:
    """Speech has another length each time."""
    options = session_options(threads=3)
    assert not options.enable_mem_pattern
    assert (options.intra_op_num_threads, options.inter_op_num_threads) == (3, 1)
    assert options.get_session_config_entry("session.intra_op.allow_spinning") == "0"


def test_nobody_makes_options_of_their_own() -> None:
    """Options are made in one place, and every session is given some."""
    made = {path.name for path, call in _calls("SessionOptions")}
    assert made == {"onnx_options.py"}
    sessions = list(_calls("InferenceSession"))
    assert len(sessions) >= 4
    for path, call in sessions:
        given = [*call.args[1:2], *(each.value for each in call.keywords if each.arg == "sess_options")]
        assert given, f"{path}:{call.lineno} has ONNX Runtime's own options"


def _calls(name: str) -> Iterator[tuple[Path, ast.Call]]:
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if (
                    isinstance(node, ast.Call)
                    and isinstance(node.func, ast.Attribute)
                    and node.func.attr == name
                ):
                    yield path, node
