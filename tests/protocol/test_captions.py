"""What captions say of themselves: the same on both ends, in the documents and on the page."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol import attributes, captions, chat
from protocol.captions import SIGNED_ATTRIBUTES, CaptionAttributes
from protocol.codec import WireError

ROOT = Path(__file__).parents[2]
WORDS = st.text(max_size=20)
COUNTS = st.integers(0, 10**9)
CAPTIONS = st.builds(
    CaptionAttributes,
    segment=WORDS,
    language=WORDS,
    source_language=WORDS,
    final=st.booleans(),
    track_sid=WORDS,
    committed=COUNTS,
    start_ms=COUNTS,
    end_ms=COUNTS,
    translated=st.booleans(),
    note=WORDS,
    doubt=WORDS,
    confidence=st.none() | st.integers(0, 100).map(lambda hundredths: hundredths / 100),
    history=st.booleans(),
)
LITERAL = re.compile(r"""["'](?:translator\.[a-z_.]+|lk\.[a-z_.]+)["']""")


def _names() -> set[str]:
    modules = vars(attributes) | vars(captions) | vars(chat)
    return {
        value for name, value in modules.items() if name.isupper() and isinstance(value, str) and "." in value
    }


@given(CAPTIONS)
def test_what_is_written_is_read_again(caption: CaptionAttributes) -> None:
    """Every field, at its bounds and left out."""
    written = caption.written()
    assert CaptionAttributes.read(written) == caption
    assert set(written) <= set(SIGNED_ATTRIBUTES)
    assert all(isinstance(value, str) for value in written.values())


@pytest.mark.parametrize(
    "name", ["language", "translator.segment", "translator.committed", "translator.end_ms"]
)
@pytest.mark.parametrize("value", [None, "x"])
def test_what_cannot_be_read_is_refused(name: str, value: str | None) -> None:
    """A caption of which something is missing, or whose number is none."""
    written = CaptionAttributes(
        segment="s", language="en", source_language="en", final=True, committed=1, start_ms=0, end_ms=1
    ).written()
    changed = {key: each for key, each in written.items() if key != name} | (
        {} if value is None else {name: value}
    )
    if value is None or name.endswith(("committed", "ms")):
        with pytest.raises(WireError):
            CaptionAttributes.read(changed)


def test_the_page_checks_the_signature_over_the_same_attributes() -> None:
    """In the same order."""
    text = (ROOT / "web/src/logic/signatures.ts").read_text(encoding="utf-8")
    listed = re.search(r"SIGNED_ATTRIBUTES[^=]*=\s*\[(.*?)\]", text, re.DOTALL)
    assert listed is not None
    assert tuple(re.findall(r'"([^"]+)"', listed[1])) == SIGNED_ATTRIBUTES


def test_every_name_is_explained() -> None:
    """docs/protocol.md has each of them."""
    text = (ROOT / "docs/protocol.md").read_text(encoding="utf-8")
    assert sorted(name for name in _names() if name not in text) == []


def test_the_page_knows_no_other_names() -> None:
    """What it reads and writes is what is defined here."""
    used = {
        name.strip("\"'")
        for path in (ROOT / "web/src").rglob("*.ts*")
        for name in LITERAL.findall(path.read_text(encoding="utf-8"))
    }
    assert used - _names() == set()


def test_names_are_written_down_once() -> None:
    """No other file of the product spells an attribute or a topic out."""
    folders = [
        path.parent for path in ROOT.glob("*/__init__.py") if path.parent.name not in ("protocol", "tests")
    ]
    found = [
        f"{path.relative_to(ROOT)}: {node.value}"
        for folder in folders
        for path in folder.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in _names()
    ]
    assert found == []
