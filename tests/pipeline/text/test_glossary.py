"""The glossary: what is refused, what is protected, what is pronounced."""

from __future__ import annotations

import pytest

from pipeline.text.glossary import MAX_ENTRIES, Entry, Glossary, GlossaryError

DATA = {
    "entries": [
        {"source": "HIVE", "language": "en", "translations": {"es": "HIVE"}, "spoken": {"es": "jaiv"}},
        {
            "source": "European Council",
            "language": "en",
            "translations": {"es": "Consejo Europeo", "zh": "欧洲理事会"},
        },
        {"source": "Council", "language": "en", "translations": {"es": "Consejo", "pt-BR": "Conselho"}},
        {"source": "Ann", "language": "en"},
    ]
}
GLOSSARY = Glossary.parse(DATA)


def translated(text: str, source: str, target: str) -> tuple[str, bool]:
    """As by an engine that leaves all words as they are."""
    protected = GLOSSARY.protect(text, source, target)
    return protected.restore(protected.text)


def test_a_glossary_is_read() -> None:
    """The format of docs/protocol.md; nothing at all is an empty glossary."""
    assert GLOSSARY.entries[0] == Entry("HIVE", "en", {"es": "HIVE"}, {"es": "jaiv"})
    assert len(GLOSSARY.entries) == 4
    assert Glossary.parse(None) == Glossary.parse({"entries": []}) == Glossary()
    assert not Glossary()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ([], 'a glossary is an object with the one key "entries"'),
        ({"entries": [], "x": 1}, 'a glossary is an object with the one key "entries"'),
        ({"entries": {}}, "entries: expected a list"),
        ({"entries": [{}] * (MAX_ENTRIES + 1)}, "entries: at most 1000, got 1001"),
        ({"entries": ["HIVE"]}, "entry 1: expected an object"),
        ({"entries": [{"source": "a", "language": "en", "spelling": "b"}]}, "entry 1: unknown key 'spelling'"),
        ({"entries": [{"language": "en"}]}, "entry 1: source: expected text"),
        ({"entries": [{"source": " \u200b", "language": "en"}]}, "entry 1: source: empty"),
        ({"entries": [{"source": "x" * 201, "language": "en"}]}, "entry 1: source: at most 200 characters"),
        ({"entries": [{"source": "a", "language": "English"}]},
         "entry 1: language: expected a language code such as en or pt-BR"),
        ({"entries": [{"source": "a", "language": "en", "translations": ["b"]}]},
         "entry 1: translations: expected an object of language to text"),
        ({"entries": [{"source": "a", "language": "en", "match_case": "yes"}]},
         "entry 1: match_case: expected true, false or null"),
        ({"entries": [{"source": "a", "language": "en", "spoken": {"es": 5}}]}, "entry 1: spoken: es: expected text"),
        ({"entries": [{"source": "a", "language": "en"}, {"source": "A", "language": "en-GB"}]},
         "entry 2: the same term as entry 1"),
    ],
)  # fmt: skip
def test_a_wrong_glossary_is_refused_with_the_place(data: object, message: str) -> None:
    """The error names the entry and the field."""
    with pytest.raises(GlossaryError) as caught:
        Glossary.parse(data)
    assert str(caught.value) == message


def test_terms_are_hints_for_recognition() -> None:
    """What may be said in a language: its own terms, and those of others in its words."""
    assert GLOSSARY.terms("en-US") == ("HIVE", "European Council", "Council", "Ann")
    assert GLOSSARY.terms("es") == ("HIVE", "Consejo Europeo", "Consejo", "Ann")
    assert GLOSSARY.terms("pt") == ("HIVE", "European Council", "Conselho", "Ann")


def test_terms_are_replaced_by_rare_words() -> None:
    """Each place gets a token of its own; the longest term wins; parts of words are left alone."""
    protected = GLOSSARY.protect("The european  council and HIVE's Council met Annabel", "en", "es")

    assert protected.text == "The Qzva and Qzvb's Qzvc met Annabel"
    assert protected.terms == (("Qzva", "Consejo Europeo"), ("Qzvb", "HIVE"), ("Qzvc", "Consejo"))
    assert protected.restore("El **qzva y QZVC de Qzvb, qzvabc") == (
        "El Consejo Europeo y Consejo de HIVE, qzvabc",
        True,
    )


