"""One definition of a glossary: what the token service takes, interpreters take."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from auth_service.http import schemas
from pipeline.text.glossary import Glossary
from protocol.glossary import MAX_CHARACTERS, MAX_ENTRIES, MAX_FORMS, Entry, GlossaryError, parse

ROOT = Path(__file__).parent.parent.parent


def entry(source: str = "HIVE", language: str = "en", **more: Any) -> dict[str, Any]:
    return {"source": source, "language": language, **more}


def entries(count: int) -> dict[str, Any]:
    return {"entries": [entry(f"term {number}") for number in range(count)]}


def sent(glossary: dict[str, Any]) -> dict[str, Any]:
    """As the token service passes it on."""
    return schemas.GlossaryWish.model_validate(glossary).model_dump(exclude_none=True)


FORMS = {f"{first}{second}": "x" for first in "bcdfghklm" for second in "aeiou"}

TAKEN = [
    {"entries": []},
    entries(MAX_ENTRIES),
    {"entries": [entry("x" * MAX_CHARACTERS)]},
    {"entries": [entry("C++"), entry("C#"), entry("3M")]},
    {"entries": [entry("HIVE", "en"), entry("HIVE", "de")]},
    {"entries": [entry("US", translations={"pt_BR": "EUA"}, spoken={"es": "e e u u"}, match_case=True)]},
    {"entries": [entry(translations=dict(list(FORMS.items())[:MAX_FORMS]))]},
]
REFUSED = [
    entries(MAX_ENTRIES + 1),
    {"entries": [entry("x" * (MAX_CHARACTERS + 1))]},
    {"entries": [entry("\u0958" * MAX_CHARACTERS)]},  # each letter becomes two when it is normalised
    {"entries": [entry("!!!")]},
    {"entries": [entry("§")]},
    {"entries": [entry(), entry()]},
    {"entries": [entry("HIVE"), entry("hive", "en-GB")]},
    {"entries": [entry("fjord", "no"), entry("Fjord", "nb")]},
    {"entries": [entry("a\u200bb"), entry("ab")]},
    {"entries": [entry(language="english")]},
    {"entries": [entry(translations={"off": "x"})]},
    {"entries": [entry(spoken={"es": "…"})]},
    {"entries": [entry(spoken=dict(list(FORMS.items())[: MAX_FORMS + 1]))]},
]


@pytest.mark.parametrize("glossary", TAKEN)
def test_what_one_takes_the_other_takes(glossary: dict[str, Any]) -> None:
    """As it was sent, and as the token service passes it on."""
    assert Glossary.parse(sent(glossary)).entries == parse(glossary)
    assert len(parse(glossary)) == len(glossary["entries"])


@pytest.mark.parametrize("glossary", REFUSED)
def test_what_one_refuses_the_other_refuses(glossary: dict[str, Any]) -> None:
    """An organiser learns at once what an interpreter could not use."""
    with pytest.raises(GlossaryError):
        parse(glossary)
    with pytest.raises(ValidationError):
        schemas.GlossaryWish.model_validate(glossary)


terms = st.text(st.characters(codec="utf-8"), max_size=12) | st.sampled_from(
    ["HIVE", "hive", "a\u200bb", "ab", "½"]
)
languages = st.sampled_from(["en", "en-GB", "no", "nb", "pt_BR", "pt-BR", "off", "x"])
forms = st.dictionaries(languages, terms, max_size=3)


@given(
    st.lists(
        st.fixed_dictionaries(
            {"source": terms, "language": languages}, optional={"translations": forms, "spoken": forms}
        ),
        max_size=4,
    )
)
def test_nothing_gets_past_the_token_service_that_an_interpreter_refuses(found: list[dict[str, Any]]) -> None:
    """Whatever an organiser writes: it is refused at the door or understood by the interpreter."""
    try:
        passed_on = sent({"entries": found})
    except ValidationError:
        return
    assert len(Glossary.parse(passed_on).entries) == len(found)


def test_an_entry_comes_back_as_it_was() -> None:
    """From the class to its form and back."""
    whole = Entry("HIVE", "en", {"es": "HIVE", "pt-BR": "HIVE"}, {"es": "jaiv"}, True)

    assert Glossary.parse(Glossary((whole,)).data()).entries == (whole,)
    assert parse(sent(Glossary((whole,)).data())) == (whole,)


def test_the_page_knows_the_same_limit() -> None:
    """It lets nobody write more entries than are taken."""
    text = (ROOT / "web/src/logic/glossary.ts").read_text(encoding="utf-8")

    assert re.findall(r"MOST_ENTRIES = (\d+);", text) == [str(MAX_ENTRIES)]
