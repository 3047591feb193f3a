"""Which translations are believed, and which are not."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.text.checks import Fault, clean, problem, speakable


@pytest.mark.parametrize(
    ("source_language", "source", "target_language", "target"),
    [
        ("en", "Good morning everyone.", "es", "Buenos días a todos."),
        ("en", "We need 3.5 million euros for 10,000 children.",
         "es", "Necesitamos 3,5 millones de euros para 10.000 niños."),
        ("en", "In 2024 we had 1,250 members.", "fr", "En 2024, nous avions 1 250 membres."),
        ("en", "In 2024 we had 1250 members.", "ar", "في عام ٢٠٢٤ كان لدينا ١٬٢٥٠ عضوا."),
        ("en", "The population is 1,200,000.", "hi", "जनसंख्या 12 लाख है।"),
        ("hi", "जनसंख्या १२,००,००० है", "en", "The population is 1,200,000"),
        ("en", "We sold 10,000 of them.", "zh", "我们卖了1万个。"),
        ("en", "I have 2 dogs and twenty five cats.", "es", "Tengo dos perros y 25 gatos."),
        ("en", "It cost 2.5 million.", "es", "Costó 2.500.000."),
        ("en", "The 19th century was long.", "es", "El siglo XIX fue largo."),
        ("en", "We meet at 11 pm.", "de", "Wir treffen uns um 23 Uhr."),
        ("en", "no no no no no", "es", "no no no no no"),
        ("en", "Angela Merkel, Paris, Airbus A320", "de", "Angela Merkel, Paris, Airbus A320"),
        ("en", "OK", "de", "OK"),
        ("en", "20 30 40", "ru", "20 30 40"),
        ("es", "la casa gran és molt bonica", "ca", "la casa gran és molt bonica"),
        ("en", "HTTP API GPU CPU", "ja", "HTTP API GPU CPU"),
        ("en", "Thank you very much indeed, everybody, for coming.", "zh", "非常感谢大家的到来。"),
        ("zh", "非常感谢大家今天的到来。", "en", "Thank you all very much for coming here today."),
        ("en", "...", "es", ""),
        ("en", "ha ha ha", "es", "ja, ja, ja"),
        ("en", "bye bye", "zh", "拜拜"),
        ("es", "jajajaja", "en", "ha-ha-ha-ha"),
        ("es", "llama al cinco cinco cinco", "en", "call 5-5-5-5"),
        ("fr", "un laissez-passer en trois exemplaires", "en", "a right-of-way pass, state-of-the-art, in triplicate"),
    ],
)  # fmt: skip
def test_sound_translations_pass(
    source_language: str, source: str, target_language: str, target: str
) -> None:
    """Other digits and separators, numbers in words, names, close languages and short texts are no reason for doubt."""
    assert problem(source, target, source_language=source_language, target_language=target_language) is None


@pytest.mark.parametrize(
    ("source", "target_language", "target", "reason"),
    [
        ("Good morning everyone.", "es", " ", "empty"),
        ("Good morning everyone.", "es", "…", "empty"),
        ("We start now.", "es", "Empezamos a hablar a hablar a hablar a hablar.", "repetition"),
        ("We start now.", "zh", "我们开始吧开始吧开始吧开始吧", "repetition"),
        ("We start.", "es", "Sí " * 30, "repetition"),
        (
            "Vamos a trabajar con la doctora Garabandal.",
            "en",
            "Mammosa-java-java-java-java-java-java.",
            "repetition",
        ),
        (
            "We start.",
            "es",
            "Empezamos ahora mismo con la reunión que habíamos previsto para hoy.",
            "much too long",
        ),
        (
            "We would like to talk about the budget of the coming year and about the schools.",
            "es",
            "Sí, bueno.",
            "much too short",
        ),
        ("We would like to talk about money.", "es", "We would like to talk about money.", "not translated"),
        (
            "We would like to talk about money.",
            "ru",
            "We would like to talk about money.",
            "not in the script of the language",
        ),
        ("We start now.", "es", "Empezamos\u202e ahora.", "control characters"),
        ("We start now.", "es", "Empezamos\x00 ahora.", "control characters"),
        ("We start now.", "es", "Empezamos ⁇ ahora.", "unknown signs"),
    ],
)
def test_what_nobody_should_hear_is_found(
    source: str, target_language: str, target: str, reason: str
) -> None:
    """The reason is short, and quotes nothing of what was said."""
    found = problem(source, target, source_language="en", target_language=target_language)
    assert found == Fault(reason)


@pytest.mark.parametrize(
    ("source", "target", "reason"),
    [
        ("It costs 350 euros.", "Cuesta 530 euros.", "numbers_changed"),
        ("We have 3 rooms.", "Tenemos 4 salas.", "numbers_changed"),
        ("We pay 30 euros.", "Pagamos 300 euros.", "numbers_changed"),
        ("The rate is 3.5 percent.", "La tasa es del 35 por ciento.", "numbers_changed"),
        ("It costs 350 euros.", "Cuesta mucho.", "numbers_missing"),
    ],
)
def test_a_number_that_may_be_wrong_is_only_a_doubt(source: str, target: str, reason: str) -> None:
    """The sentence is worth hearing all the same."""
    found = problem(source, target, source_language="en", target_language="es")
    assert found == Fault(reason, doubtful=True)


def test_latin_letters_are_expected_from_another_script() -> None:
    """Russian that stays Russian is not English."""
    said = "Мы хотели бы поговорить о деньгах"
    assert problem(said, said, source_language="ru", target_language="en") == Fault(
        "not in the script of the language"
    )


anything = st.text(st.characters(codec=None), max_size=60)


@given(
    anything,
    anything,
    st.sampled_from(["en", "es", "zh", "ar", "xx", ""]),
    st.sampled_from(["fr", "ja", "ru", "x"]),
)
@settings(max_examples=200, deadline=None, derandomize=True)
def test_any_text_is_survived(source: str, target: str, source_language: str, target_language: str) -> None:
    """Unpaired surrogates, control characters and unknown languages raise nothing; cleaning twice changes nothing."""
    found = problem(source, target, source_language=source_language, target_language=target_language)
    assert found is None or len(found.reason) < 60
    cleaned = clean(source)
    assert clean(cleaned) == cleaned
    cleaned.encode()
    speakable(source, source_language).encode()


def test_long_text_is_handled_in_one_go() -> None:
    """A hundred kilobytes of one word, of one letter or of digits."""
    for text in ("ha " * 20_000, "a" * 100_000, "1," * 30_000, "[" * 60_000, "*a" * 10_000):
        clean(text)
        speakable(text, "en")
        problem("so", text, source_language="en", target_language="es")


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("  good\tmorning\r\n all ", "good morning all"),
        ("a\x00b\x1b[31m\x7f\ud800c\udc00", "ab[31mc"),
        ("\u202egnirts\u202c \u2066x\u2069\ufeff\u00ad", "gnirts x"),
        ("cafe\u0301", "café"),
        ("می\u200cخواهم 👨\u200d👩", "می\u200cخواهم 👨\u200d👩"),
        ("hi\U000e0041\U000e007f\ufffe\ue000", "hi"),
    ],
)
def test_text_from_outside_is_cleaned(text: str, cleaned: str) -> None:
    """What cannot be seen goes, what scripts and emoji need stays."""
    assert clean(text) == cleaned


@pytest.mark.parametrize(
    ("language", "text", "said"),
    [
        ("en", "See https://www.example.com/a/b?c=1.", "See example dot com."),
        (
            "es",
            "Escriba a ana.gil@example.org, por favor",
            "Escriba a ana punto gil arroba example punto org, por favor",
        ),
        (
            "en",
            "**Bold** and _soft_ and `code` and [a link](https://x.y/z)!",
            "Bold and soft and code and a link!",
        ),
        ("en", "# Title\n- one\n- two\n> three\n---\n```\nx = 1\n```", "Title one two three"),
        ("en", "Great 👍🏽👨‍👩‍👧 job 1️⃣ ♪", "Great job 1"),
        ("en", "Wait!!! What??? -----", "Wait! What? -"),
        (
            "en",
            "It is 20 °C, 5 € and 3 < 4 for snake_case names",
            "It is 20 °C, 5 € and 3 < 4 for snake case names",
        ),
        ("en", "<b>Hello</b> there", "Hello there"),
        ("en", "👍 ** --", ""),
        ("zh", "见 www.example.cn，谢谢", "见 example 点 cn，谢谢"),
        ("ar", "مرحبا 😀 بكم", "مرحبا بكم"),
        ("en", "a\u202eb\x00c", "abc"),
    ],
)
def test_text_is_made_speakable(language: str, text: str, said: str) -> None:
    """Addresses in words, markup and emoji dropped, meaning kept."""
    assert speakable(text, language) == said
