"""`make test` gives each of its parts the files in which it has tests; nothing falls between them."""

from __future__ import annotations

import re

from scripts.figures import ROOT

MARKS = re.compile(r"mark\.(live|browser)\b")


def test_rooms_and_browsers_are_marked_where_the_suite_looks() -> None:
    """In the files of the tests themselves: it goes by their text, not by what they do when they are imported."""
    elsewhere = [
        path.relative_to(ROOT).as_posix()
        for path in sorted((ROOT / "tests").rglob("*.py"))
        if not path.name.startswith("test_") and MARKS.search(path.read_text(encoding="utf-8"))
    ]
    assert elsewhere == []
