"""What is heard comes out of the wire as it went in."""

from __future__ import annotations

import json

import pytest

from pipeline.events import Heard, NotHeard, OtherLanguage, UtteranceEnded, UtteranceStarted, Word, Words
from speech_service.wire import FROM_RECOGNITION

SURE, UNKNOWN = Word("thirty", 0, 4800, probability=0.75), Word("-five", 4800, 9600, glued=True)


@pytest.mark.parametrize(
    "event",
    [
        UtteranceStarted(1, 0),
        Words(1, "en-GB", (SURE,), (UNKNOWN,), 9600),
        OtherLanguage(1, "en-GB", "es"),
        UtteranceEnded(1, 9600),
        NotHeard(0, 9600, "the model stumbled"),
    ],
    ids=lambda event: type(event).__name__,
)
def test_every_event_survives_the_wire(event: Heard) -> None:
    """With how sure the words are, and with languages as they were given."""
    assert FROM_RECOGNITION.decode(FROM_RECOGNITION.encode(event)) == event


def test_words_of_a_service_that_knows_no_probability() -> None:
    """One that is older leaves it out; the words are taken all the same."""
    word = {"text": "thirty", "first_sample": 0, "end_sample": 4800}
    message = {"type": "words", "utterance": 1, "language": "en", "committed": [word], "tentative": []}
    expected = Words(1, "en", (Word("thirty", 0, 4800),), (), 4800)
    assert FROM_RECOGNITION.decode(json.dumps({**message, "heard_to": 4800})) == expected
