"""A meeting's captions as a file."""

from __future__ import annotations

import pytest

from demo.webvtt import MeetingTranscript
from pipeline.events import Caption, Clause, ClauseEnd, Draft, NotTranslated
from pipeline.text.captions import caption_of, translated_caption
from tests.pipeline.text.simulated import ms

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
        "00:00:00.000 --> 00:00:00.001\n<v &lt;bob&gt; &amp; co>1 &lt; 2 &amp; 3 --&gt; 4 next</v>\n\n"
        "01:00:01.000 --> 01:00:02.500\n<v ann>I think so.</v>\n"
    )


def test_what_was_not_translated_says_its_language() -> None:
    """In a file of another language; one of a language that nobody spoke or read holds nothing."""
    assert transcript().webvtt("es") == (
        "WEBVTT\n\n"
        "00:00:00.000 --> 00:00:00.001\n<v &lt;bob&gt; &amp; co>1 &lt; 2</v>\n\n"
        "01:00:01.000 --> 01:00:02.500\n<v ann>[en] I think so.</v>\n"
    )
    assert transcript().webvtt("fr") == "WEBVTT\n"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Ana\nMaria\r\n\r\nPérez", "Ana Maria Pérez"),
        ("Ana\u2028Maria\x85\x00Pérez", "Ana Maria Pérez"),
        ("\ufeffAna\ufeff", "Ana"),
        ("\u202eAna\u2067", "Ana"),
        (" \u202e ", "?"),
    ],
)
def test_a_name_never_breaks_the_line_of_a_cue(name: str, shown: str) -> None:
    """Line breaks, control characters and marks that turn the direction of writing are left out."""
    odd = MeetingTranscript()
    odd.add(Caption(name, "1-1", "en", "en", "Hello.", "", True, 0.0, 1.0))
    odd.add(Caption(name, "1-2", "en", "en", "\ufeff \n", "", True, 2.0, 3.0))
    assert odd.webvtt("en") == f"WEBVTT\n\n00:00:00.000 --> 00:00:01.000\n<v {shown}>Hello.</v>\n"


def test_a_transcript_is_bounded() -> None:
    """The oldest captions make room, and are counted."""
    short = MeetingTranscript(capacity=2)
    for number in range(3):
        short.add(Caption("ann", f"1-{number}", "en", "en", f"line {number}", "", True, 0.0, 1.0))
    cue = "00:00:00.000 --> 00:00:01.000\n<v ann>"
    assert short.webvtt("en") == f"WEBVTT\n\n{cue}line 1</v>\n\n{cue}line 2</v>\n"
    assert short.dropped == 1
