"""Where a text is divided to be rendered in pieces."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.text.phrasing import Boundary, boundary_behind, continued, phrases, spoken_length

SLOW, QUICK = 0.8, 0.3

DIVIDED = [
    ("en", "Last year we opened four |new stations in the north |of the country, |and the people helped us."),
    ("es", "El año pasado abrimos |cuatro estaciones nuevas |en el norte del país, |y la gente nos ayudó."),
    ("fr", "L'année dernière, |nous avons ouvert quatre |nouvelles stations dans le nord |du pays et les gens."),
    ("de", "Im letzten Jahr haben |wir mit Dr. Schmidt |am 15. März im Norden |des Landes eine neue Station eröffnet."),
    ("it", "Le persone che vivono |nei villaggi ci hanno aiutato |con grande gioia ogni giorno."),
    ("nl", "Vorig jaar hebben |we vier nieuwe stations geopend |in het noorden van het land."),
    ("uk", "Минулого року |ми відкрили чотири нові станції |на півночі країни."),
    ("pt", "No ano passado abrimos |quatro novas estações |no norte do país."),
    ("pl", "W zeszłym roku otworzyliśmy |cztery nowe stacje na północy kraju |i ludzie z wiosek pomagali."),
    ("ru", "В прошлом году |мы открыли четыре новые станции |на севере страны."),
    ("tr", "Geçen yıl ülkenin kuzeyinde |dört yeni istasyon açtık |ve köylerdeki insanlar."),
    ("ar", "في العام الماضي افتتحنا |أربع محطات جديدة |في شمال البلاد وساعدنا |أهل القرى كل يوم."),
    ("ja", "私たちは去年この国の北部に|四つの新しい駅を開きました。|村の人々は毎日私たちを|助けてくれました。"),
    ("zh", "去年我们在该国北部开设了四个新车站，|村里的人每天都在帮助我们。"),
    ("th", "ปีที่แล้วเราเปิดสถานีใหม่สี่แห่งทางตอนเหนือของประเทศ |และชาวบ้านช่วยเราทุกวัน"),
]  # fmt: skip


@pytest.mark.parametrize(("language", "marked"), DIVIDED, ids=[language for language, _ in DIVIDED])
def test_a_slow_voice_gets_phrases(language: str, marked: str) -> None:
    """Pieces end at punctuation or before function words, in each language as it is written."""
    expected = marked.split("|")

    assert phrases("".join(expected), first=25, cost=SLOW, language=language) == expected


def test_a_hindi_phrase_ends_with_its_postposition() -> None:
    """The short word belongs to what is before it, not behind it."""
    pieces = phrases("पिछले साल हमने अपने देश के उत्तरी भाग में चार नए स्टेशन खोले।", first=25, cost=SLOW, language="hi")

    assert pieces[0].endswith("के ")


def test_pieces_grow_as_fast_as_the_voice_allows() -> None:
    """A quick voice gets a short first piece and then the rest."""
    text = "Last year we opened four new stations in the north of the country and helped."

    assert phrases(text, first=30, cost=QUICK, language="en") == [
        "Last year we opened four ",
        "new stations in the north of the country and helped.",
    ]


@pytest.mark.parametrize(
    ("language", "text", "together"),
    [
        ("en", "In the year after that we sold more than 3 million of them to the public.", "3 million"),
        ("en", "Everybody who came was welcomed by Dr. Smith and his two colleagues.", "Dr. Smith"),
        ("en", "The rate of the bank went up by about 1,250.50 in the second quarter.", "1,250.50"),
        ("en", "She was born in a small town of the province on 15 March 1984.", "15 March"),
        ("de", "Wir treffen uns dann im Sommer am 3. Oktober in der großen Halle.", "3. Oktober"),
        ("fr", "Nous avons vendu cette année-là environ 20 % de nos parts au public.", "20 %"),
        ("es", "La reunión con la doctora que viene es con la Sra. López en Madrid.", "Sra. López"),
        ("pt", "Os preços na região subiram no ano passado cerca de 2.000 euros.", "2.000 euros"),
    ],
)  # fmt: skip
def test_what_belongs_together_stays_together(language: str, text: str, together: str) -> None:
    """Numbers with what they count, titles with names."""
    for first in range(10, 60):
        assert any(together in piece for piece in phrases(text, first=first, cost=SLOW, language=language))


def test_terms_with_a_pronunciation_are_not_divided() -> None:
    """Half of a term would not be found."""
    text = "Everything that we do is written down in the green paper plan of the council."
    whole = "Green Paper Plan"
    for first in range(10, 60):
        pieces = phrases(text, first=first, cost=SLOW, language="en", whole=[whole])
        assert any("green paper plan" in piece for piece in pieces)


@given(
    text=st.text(st.sampled_from("ab é,.;!? 1-،。、は駅한กक\n\u0301"), max_size=120),
    first=st.floats(0.1, 200),
    cost=st.floats(0.01, 5),
    language=st.sampled_from(["en", "de", "ja", "zh", "hi", "ar", "th", "ko"]),
)
def test_no_sign_is_lost(text: str, first: float, cost: float, language: str) -> None:
    """Joined, the pieces are the text; none but an only one is very short."""
    pieces = phrases(text, first=first, cost=cost, language=language)

    assert "".join(pieces) == text
    assert all(pieces)
    if len(pieces) > 1:
        assert all(spoken_length(piece) >= 10 for piece in pieces)


@given(cost=st.floats(0.05, 0.95), first=st.floats(25, 60), lengths=st.lists(st.integers(1, 9), min_size=30))
def test_sound_does_not_run_dry(cost: float, first: float, lengths: list[int]) -> None:
    """Each piece is rendered while those before it are heard, but for the length that words give and take."""
    text = " ".join("x" * length for length in lengths)
    pieces = phrases(text, first=first, cost=cost, language="xx")
    heard_until = ready = 0.0
    for number, piece in enumerate(pieces):
        ready += cost * len(piece)
        if number:
            assert ready <= heard_until + 0.35 * cost * len(piece) + 10
        heard_until = max(heard_until, ready) + len(piece)


@pytest.mark.parametrize(("first", "cost"), [(0, 0.5), (-1, 0.5), (20, 0), (20, -1)])
def test_impossible_figures_are_refused(first: float, cost: float) -> None:
    """By name."""
    with pytest.raises(ValueError, match="must be above 0"):
        phrases("text", first=first, cost=cost, language="en")


@pytest.mark.parametrize(
    ("piece", "language", "expected"),
    [
        ("in the north ", "en", "in the north,"),
        ("of the country, ", "en", "of the country,"),
        ("Is it? ", "en", "Is it?"),
        ("the “big one” ", "en", "the “big one”"),
        ("去年我们", "zh", "去年我们，"),
        ("北部に", "ja", "北部に、"),
        ("في العام", "ar", "في العام،"),
        (" ", "en", ""),
    ],
)
def test_a_piece_in_the_middle_keeps_the_voice_up(piece: str, language: str, expected: str) -> None:
    """A comma where there is no sign of its own."""
    assert continued(piece, language) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Yes.", Boundary.SENTENCE), ("“Yes!” ", Boundary.SENTENCE), ("好。", Boundary.SENTENCE),
        ("है।", Boundary.SENTENCE), ("well,", Boundary.CLAUSE), ("nun –", Boundary.CLAUSE),
        ("和，", Boundary.CLAUSE), ("and", Boundary.WORDS), ("", Boundary.WORDS), ("”", Boundary.WORDS),
    ],
)  # fmt: skip
def test_what_a_text_ends_with(text: str, expected: Boundary) -> None:
    """Tells how long a voice rests there."""
    assert boundary_behind(text) is expected


def test_scripts_take_their_time() -> None:
    """The same sentence is about as long in any script."""
    lengths = [
        spoken_length(text)
        for text in (
            "We have opened four new stations this year.",
            "我们今年开设了四个新车站。",
            "私たちは今年四つの駅を開きました。",
            "우리는 올해 네 개의 역을 열었습니다.",
            "हमने इस साल चार नए स्टेशन खोले हैं।",
        )
    ]
    assert max(lengths) < 2 * min(lengths)
