"""Which words of a text are terms."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.text.terms import Term, TermFinder

ENGLISH = (
    "US", "IT", "WHO", "AND", "ALL", "May", "Will", "Bill", "Teams", "Word", "Meet", "Zoom", "Polish", "HIVE", "API",
    "quarterly report", "European Council", "strategy", "iPhone",
)  # fmt: skip


def found(terms: tuple[str, ...], text: str, language: str) -> list[str]:
    """What is taken for a term, as it stands in the text."""
    finder = TermFinder((Term(term) for term in terms), language)
    return [text[place.start : place.end] for place in finder.find(text)]


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("tell us if it works", []),
        ("who said it is late", []),
        ("and all of us will meet in may", []),
        ("the teams zoom in, in a word", []),
        ("we pay the bill and polish the table", []),
        ("Tell us if it works.", []),
        ("Tell us, Anna, who said it is late.", []),
        ("This is it. Who knows? All of us.", []),
        ("May I ask Anna? Will you come?", []),
        ("TELL US IF IT WORKS", []),
        ("The US and the WHO met IT staff.", ["US", "WHO", "IT"]),
        ("In May we meet Bill and Will.", ["May", "Bill", "Will"]),
        ("Open Teams, Word and Zoom.", ["Teams", "Word", "Zoom"]),
        ("She speaks Polish.", ["Polish"]),
        ("the US's role", ["US"]),
        ("the hive system", ["hive"]),
        ("The Hive system of Anna", ["Hive"]),
        ("a bee hive for Anna", []),
        ("my iphone", ["iphone"]),
        ("the european council", ["european council"]),
        ("Quarterly report is ready.", ["Quarterly report"]),
        ("the quarterly reports, our APIs and strategies", ["quarterly reports", "APIs", "strategies"]),
    ],
)
def test_capitals_tell_a_term_from_a_word(text: str, terms: list[str]) -> None:
    """Ordinary words stay words; a text without capitals of its own still has its other terms found."""
    assert found(ENGLISH, text, "en") == terms


def test_case_may_be_chosen() -> None:
    """An entry may insist on its capitals, or do without them."""
    strict = TermFinder((Term("hive", match_case=True), Term("Teams", match_case=False)), "en")
    text = "hive, HIVE, teams"
    assert [text[place.start : place.end] for place in strict.find(text)] == ["hive", "HIVE", "teams"]
    named = TermFinder((Term("Hive", match_case=True),), "en")
    assert not list(named.find("the hive of Anna, the hive"))
    assert len(list(named.find("Hive and HIVE"))) == 2


@pytest.mark.parametrize(
    ("language", "terms", "text", "expected"),
    [
        ("hi", ("राम",), "रामी और राम, रामों", ["राम"]),
        ("ar", ("كتاب",), "كتابٌ جديد وكتابي", ["كتابٌ"]),
        ("he", ("שלום",), "שָׁלוֹם לכולם", ["שָׁלוֹם"]),
        ("ja", ("ハイブ",), "ハイブは良い。ハイブリッド", ["ハイブ"]),
        ("zh", ("欧洲理事会",), "今天欧洲理事会开会", ["欧洲理事会"]),
        (
            "en",
            ("McDonald's", "O'Brien", "e-mail"),
            "McDonald’s, O’Brien, e‑mail",
            ["McDonald’s", "O’Brien", "e‑mail"],
        ),
        ("en", ("McDonald’s", "e‑mail"), "McDonald's e-mail", ["McDonald's", "e-mail"]),
        ("en", ("AI",), "our ＡＩ", ["ＡＩ"]),
        ("de", ("Straße",), "Die STRASSE", ["STRASSE"]),
        ("fr", ("commission",), "l’commission, les commissions", ["commission", "commissions"]),
        ("en", ("Ann", "art"), "Annabel's artful cart", []),
    ],
)
def test_whole_words_in_any_letters(
    language: str, terms: tuple[str, ...], text: str, expected: list[str]
) -> None:
    """A mark belongs to its letter; signs that only look different are the same."""
    assert found(terms, text, language) == expected


def test_composed_and_decomposed_letters_are_the_same() -> None:
    """é as one character or two, and a Hangul syllable in its parts."""
    for term, text, language in (("café", "the café is open", "en"), ("하이브", "우리 하이브는", "ko")):
        decomposed = unicodedata.normalize("NFD", text)
        (place,) = TermFinder((Term(term),), language).find(decomposed)
        assert unicodedata.normalize("NFC", decomposed[place.start : place.end]) == term


@pytest.mark.parametrize(
    ("language", "term", "forms", "others"),
    [
        (
            "ko",
            "하이브",
            "하이브는 하이브가 하이브를 하이브에서 하이브와 하이브의 하이브입니다",
            "하이브리드",
        ),
        ("tr", "rapor", "rapor rapordan raporu raporları raporun raporlar", "raportör"),
        ("tr", "kitap", "kitabı kitaplar kitapta", "kitapsever"),
        ("fi", "raportti", "raportin raportissa raportteja raporttia", "raportoija"),
        ("hu", "jelentés", "jelentést jelentésben jelentések jelentéssel", "jelentéktelen"),
        ("hu", "iroda", "irodában irodával irodát", "irodalom"),
        (
            "de",
            "Quartalsbericht",
            "Quartalsberichts Quartalsberichte Quartalsberichten",
            "Quartalsberichterstattung",
        ),
        ("ru", "комиссия", "комиссии комиссию комиссией", "комиссионный"),
        ("pl", "raport", "raportu raporty raportem raportów", "raportować"),
        ("es", "sección", "sección", "seccionar"),
        ("es", "informe", "informes", "informó"),
        ("fr", "cheval", "chevaux", "chevalier"),
        ("it", "rapporto", "rapporti", "rapportare"),
        ("sv", "rapport", "rapporten rapporter rapporterna rapports", "rapportör"),
        ("nl", "rapport", "rapporten", "rapportage"),
        ("pt", "reunião", "reuniões", "reunir"),
    ],
)
def test_regular_endings(language: str, term: str, forms: str, others: str) -> None:
    """A term is found in its cases and its plural; a word built upon it is another word."""
    for form in forms.split():
        assert found((term,), form, language), form
    assert not found((term,), others, language)


def test_a_particle_stays_outside() -> None:
    """What stands at the word goes on standing there."""
    assert found(("하이브",), "하이브는 하이브에서", "ko") == ["하이브", "하이브"]


@given(
    st.text(max_size=40),
    st.text(min_size=1, max_size=8),
    st.sampled_from(["en", "ko", "ja", "hi", "tr", "xx"]),
)
@settings(max_examples=300, deadline=None, derandomize=True)
def test_any_text_is_survived(text: str, term: str, language: str) -> None:
    """Places are in order, within the text, and do not overlap."""
    at = 0
    for place in TermFinder((Term(term),), language).find(f"{text} {term} {text}"):
        assert at <= place.start < place.end <= 2 * len(text) + len(term) + 2
        at = place.end
