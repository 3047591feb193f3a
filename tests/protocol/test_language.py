"""One definition of a language code, wherever one comes in."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from auth_service.http import fields
from cli.commands import base as arguments
from protocol.control import read_control
from protocol.fields import LanguageCode
from protocol.glossary import parse
from protocol.language import CODE_PATTERN, base, hyphenated, is_code
from scripts.figures import product
from speech_service import wire
from worker.listeners import read_person

CODES = (
    "en", "ES", "pt-BR", "pt_BR", "zh-Hant-TW", "zh-cmn-Hans-CN", "haw", "es-419", "sr-Latn-RS", "de-DE-u-co-phonebk",
    "de-DE-u-fw-mon-mu-celsius", "en-gb-x-rp", "sl-rozaj-biske-1994", "ca-valencia",
)  # fmt: skip
NO_CODES = (
    "", "e", "engl", "english", "en-", "-en", "en--US", "en-a", "en-u", "off", "OFF", "auto", "en us",
    "en-US\n", "en\n",
    "é", "en-ÜS", "12", "e1", "en,es", "en-abcdefghi", "<script>", "en-" + "-".join(["abcd"] * 8), "en.UTF-8", "ｅｎ",
)  # fmt: skip


def adapter(kind: Any) -> Callable[[str], object]:
    return TypeAdapter(kind).validate_python


def of_a_glossary(code: str) -> object:
    return parse({"entries": [{"source": "HIVE", "language": code}]})[0].language


def of_a_form(code: str) -> object:
    (form,) = parse({"entries": [{"source": "HIVE", "language": "en", "spoken": {code: "jaiv"}}]})[0].spoken
    return form


def of_control(code: str) -> object:
    (muted,) = read_control(_control(code)).muted  # type: ignore[union-attr]  # it is a wish
    return muted


def _control(code: str) -> bytes:
    return TypeAdapter(dict[str, object]).dump_json({"type": "configure", "muted": [code]})


def of_an_argument(code: str) -> object:
    return arguments.language(code)


def of_a_wish(code: str) -> object:
    person = read_person("bea", {"translator.speak": code}, offered=(), room_language="tlh")
    if person.speaks in (None, "tlh"):
        raise ValueError("not understood")
    return person.speaks


DOORS = {
    "protocol": adapter(LanguageCode),
    "the API": adapter(fields.Language),
    "the API, heard": adapter(fields.HeardLanguage),
    "the API, spoken": adapter(fields.SpokenLanguage),
    "the API, read": adapter(fields.Read),
    "the services": adapter(wire.Code),
    "glossary": of_a_glossary,
    "glossary form": of_a_form,
    "control": of_control,
    "command line": of_an_argument,
    "attributes": of_a_wish,
}
NO_LANGUAGES = {
    "the API, heard": {"off"},
    "the API, spoken": {"auto"},
    "the API, read": {"off", "original", "en,es"},
}
"""What else these take, in small letters."""


@pytest.mark.parametrize("door", DOORS)
def test_a_code_is_one_wherever_it_comes_in(door: str) -> None:
    """Whoever takes a code takes them all, and knows them by hyphens afterwards."""
    assert [DOORS[door](code) for code in CODES] == [hyphenated(code) for code in CODES]


@pytest.mark.parametrize("door", DOORS)
def test_what_is_no_code_is_one_nowhere(door: str) -> None:
    """Nobody lets in what the next would refuse."""
    taken = []
    for code in NO_CODES:
        if code.casefold() in NO_LANGUAGES.get(door, set()) or (
            door == "attributes" and is_code(code.strip())
        ):
            continue
        try:
            DOORS[door](code)
        except (ValueError, argparse.ArgumentTypeError):
            continue
        taken.append(code)
    assert taken == []


@given(st.from_regex(CODE_PATTERN, fullmatch=True) | st.text("aZ09-_ü\n", max_size=12))
@example("en-a-b")
def test_every_door_agrees(code: str) -> None:
    """Whatever is tried."""
    taken = {}
    for door, enter in DOORS.items():
        if code.casefold() in NO_LANGUAGES.get(door, set()) or (
            door == "attributes" and code != code.strip()
        ):
            continue
        try:
            taken[door] = enter(code) == hyphenated(code)
        except (ValueError, argparse.ArgumentTypeError):
            taken[door] = False
    assert set(taken.values()) == {is_code(code)}


def test_languages_are_compared_whatever_they_are_called() -> None:
    """As docs/protocol.md has it."""
    pairs = [("nb", "no"), ("iw", "he"), ("fil", "tl"), ("cmn", "zh"), ("deu", "de"), ("pt_BR", "PT")]
    assert [base(one) for one, _ in pairs] == [base(other) for _, other in pairs]


def test_a_pattern_stands_in_one_place() -> None:
    """No module of ours describes codes again."""
    again = re.compile(r"\[A-Za-z\]\{2,3\}")
    found = {path for path, text in product().items() if again.search(text)}
    assert found == {"protocol/language.py"}
