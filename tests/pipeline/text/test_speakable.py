"""Signs that mean something are said, and markup is not."""

from __future__ import annotations

import pytest

from pipeline.text.cleaning import speakable
from pipeline.text.symbols import in_words


@pytest.mark.parametrize(
    "text",
    [
        "C# and F# are languages, C++ too",
        "#1 of 10~15, about ~5",
        "2 * 3 = 6 and 3 × 4, 8 ÷ 2",
        "±5, ≈ 5, ≤ 5, ≥ 5, a ≠ b",
        "½ cup, 2½ cups, 1/2",
        "5 €, £5, 5 %, 5 ‰",
        "A & B → C, Windows™",
        "> 5",
        "-5 degrees",
        "a < b and b > c",
        "if a <b and c> d",
        "1.250,50 and 1\u202f250,50 and 1\u00a0250, 10:30, 22h30, 3,5, −3",
        "월~금 10–15",
        "x^2",
    ],
)
def test_signs_that_mean_something_stay(text: str) -> None:
    """Arithmetic, identifiers, ranges, units, and numbers in the form of their language."""
    assert speakable(text, "en") == text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("It is 25 ℃ outside, 77 ℉", "It is 25 °C outside, 77 °F"),
        ("5 ㎡, 3 ㎏, 10 ㎞, ㎥", "5 m², 3 kg, 10 km, m³"),
        ("㈱ソニー ㈜삼성", "株式会社ソニー 주식회사삼성"),
        ("１０～１５％ ＡＩ，好！", "10~15% AI，好！"),
        ("𝐇𝐞𝐥𝐥𝐨 ① Ⅳ ﬁne", "Hello 1 IV fine"),
        ("№ 5", "№ 5"),
        ("東京〜大阪、そうだね〜でも", "東京~大阪、そうだね でも"),
        ("a -> b => c ➔ d", "a → b → c → d"),
    ],
)
def test_compatibility_signs_are_written_out(text: str, said: str) -> None:
    """What no voice knows becomes what it stands for."""
    assert speakable(text, "en") == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("> quoted\n- item\n# Title\n## 2. Part", "quoted item Title 2. Part"),
        ('<b>x</b> <i class="y">z</i><br/> <!-- c --> <speak>q</speak>', "x z q"),
        ("**bold** *it* ~~s~~ `c` #tag", "bold it s c tag"),
        ("snake_case {a} [b] \\n", "snake case a b n"),
        ("😀 fine ❤️ ✓ ★ 1️⃣", "fine 1"),
    ],
)
def test_markup_and_emoji_go(text: str, said: str) -> None:
    """Whatever they are next to."""
    assert speakable(text, "en") == said


def test_tags_are_found_in_time() -> None:
    """Text that nearly is markup, at length."""
    for text in ("<a b=" * 20_000, "<a " * 30_000, "1 ~ " * 20_000, "#" * 50_000, "<!--" * 20_000):
        in_words(speakable(text, "en"), "en")


@pytest.mark.parametrize(
    ("language", "text", "said"),
    [
        ("en-US", "3 × 4 = 12, 8 ÷ 2, 2 * 3, 1 + 1", "3 times 4 equals 12, 8 divided by 2, 2 times 3, 1 plus 1"),
        ("en", "±5, ≤ 5, ≥ 5, a ≠ b, 3 < 4, 5 ‰",
         "plus or minus 5, at most 5, at least 5, a is not equal to b, 3 less than 4, 5 per mille"),
        ("en", "C# and F#, C++, #1, № 2", "C sharp and F sharp, C plus plus, number 1, number 2"),
        ("en", "10~15 people, ~5, pages 10–15", "10 to 15 people, about 5, pages 10 to 15"),
        ("en", "-5 degrees, from -5 to 5 (−3)", "minus 5 degrees, from minus 5 to 5 (minus 3)"),
        ("en", "COVID-19 2024-01-05 10-15 T-shirt", "COVID-19 2024-01-05 10-15 T-shirt"),
        ("en", "$1, $5, 5 €, £1,250.50, US$2.5 million, 10 $",
         "1 dollar, 5 dollars, 5 euros, 1,250.50 pounds, 2.5 million dollars, 10 dollars"),
        ("es", "$2,5 millones, €5 mil", "2,5 millones de dólares, 5 mil euros"),
        ("es", "Hace -5 °C, 3 × 4, ½, 2½, A & B", "Hace menos 5 °C, 3 por 4, medio, 2,5, A y B"),
        ("fr", "1\u202f250,50 € → 5 m²", "1250,50 euros vers 5 mètres carrés"),
        ("de", "3 × 4 = 12; 10–15 kg", "3 mal 4 gleich 12; 10 bis 15 kg"),
        ("ru", "-5 °C, 5 €, № 7", "минус 5 градусов Цельсия, 5 евро, номер 7"),
        ("zh", "10~15个，增长5%，-5°C，5‰", "10到15个，增长百分之5，负5摄氏度，千分之5"),
        ("ja", "10~15人、25°C、5%、C#", "10から15人、25度、5パーセント、Cシャープ"),
        ("ko", "10~15명, 월~금, ≤ 5", "10에서 15명, 월에서 금, 5 이하"),
        ("xx", "3 × 4, 10~15", "3 × 4, 10~15"),
    ],
)  # fmt: skip
def test_signs_are_said_in_the_language(language: str, text: str, said: str) -> None:
    """What voices skip, or say in English or in the wrong order; of other languages nothing is known."""
    assert in_words(text, language) == said


@pytest.mark.parametrize("language", ["en", "es", "fr", "de", "it", "pt", "nl", "ca", "pl", "ru", "uk", "tr", "cs",
                                      "sv", "el", "zh", "ja", "ko", "ar", "hi"])  # fmt: skip
def test_every_language_of_the_table_has_words_for_all_signs(language: str) -> None:
    """None of them is left to a voice that would skip it."""
    said = in_words(
        "a × b ÷ c ± d ≈ e ≤ f ≥ g ≠ h < i > j = k, 5 ‰, m → n, 1~2, #3, ½ ¼ ¾, 5 m², $5 €6 £7, −8", language
    )

    assert not set(said) & set("×÷±≈≤≥≠<>=‰→~#½¼¾²$€£−")
