"""Results as files, tables and plots, and two of them side by side."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from bench import compare
from bench.plot import bars, lines
from bench.result import keep, markdown, number, percent, seconds

SVG = "{http://www.w3.org/2000/svg}"


def test_a_table_in_markdown() -> None:
    assert markdown("Delays", ("", "s"), [("a|b", "1"), ("c", "2")]) == (
        "## Delays\n\n|  | s |\n| --- | --- |\n| a\\|b | 1 |\n| c | 2 |\n"
    )


def test_numbers_for_people() -> None:
    assert (percent(0.0123), percent(None), number(1.234), number(None)) == ("1.2 %", "–", "1.23", "–")
    assert seconds({"count": 3, "median": 0.5, "p95": 1.25, "longest": 2.0}) == "0.50 / 1.25"
    assert seconds(None) == "–"


def test_a_result_is_kept_in_three_forms(tmp_path: Path) -> None:
    keep(tmp_path / "new", "hearing", {"wrong": 0.5, "text": "é"}, "# Hearing\n", {"delays": "<svg/>"})

    assert json.loads((tmp_path / "new" / "hearing.json").read_text(encoding="utf-8")) == {
        "wrong": 0.5,
        "text": "é",
    }
    assert (tmp_path / "new" / "hearing.md").read_text(encoding="utf-8") == (
        "# Hearing\n\n![delays](hearing-delays.svg)\n"
    )
    assert (tmp_path / "new" / "hearing-delays.svg").read_text(encoding="utf-8") == "<svg/>"


def test_two_results_are_compared_number_by_number() -> None:
    first = {
        "kind": "corpus", "cores": 1.0, "missing": [], "holds": True, "nothing": None,
        "recordings": [
            {"recording": {"name": "a", "words": 10}, "wrong": 0.2},
            {"recording": {"name": "b", "words": 5}, "wrong": 0.0},
        ],
    }  # fmt: skip
    second = {
        "kind": "corpus", "cores": 0.25,
        "recordings": [{"recording": {"name": "b", "words": 5}, "wrong": 0.1}],
        "new": 7,
    }  # fmt: skip

    assert compare.rows(first, second) == [
        ("cores", "1", "0.25", "0.25"),
        ("recordings[a].recording.words", "10", "–", "–"),
        ("recordings[a].wrong", "0.2", "–", "–"),
        ("recordings[b].recording.words", "5", "5", "1.00"),
        ("recordings[b].wrong", "0", "0.1", "–"),
        ("new", "–", "7", "–"),
    ]
    assert compare.text("before", "after", [("cores", "1", "0.25", "0.25")]) == (
        "## after beside before\n\n|  | before | after | ratio |\n| --- | --- | --- | --- |\n"
        "| cores | 1 | 0.25 | 0.25 |\n"
    )


@pytest.mark.parametrize(("content", "reason"), [("[1]", "holds no object"), ("{", "not a result in JSON")])
def test_what_is_no_result_is_refused(tmp_path: Path, content: str, reason: str) -> None:
    (tmp_path / "a.json").write_text(content, encoding="utf-8")

    with pytest.raises(ValueError, match=reason):
        compare.read(tmp_path / "a.json")


def test_lines_end_at_the_edges_of_the_plot() -> None:
    drawn = ET.fromstring(
        lines("Lag", "s", "s behind", {"es": [(0.0, 0.0), (40.0, 4.0)], "fr & co": [(10.0, 2.0)]})
    )

    paths = [each.attrib["points"] for each in drawn.iter(f"{SVG}polyline")]
    assert paths == ["56.0,276.0 624.0,34.0", "198.0,155.0"]
    texts = [each.text for each in drawn.iter(f"{SVG}text")]
    assert {"Lag", "es", "fr & co", "0", "1", "4", "40", "s behind"} <= set(texts)


def test_bars_stand_on_zero_and_hang_below_it() -> None:
    drawn = ET.fromstring(bars("Points", "points", {"better": -1.0, "worse": 1.0}))

    found = [
        (each.attrib["y"], each.attrib["height"])
        for each in drawn.iter(f"{SVG}rect")
        if "fill" in each.attrib and each.attrib["fill"] != "white"
    ]
    assert found == [("155.0", "121.0"), ("34.0", "121.0")]


def test_plots_of_nothing_can_be_drawn() -> None:
    assert ET.fromstring(lines("Nothing", "", "", {})).tag == f"{SVG}svg"
    assert ET.fromstring(bars("Nothing", "", {})).tag == f"{SVG}svg"
