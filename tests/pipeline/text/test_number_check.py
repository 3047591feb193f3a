"""Numbers of a translation, compared as numbers."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.text.number_check import doubt


@pytest.mark.parametrize(
    ("source_language", "source", "target_language", "target"),
    [
        ("fr", "Le train part à 22h30.", "en", "The train leaves at 10:30 p.m."),
        ("en", "The train leaves at 10:30 p.m.", "fr", "Le train part à 22h30."),
        ("en", "The train leaves at 10:30 p.m.", "de", "Der Zug fährt um 22.30 Uhr."),
        ("en", "The train leaves at 10:30 p.m.", "es", "El tren sale a las 22:30."),
        ("de", "Wir treffen uns um 22 Uhr.", "en", "We meet at 10 p.m."),
        ("en", "We meet at 10 p.m.", "de", "Wir treffen uns um 10 Uhr abends."),
        ("en", "In the 1990s we were young.", "es", "En los años 90 éramos jóvenes."),
        ("es", "En los años 90 éramos jóvenes.", "en", "In the 1990s we were young."),
        ("en", "In the 1990s", "de", "In den 90er Jahren"),
        ("en", "In the '90s", "fr", "Dans les années 1990"),
        ("en", "in the 1980s", "it", "negli anni '80"),
        ("en", "in the 1980s", "ru", "в 80-х годах"),
        ("en", "in the 1990s", "zh", "在90年代"),
        ("ja", "1980年代", "en", "the 80s"),
        ("fr", "dans les années 1990", "de", "in den 90er Jahren"),
        ("en", "$1.5 million", "es", "1,5 millones de dólares"),
        ("en", "$1.5 million", "es", "1.500.000 dólares"),
        ("en", "3 billion people", "es", "3 mil millones de personas"),
        ("en", "3 billion people", "de", "3 Milliarden Menschen"),
        ("en", "3 billion people", "es", "3.000 millones de personas"),
        ("en", "3 billion people", "fr", "3 milliards de personnes"),
        ("en", "2.5bn", "de", "2,5 Mrd."),
        ("en", "2.5bn", "ru", "2,5 млрд"),
        ("en", "2 million", "zh", "200万"),
        ("en", "1.5 million", "zh", "150万"),
        ("en", "120 million", "ja", "1億2000万"),
        ("en", "120 million", "ko", "1억 2천만"),
        ("en", "1.2 trillion", "zh", "1.2万亿"),
        ("en", "1.2 million", "hi", "12 लाख"),
        ("hi", "1.5 करोड़", "en", "15 million"),
        ("en", "5 crore", "en", "50 million"),
        ("en", "1,250.50", "es", "1.250,50"),
        ("en", "1,250.50", "fr", "1\u202f250,50"),
        ("en", "1,250.50", "fr", "1 250,50"),
        ("en", "1,250", "es", "1.250"),
        ("de", "1.250", "fr", "1 250"),
        ("en", "1,000,000", "de", "1.000.000"),
        ("en", "1,250.50", "de", "1'250.50"),
        ("en", "12,00,000", "en", "1,200,000"),
        ("en", "1,250", "ar", "١٬٢٥٠"),
        ("en", "3.5", "ar", "٣٫٥"),
        ("en", "1,250", "hi", "१,२५०"),
        ("en", "twenty-five cats", "es", "25 gatos"),
        ("en", "25 cats", "es", "veinticinco gatos"),
        ("en", "25", "zh", "二十五"),
        ("zh", "二零二四年", "en", "in 2024"),
        ("en", "2024", "zh", "二〇二四年"),
        ("en", "nineteen ninety", "es", "1990"),
        ("en", "1990", "de", "neunzehnhundertneunzig"),
        ("en", "two thousand twenty-four", "fr", "2024"),
        ("en", "It is -5 degrees", "es", "Hace menos 5 grados"),
        ("en", "It is -5 degrees", "es", "5 grados bajo cero"),
        ("en", "−5", "fr", "-5"),
        ("en", "-5 degrees", "zh", "零下5度"),
        ("es", "al menos 5", "en", "at least 5"),
        ("en", "3.5 percent", "es", "3,5 por ciento"),
        ("en", "50%", "es", "50 %"),
        ("en", "1/2 cup", "es", "½ taza"),
        ("en", "½", "es", "0,5"),
        ("en", "2½ hours", "es", "2,5 horas"),
        ("en", "24/7", "es", "24 horas al día, 7 días a la semana"),
        ("en", "10-15 people", "es", "10 a 15 personas"),
        ("en", "10–15", "fr", "de 10 à 15"),
        ("ja", "10~15人", "en", "10 to 15 people"),
        ("en", "On 5/6/2024", "de", "Am 6.5.2024"),
        ("en", "January 15, 2024", "zh", "2024年1月15日"),
        ("en", "the 1st and 23rd", "es", "el 1.º y el 23.º"),
        ("en", "the 19th century", "es", "el siglo XIX"),
        ("es", "el siglo XIX", "en", "the 19th century"),
        ("en", "two and a half million", "es", "2,5 millones"),
        ("en", "2.5 million", "es", "2 millones y medio"),
        ("en", "dos", "es", "2"),
        ("en", "A320 and COVID-19", "de", "A320 und COVID-19"),
        ("en", "version 2.0.1", "es", "versión 2.0.1"),
        ("en", "call 555-123-4567", "es", "llame al 555-123-4567"),
        ("en", "192.168.1.10", "es", "192.168.1.10"),
        ("en", "5k users", "es", "5.000 usuarios"),
        ("en", "5 km", "es", "5 km"),
        ("en", "$2.5M", "es", "2,5 millones"),
        ("en", "5 m", "es", "5 metros"),
        ("en", "25 cats", "ru", "двадцать пять кошек"),
        ("en", "half past ten", "es", "10:30"),
        ("en", "10:30", "es", "las diez y media"),
        ("en", "one of the 3 problems", "fr", "l'un des trois problèmes"),
        ("en", "The meeting at noon", "de", "Das Treffen um 12 Uhr"),
        ("en", "9 a.m.", "zh", "上午9点"),
        ("en", "3 p.m.", "zh", "下午3点"),
        ("en", "15:00", "zh", "下午3点"),
        ("en", "3:30 p.m.", "ja", "午後3時半"),
        ("en", "3:30 pm", "ko", "오후 3시 30분"),
        ("en", "3.5", "th", "3.5"),
        ("en", "2024", "th", "2567"),
        ("en", "two thirds", "zh", "三分之二"),
        ("en", "25%", "zh", "百分之二十五"),
        ("en", "3.5%", "zh", "百分之三点五"),
        ("en", "1.5 million", "sw", "milioni 1.5"),
        ("en", "1.5 million", "ta", "15 லட்சம்"),
        ("en", "10 thousand", "es", "10 mil"),
        ("en", "10 thousand", "sv", "10 000"),
        ("pt", "R$ 3 bilhões", "en", "3 billion reais"),
        ("en", "3 trillion", "de", "3 Billionen"),
        ("en", "3 trillion", "es", "3 billones"),
        ("en", "We have 30 million and 5 thousand", "es", "Tenemos 30 millones y 5 mil"),
        ("en", "a hundred people", "es", "cien personas"),
        ("en", "four hundred and twenty", "de", "vierhundertzwanzig"),
        ("en", "20,300 people", "fr", "20 300 personnes"),
        ("en", "1.250", "es", "1,250"),
        ("fr", "quatre-vingt-dix", "en", "90"),
        ("en", "ninety", "fr", "quatre-vingt-dix"),
        ("da", "femogtyve", "en", "25"),
        ("en", "12 p.m.", "de", "12 Uhr"),
        ("en", "12 a.m.", "de", "0 Uhr"),
        ("en", "12:30 a.m.", "de", "0:30 Uhr"),
        ("en", "12:30 a.m.", "fr", "0h30"),
        ("en", "in 2024 100 people came", "es", "en 2024 vinieron 100 personas"),
        ("pt", "às 22h30", "en", "at 10:30 PM"),
        ("ru", "в 22:30", "en", "at 10:30 pm"),
        ("es", "a las 10 de la noche", "en", "at 10 p.m."),
        ("es", "a las 10 de la noche", "de", "um 22 Uhr"),
        ("en", "in '98", "es", "en 1998"),
        ("de", "2,5 Mio. Euro", "en", "2.5 million euros"),
        ("pl", "2,5 mln zł", "en", "2.5 million zloty"),
        ("tr", "2,5 milyon", "en", "2.5 million"),
        ("de", "anderthalb Stunden", "en", "an hour and a half"),
        ("en", "We made 2.5 million-dollar deals", "es", "Hicimos tratos de 2,5 millones"),
        ("en", "3,500,000", "es", "3,5 millones"),
        ("ja", "三万五千", "en", "35,000"),
        ("ko", "3만 5천", "en", "35,000"),
    ],
)
def test_the_same_number_is_no_doubt(
    source_language: str, source: str, target_language: str, target: str
) -> None:
    """Marks, digits, words, scales, times of day and decades are written differently and mean the same."""
    assert doubt(source, target, source_language=source_language, target_language=target_language) is None


@pytest.mark.parametrize(
    ("source_language", "source", "target_language", "target"),
    [
        ("en", "The rate is 3.5 percent.", "es", "La tasa es del 35 por ciento."),
        ("en", "$1.5 million", "es", "15 millones"),
        ("en", "0.5", "es", "5"),
        ("en", "-5 degrees", "es", "5 grados"),
        ("en", "-5 degrees", "de", "5 Grad"),
        ("en", "10:30 a.m.", "es", "22:30"),
        ("en", "10:30 p.m.", "fr", "10h30 du matin"),
        ("en", "9 a.m.", "es", "9 p.m."),
        ("en", "9:30 a.m.", "de", "21.30 Uhr"),
        ("en", "1990s", "es", "los años 80"),
        ("en", "3 billion", "es", "3 millones"),
        ("en", "3 billion", "es", "3 billones"),
        ("en", "2.5 million", "es", "2,5 mil"),
        ("en", "2.5 million", "zh", "25万"),
        ("en", "2.5 million", "es", "25 millones"),
        ("en", "1,250.50", "es", "125,05"),
        ("en", "1,000,000", "es", "1,000"),
        ("en", "twenty-five", "es", "35"),
        ("en", "thirty cars", "es", "cuarenta coches"),
        ("en", "3 rooms", "es", "cuatro salas"),
        ("zh", "二零二四年", "en", "in 2023"),
        ("en", "25", "zh", "三十五"),
        ("en", "1/2", "es", "1/3"),
        ("en", "10-15", "es", "10-50"),
        ("en", "2½", "es", "21⁄2"),
        ("en", "350", "es", "mucho"),
        ("en", "Thank you.", "es", "Gracias 2019"),
        ("en", "12 lakh", "hi", "12 करोड़"),
        ("hi", "12 लाख", "en", "12 million"),
        ("en", "It is 20 degrees", "es", "Es 200 grados"),
        ("en", "5 m", "es", "50 m"),
        ("en", "10:30", "es", "10:45"),
        ("en", "3.14", "es", "3,41"),
        ("en", "2.5bn", "de", "2,5 Mio."),
        ("en", "120 million", "ja", "12億"),
        ("en", "5.0", "es", "50"),
        ("en", "100", "es", "1000"),
        ("en", "1,5", "es", "15"),
        ("ar", "٣٫٥", "en", "35"),
        ("en", "page 7", "ru", "страница 8"),
        ("en", "350 euros", "ru", "530 евро"),
        ("en", "at 3 p.m.", "de", "um 16 Uhr"),
        ("de", "um 22 Uhr", "en", "at 10 a.m."),
        ("en", "20%", "es", "2%"),
    ],
)
def test_another_number_is_a_doubt(
    source_language: str, source: str, target_language: str, target: str
) -> None:
    """A lost mark, sign, scale or half of the day makes another number."""
    assert doubt(source, target, source_language=source_language, target_language=target_language)


@given(st.integers(0, 10**9), st.integers(0, 99))
@settings(max_examples=200, deadline=None, derandomize=True)
def test_marks_of_english_and_german_mean_the_same(whole: int, cents: int) -> None:
    """Every amount survives the change of its marks, and none is taken for ten times as much."""
    english = f"{whole:,}.{cents:02}"
    german = english.translate(str.maketrans(",.", ".,"))
    assert doubt(english, german, source_language="en", target_language="de") is None
    if whole > 100:
        wrong = f"{whole * 10:,}.{cents:02}".translate(str.maketrans(",.", ".,"))
        assert doubt(english, wrong, source_language="en", target_language="de") == "numbers changed"


def test_what_is_wrong_is_named() -> None:
    """A number in another's place, one that is gone, one from nowhere."""

    def reason(source: str, target: str) -> str | None:
        return doubt(source, target, source_language="en", target_language="es")

    assert reason("It costs 350 euros.", "Cuesta 530 euros.") == "numbers changed"
    assert reason("It costs 350 euros.", "Cuesta mucho.") == "numbers missing"
    assert reason("Thank you.", "Gracias 2019.") == "numbers added"
