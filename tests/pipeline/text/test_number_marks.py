"""Numbers in a translation get the marks of its language."""

from __future__ import annotations

import pytest

from pipeline.text.number_marks import localised


@pytest.mark.parametrize(
    ("source", "target", "said", "translated", "written"),
    [
        ("en", "es", "It costs $1,250.50.", "Cuesta 1,250.50 dólares.", "Cuesta 1.250,50 dólares."),
        ("en", "es", "We have 1,000,000 users.", "Tenemos 1,000,000 usuarios.", "Tenemos 1.000.000 usuarios."),
        ("es", "en", "1.250,50 euros", "1.250,50 euros", "1,250.50 euros"),
        ("en", "es", "3.5 percent", "3.5 por ciento", "3,5 por ciento"),
        ("en", "fr", "1,000,000", "1,000,000", "1\u202f000\u202f000"),
        ("en", "ca", "1,250.50", "1,250.50", "1.250,50"),
        ("en", "pt-BR", "1,250.50", "1,250.50", "1.250,50"),
        ("en", "pt-PT", "1,250.50", "1,250.50", "1\u00a0250,50"),
        ("en", "es-MX", "1,250.50", "1,250.50", "1,250.50"),
        ("en", "de-CH", "1,250.50", "1,250.50", "1’250.50"),
        ("en", "nb-NO", "1,250.50", "1,250.50", "1\u00a0250,50"),
        ("en", "hi", "1,000,000 people", "1,000,000 लोग", "10,00,000 लोग"),
        ("hi", "en", "10,00,000", "10,00,000", "1,000,000"),
        ("es", "en", "3.000 millones", "3.000 million", "3,000 million"),
        ("fr", "en", "1 250,50 euros, 20 300 voix", "1 250,50 euros, 20 300 votes", "1,250.50 euros, 20,300 votes"),
        ("en", "es", "-3.5 and 0.5", "-3.5 y 0.5", "-3,5 y 0,5"),
        ("en", "es", "1.5-2.5 metres", "1.5-2.5 metros", "1,5-2,5 metros"),
        ("en", "es", "GPT-3.5 scored 3.5 points", "GPT-3.5 obtuvo 3.5 puntos", "GPT-3.5 obtuvo 3,5 puntos"),
        (
            "en", "es", "Section 3.5 says 3.5 million", "La sección 3.5 dice 3.5 millones",
            "La sección 3.5 dice 3,5 millones",
        ),
        ("en", "es", "In March 3.5 million", "En marzo 3.5 millones", "En marzo 3,5 millones"),
    ],
)  # fmt: skip
def test_numbers_are_written_as_the_language_does(
    source: str, target: str, said: str, translated: str, written: str
) -> None:
    """Decimals and groups by language and region, wherever the engine copied what was said."""
    assert localised(translated, said, source=source, target=target) == written


@pytest.mark.parametrize(
    ("source", "target", "text"),
    [
        ("en", "es", "Python 3.11, version 2.5, v2.0, 2.0.1, USB 3.0"),
        ("en", "es", "192.168.1.10, in 2024, 10:30, 555.123.4567, at 10.30, 9.30 a.m."),
        ("es", "en", "192.168.100.200 el 15.01.2024 a las 10.30"),
        ("fr", "en", "en 2024 100 personnes"),
        ("en", "xx", "1,250.50"),
        ("es", "it", "1.250,50"),
    ],
)
def test_what_is_no_quantity_stays(source: str, target: str, text: str) -> None:
    """Versions, addresses, dates, times, telephone numbers and years, and languages that are not known."""
    assert localised(text, text, source=source, target=target) == text


def test_what_the_engine_wrote_itself_stays() -> None:
    """Only figures that were copied are touched."""
    assert localised("1.250 y 2,5", "1,250 and 2.5", source="en", target="es") == "1.250 y 2,5"
    assert localised("en 1,250", "3.5", source="en", target="es") == "en 1,250"
