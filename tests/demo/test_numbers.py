"""Numbers as words: the languages in which engines are compared."""

from __future__ import annotations

import pytest

from demo.numbers import LIMIT, ordinal, spelt


@pytest.mark.parametrize(
    ("language", "number", "words"),
    [
        ("en", 0, "zero"), ("en", 12, "twelve"), ("en", 21, "twenty one"), ("en", 100, "one hundred"),
        ("en", 1999, "one thousand nine hundred ninety nine"), ("en", 250_007, "two hundred fifty thousand seven"),
        ("es", 16, "dieciséis"), ("es", 31, "treinta y uno"), ("es", 100, "cien"), ("es", 101, "ciento uno"),
        ("es", 1000, "mil"), ("es", 2500, "dos mil quinientos"), ("es", 21_000, "veintiún mil"),
        ("es", 31_000, "treinta y un mil"), ("es", 500_000, "quinientos mil"),
        ("fr", 21, "vingt et un"), ("fr", 71, "soixante et onze"), ("fr", 80, "quatre vingts"),
        ("fr", 81, "quatre vingt un"), ("fr", 91, "quatre vingt onze"), ("fr", 200, "deux cents"),
        ("fr", 250, "deux cent cinquante"), ("fr", 80_000, "quatre vingt mille"), ("fr", 1000, "mille"),
        ("it", 21, "ventuno"), ("it", 28, "ventotto"), ("it", 33, "trentatré"), ("it", 100, "cento"),
        ("it", 2000, "duemila"), ("it", 23_000, "ventitremila"), ("it", 1999, "millenovecentonovantanove"),
        ("pt", 16, "dezesseis"), ("pt", 100, "cem"), ("pt", 101, "cento e um"), ("pt", 2000, "dois mil"),
        ("pt", 2500, "dois mil e quinhentos"), ("pt", 1250, "mil duzentos e cinquenta"),
        ("de", 1, "eins"), ("de", 21, "einundzwanzig"), ("de", 101, "einhunderteins"), ("de", 1000, "eintausend"),
        ("de", 101_000, "einhunderteintausend"), ("de", 250, "zweihundertfünfzig"),
        ("zh", 10, "十"), ("zh", 105, "一百零五"), ("zh", 12_000, "一万二千"), ("zh", 2000, "二千"),
        ("ja", 105, "百五"), ("ja", 1999, "千九百九十九"), ("ja", 10_000, "一万"),
    ],
)  # fmt: skip
def test_a_number_is_spelt(language: str, number: int, words: str) -> None:
    assert spelt(number, language) == words


@pytest.mark.parametrize(("number", "language"), [(LIMIT, "en"), (-1, "en"), (7, "fi")])
def test_what_cannot_be_spelt_is_not_guessed(number: int, language: str) -> None:
    assert spelt(number, language) is None


@pytest.mark.parametrize(
    ("number", "words"),
    [(1, "first"), (2, "second"), (12, "twelfth"), (20, "twentieth"), (21, "twenty first"), (100, "one hundredth"),
     (LIMIT, None)],
)  # fmt: skip
def test_english_ordinals(number: int, words: str | None) -> None:
    assert ordinal(number) == words