def test_a_lost_term_is_noticed() -> None:
    """A translation without the token lost the term."""
    assert GLOSSARY.protect("HIVE and Ann", "en", "es").restore("Qzva y ella") == ("HIVE y ella", False)


def test_text_without_terms_is_left_as_it_is() -> None:
    """Nothing to protect, nothing to lose."""
    assert translated("good morning", "en", "es") == ("good morning", True)
    assert Glossary().protect("HIVE", "en", "es").restore("x") == ("x", True)


def test_terms_are_bound_in_both_directions() -> None:
    """What is said in another language comes back as the source term; an unknown translation keeps the term."""
    assert translated("el consejo europeo habla", "es", "en") == ("el European Council habla", True)
    assert translated("the Council", "en", "pt") == ("the Conselho", True)
    assert translated("the European Council", "en", "fr") == ("the European Council", True)
    assert translated("the Council", "en", "zh") == ("the Council", True)


def test_scripts_without_spaces_have_no_word_boundaries() -> None:
    """A Chinese term is found between characters, and the token stands apart from them."""
    protected = GLOSSARY.protect("今天欧洲理事会开会", "zh", "en")
    assert protected.text == "今天 Qzva 开会"
    assert protected.terms == (("Qzva", "European Council"),)
    assert GLOSSARY.protect("HIVE今天", "zh", "en").text == "Qzva 今天"


def test_a_token_never_meets_a_word_of_the_text() -> None:
    """Text that already looks like a token gets other tokens."""
    assert GLOSSARY.protect("Qzva and HIVE", "en", "es").text == "Qzva and Xqja"


def test_many_terms_have_different_tokens() -> None:
    """More places than letters."""
    protected = GLOSSARY.protect("HIVE " * 700, "en", "es")
    assert len({token for token, _ in protected.terms}) == 700
    assert protected.restore(protected.text) == ("HIVE " * 700, True)


def test_pronunciation() -> None:
    """Written forms become spoken ones, in that language only."""
    assert GLOSSARY.pronunciations("es-MX") == {"HIVE": "jaiv"}
    assert GLOSSARY.pronunciations("en") == {}


def test_a_term_begins_a_sentence_with_a_capital() -> None:
    """Where it stands first in the translation of a text that begins with one; not elsewhere, not by force."""
    glossary = Glossary(
        (
            Entry("quarterly report", "en", {"es": "informe trimestral"}),
            Entry("our app", "en", {"es": "iHive"}),
        )
    )

    def said(text: str, translate: str) -> str:
        return glossary.protect(text, "en", "es").restore(translate)[0]

    assert said("Quarterly report is ready.", "Qzva está listo.") == "Informe trimestral está listo."
    assert said("The quarterly report is ready.", "Qzva está listo.") == "Informe trimestral está listo."
    assert said("quarterly report is ready", "qzva está listo") == "informe trimestral está listo"
    assert said("Here is the quarterly report.", "Aquí está el Qzva.") == "Aquí está el informe trimestral."
    assert said("Yes. Quarterly reports.", "Sí. Qzva.") == "Sí. Informe trimestral."
    assert said("Our app is ready.", "Qzva está lista.") == "iHive está lista."


def test_a_token_is_found_beside_other_letters() -> None:
    """Particles and languages without spaces are written at it; a longer Latin word is another one."""
    protected = GLOSSARY.protect("HIVE is ready", "en", "ja")
    assert protected.restore("Qzvaは準備ができました") == ("HIVEは準備ができました", True)
    assert protected.restore("Qzvab") == ("Qzvab", False)


def test_a_large_glossary_is_compiled_at_once() -> None:
    """The whole allowance of entries, each with endings, finds its term."""
    glossary = Glossary(
        tuple(Entry(f"annual plan {n}", "en", {"es": f"plan {n}"}) for n in range(MAX_ENTRIES))
    )
    protected = glossary.protect("the annual plans 77 and annual plan 777", "en", "es")
    assert [term for _, term in protected.terms] == ["plan 77", "plan 777"]
