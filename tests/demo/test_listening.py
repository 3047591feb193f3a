"""Whether a listener heard the translations, by what a recogniser makes of the sound."""

from __future__ import annotations

import numpy as np
import pytest

from demo.listening import Understood, plainly_spoken, understand, was_understood
from pipeline.audio import HEARING_RATE_HZ
from pipeline.events import Word
from tests.demo.people import clause, minutes, said
from tests.fakes.engines import LoudnessDetector, ScriptedRecognizer

TRACK = ["translated-es"]


@pytest.mark.parametrize(
    ("tracks", "understood", "holds"),
    [
        (TRACK, Understood("es", 10, 4), True),
        (TRACK, Understood("es-MX", 10, 10), True),
        (TRACK, Understood("es", 10, 3), False),
        (TRACK, Understood("en", 10, 10), False),
        (TRACK, Understood("", 10, 0), False),
        (TRACK, Understood("es", 0, 0), False),
        ([], Understood("es", 10, 10), False),
        (["translated-es", "translated-fr"], Understood("es", 10, 10), False),
    ],
)
def test_the_translations_were_heard(tracks: list[str], understood: Understood, holds: bool) -> None:
    """Most of the words, in the language of the listener, on their track alone."""
    assert was_understood("es", tracks, understood).holds is holds


async def test_words_are_found_again_in_their_order() -> None:
    """Numbers written otherwise are the same; what was not heard, and what came at another place, does not count."""
    words = [
        Word(text, round(at * HEARING_RATE_HZ), round((at + 0.2) * HEARING_RATE_HZ))
        for at, text in enumerate(("hola", "dos", "todos", "adi\u00f3s"))
    ]
    pcm = np.tile(np.array([4000, -4000], np.int16), 2 * HEARING_RATE_HZ)
    recognizer = ScriptedRecognizer(words, language="es")

    found = await understand(
        recognizer, LoudnessDetector(), pcm, ["Hola a todos, 2.", "Adi\u00f3s."], "es", ("es", "fr")
    )

    assert found == Understood("es", 5, 3)
    assert recognizer.open_streams == 0


@pytest.mark.parametrize(
    ("voices", "plain"),
    [
        (["espeak:es", "espeak:es+m3"], True),
        (["espeak:es", "piper:joe"], False),
        (["kokoro:af_heart"], False),
        ([], False),
    ],
)
def test_who_was_spoken_plainly_is_compared_by_sound(voices: list[str], plain: bool) -> None:
    """Only where espeak-ng said everything; what another language heard does not count."""
    records = []
    for number, voice in enumerate(voices, 1):
        record = clause(number)
        record.renderings["es"], record.renderings["fr"] = said(record), said(record)
        record.renderings["es"].voice, record.renderings["fr"].voice = voice, "kokoro:ff_siwis"
        records.append(record)
    assert plainly_spoken(minutes(records), "es") is plain
