"""A meeting's captions as a file."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from demo.webvtt import MeetingTranscript
from pipeline.events import Caption, Clause, ClauseEnd, Draft, NotTranslated
from pipeline.text.captions import caption_of, translated_caption
from tests.pipeline.text.simulated import ms

CASES: dict[str, list[dict[str, Any]]] = json.loads(
    (Path(__file__).parents[1] / "data" / "caption-files.json").read_text(encoding="utf-8")
)
"""The page writes the same: web/tests/logic/captionFiles.test.ts."""

CLAUSE = Clause(
    "ann", 3, 2, ms(1000), ms(2500), "en", "i think so", ClauseEnd.UTTERANCE, 3603.0, 3601.0, 3602.5
)
DRAFT = Draft(
    "ann",
    3,
    2,
    ms(1000),
    ms(2000),
    "en",
    committed="i think",
    tentative=" i do",
    onset_at_s=3601.0,
    offset_at_s=3602.0,
)


def transcript() -> MeetingTranscript:
    transcript = MeetingTranscript()
    transcript.add(caption_of(DRAFT))
    transcript.add(translated_caption(NotTranslated(CLAUSE, "es", "no route")))
    transcript.add(caption_of(CLAUSE))
    first = Caption("<bob> & co", "1-1", "en", "en", "1 < 2 & 3 --> 4\n\nnext", "", True, 0.0, 0.0)
    transcript.add(first)
    transcript.add(Caption("<bob> & co", "1-1", "es", "en", "1 < 2", "", True, 0.0, 0.0))
    return transcript


def test_webvtt_is_escaped_and_in_order() -> None:
    """Finals only, by time; markup in names and text is harmless; a cue lasts at least a moment."""
    assert transcript().webvtt("en-GB") == (
        "WEBVTT\n\n"
        "00:00:00.000 --> 00:00:00.500\n<v &lt;bob&gt; &amp; co>1 &lt; 2 &amp; 3 --&gt; 4 next</v>\n\n"
        "01:00:01.000 --> 01:00:02.500\n<v ann>I think so.</v>\n"
    )


def test_what_was_not_translated_says_its_language() -> None:
    """In a file of another language; one of a language that nobody spoke or read holds nothing."""
    assert transcript().webvtt("es") == (
        "WEBVTT\n\n"
        "00:00:00.000 --> 00:00:00.500\n<v &lt;bob&gt; &amp; co>1 &lt; 2</v>\n\n"
        "01:00:01.000 --> 01:00:02.500\n<v ann>[en] I think so.</v>\n"
    )
    assert transcript().webvtt("fr") == "WEBVTT\n"


@pytest.mark.parametrize("case", CASES["cues"], ids=lambda case: repr(case["text"]))
def test_a_cue_says_what_the_page_says(case: dict[str, Any]) -> None:
    """Marks of the format within names and words are harmless, and lines whole."""
    odd = MeetingTranscript()
    caption = Caption(
        case["name"], "1-1", case["language"], case["source_language"], case["text"], "", True, 0.0, 1.0
    )
    odd.add(replace(caption, note=case["note"]))
    odd.add(replace(caption, segment="1-2", committed="\ufeff \n", onset_at_s=2.0, offset_at_s=3.0))
    assert odd.webvtt(case["language"]) == f"WEBVTT\n\n00:00:00.000 --> 00:00:01.000\n{case['vtt']}\n"


def test_a_name_with_nothing_to_be_seen_is_a_question_mark() -> None:
    """Nothing else is known of the speaker here."""
    odd = MeetingTranscript()
    odd.add(Caption(" \u202e ", "1-1", "en", "en", "Hello.", "", True, 0.0, 1.0))
    assert "<v ?>Hello.</v>" in odd.webvtt("en")


@pytest.mark.parametrize("case", CASES["spans"], ids=lambda case: repr(case["said_ms"]))
def test_cues_never_overlap(case: dict[str, Any]) -> None:
    """Also when several people speak at once; each stays long enough to be read."""
    both = MeetingTranscript()
    for number, (start, end) in enumerate(case["said_ms"]):
        both.add(Caption("ann", f"1-{number}", "en", "en", "x", "", True, start / 1000, end / 1000))
    times = [line.split(" --> ") for line in both.webvtt("en").splitlines() if " --> " in line]
    spans = [[_ms(begins), _ms(ends)] for begins, ends in times]
    assert spans == case["cues_ms"]
    assert all(before[1] <= after[0] for before, after in pairwise(spans))


def _ms(time: str) -> int:
    hours, minutes, seconds = time.split(":")
    return round((int(hours) * 3600 + int(minutes) * 60 + float(seconds)) * 1000)


def test_a_transcript_is_bounded() -> None:
    """The oldest captions make room, and are counted."""
    short = MeetingTranscript(capacity=2)
    for number in range(3):
        short.add(Caption("ann", f"1-{number}", "en", "en", f"line {number}", "", True, 0.0, 1.0))
    assert short.webvtt("en") == (
        "WEBVTT\n\n00:00:00.000 --> 00:00:00.500\n<v ann>line 1</v>\n\n"
        "00:00:00.500 --> 00:00:01.000\n<v ann>line 2</v>\n"
    )
    assert short.dropped == 1
