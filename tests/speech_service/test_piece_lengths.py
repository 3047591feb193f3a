"""How much of a text is spoken in one go where nobody waits for it."""

from __future__ import annotations

import pytest

from speech_service.piece_lengths import LONGEST, SHORTEST, PieceLengths

VOICE = "kokoro:ef_dora"
ONE_BREATH = "una frase que no tiene ninguna coma ni ningún punto y que sigue y sigue hasta que se acaba " * 5


@pytest.mark.parametrize(
    ("per_s", "limit"), [(None, SHORTEST), (5, SHORTEST), (45, 90), (110, 220), (5000, LONGEST)]
)
def test_a_piece_takes_two_seconds_within_bounds(per_s: float | None, limit: int) -> None:
    """However slow or quick the machine is; the shortest while nobody knows."""
    lengths = PieceLengths()
    if per_s is not None:
        lengths.took(VOICE, "es", round(3 * per_s), 3.0)

    assert lengths.limit(VOICE, "es") == limit
    pieces = list(lengths.pieces(ONE_BREATH, VOICE, "es"))
    assert "".join(pieces) == ONE_BREATH
    assert max(map(len, pieces)) <= limit
    assert min(map(len, pieces[:-1])) > limit / 2, "but they are not cut smaller than that"


def test_each_engine_and_language_has_its_own_pace() -> None:
    """Regions of a language have one; what is newest counts for a part, so that one pause changes little."""
    lengths = PieceLengths()
    lengths.took(VOICE, "es-MX", 100, 1.0)

    assert lengths.limit("kokoro:blend~ef_dora.100", "es") == 200
    assert lengths.limit(VOICE, "ja") == lengths.limit("piper:es_ES-davefx", "es") == SHORTEST
    lengths.took(VOICE, "es", 50, 1.0)
    assert lengths.limit(VOICE, "es") == 170
    lengths.took(VOICE, "es", 0, 1.0)
    assert lengths.limit(VOICE, "es") == 170


def test_it_is_cut_where_it_hurts_least() -> None:
    """After sentences, else after commas; a sentence that fits is one piece."""
    text = "Hola. Mañana por la mañana, si no llueve, vamos todos juntos al mercado de la plaza. Adiós."

    assert list(PieceLengths().pieces(text, VOICE, "es")) == [
        "Hola. ",
        "Mañana por la mañana, si no llueve, ",
        "vamos todos juntos al mercado de la plaza. ",
        "Adiós.",
    ]
    assert list(PieceLengths().pieces("", VOICE, "es")) == []


def test_what_was_learned_meanwhile_counts_for_the_rest() -> None:
    """The first piece is short, so that a text on a quick machine is soon cut by sentences alone."""
    lengths = PieceLengths()
    pieces = lengths.pieces(ONE_BREATH, VOICE, "es")
    assert len(next(pieces)) <= SHORTEST
    lengths.took(VOICE, "es", 100, 1.0)
    assert len(next(pieces)) > 150
