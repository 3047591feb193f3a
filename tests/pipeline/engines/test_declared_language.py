"""Whoever declares one language and speaks another is noticed."""

from __future__ import annotations

import pytest

from pipeline.engines.recognition.whisper.language import DeclaredLanguage

ENGLISH, SPANISH = {"en": 0.97, "es": 0.02}, {"es": 0.95, "en": 0.04}


def heard_instead(declared: str, *looks: dict[str, float]) -> list[str]:
    check = DeclaredLanguage(declared)
    return [check.feed(look) for look in looks]


def test_two_strong_looks_in_a_row_tell() -> None:
    """One is not enough, nor are two with the declared language, another one or a doubt between them."""
    assert heard_instead("en-GB", SPANISH, SPANISH) == ["", "es"]
    assert heard_instead("en", SPANISH, ENGLISH, SPANISH) == ["", "", ""]
    assert heard_instead("en", SPANISH, {"fr": 0.98}, SPANISH) == ["", "", ""]
    assert heard_instead("en", SPANISH, {"es": 0.89, "en": 0.1}, SPANISH) == ["", "", ""]
    assert heard_instead("en", SPANISH, {}, SPANISH) == ["", "", ""]


@pytest.mark.parametrize(
    ("declared", "heard"),
    [
        ("en-GB", "en"), ("pt-BR", "pt"), ("zh-Hant-TW", "zh"), ("iw", "he"), ("jv", "jw"), ("nb-NO", "no"),
        ("nb", "nn"), ("nn", "no"), ("zh", "yue"), ("sr-Latn", "hr"), ("ur", "hi"), ("ms", "id"),
    ],
)  # fmt: skip
def test_other_names_and_what_sounds_alike_are_no_other_language(declared: str, heard: str) -> None:
    """Regions, scripts and old codes do not count, nor do languages that only writing tells apart."""
    assert heard_instead(declared, *[{heard: 0.99}] * 3) == ["", "", ""]


@pytest.mark.parametrize(
    ("declared", "heard", "told"),
    [
        ("es-MX", "pt", "pt"),
        ("nb", "sv", "sv"),
        ("ja", "zh", "zh"),
        ("id", "jw", "jv"),
        ("de-CH", "en", "en"),
    ],
)
def test_neighbours_are_other_languages(declared: str, heard: str, told: str) -> None:
    """They are named as everybody names them, whatever the model calls them."""
    assert heard_instead(declared, *[{heard: 0.99}] * 2) == ["", told]


def test_only_some_stretches_are_looked_at() -> None:
    """The first three and every tenth cost a pass; a suspicion is followed up at once."""
    check = DeclaredLanguage("en")
    looked_at = []
    for stretch in range(1, 31):
        if check.is_due():
            looked_at.append(stretch)
            check.feed(SPANISH if stretch == 10 else ENGLISH)
    assert looked_at == [1, 2, 3, 10, 11, 20, 30]
