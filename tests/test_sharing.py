"""Demanding files meet no other of their kind, and everything else is shared out file by file."""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter

from tests import sharing


def test_files_that_are_named_are_there() -> None:
    """One that is renamed would run beside another, or last."""
    named = sharing.DEMANDING | sharing.LONG
    assert [path for path in sorted(named) if not (sharing.ROOT / path).is_file()] == []


def test_what_takes_long_begins_first() -> None:
    """Everything else stays in its order."""
    tests = [f"tests/{name}.py::test" for name in ("bench/test_files", "cli/test_hive", "demo/test_wer")]
    assert sorted(tests, key=sharing.later) == [tests[1], tests[0], tests[2]]


def test_demanding_files_go_to_one_process_and_others_wherever_there_is_room() -> None:
    """As units of work, which the plugin hands out whole."""
    share = object.__new__(sharing.Sharing)._split_scope  # of its state it needs nothing
    files = [
        "tests/live/test_crowd.py",
        "tests/live/test_wishes.py",
        "tests/browser/test_recording.py",
        "tests/browser/test_access.py",
    ]
    units = sorted((share(f"{file}::test[a::b]"), file) for file in files)
    assert [[file for _, file in unit] for _, unit in groupby(units, itemgetter(0))] == [
        ["tests/browser/test_recording.py", "tests/live/test_crowd.py"],
        ["tests/browser/test_access.py"],
        ["tests/live/test_wishes.py"],
    ]
