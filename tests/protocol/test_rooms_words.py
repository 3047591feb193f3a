"""What travels besides captions and wishes: whose words sound, whose screen it is, what an organiser did."""

from __future__ import annotations

import json

import pytest

from protocol.captions import SOURCE_LANGUAGE, TRANSLATED
from protocol.chat import MESSAGE, WRITER, translation_attributes
from protocol.hosting import muted, organisers_changed
from protocol.screens import owner_of, screen_of
from protocol.words import WordsBegin


def test_whose_words_begin_travels_as_the_page_reads_it() -> None:
    """In letters of every script."""
    assert json.loads(WordsBegin("es", "Ünal", 250).encode()) == {
        "language": "es",
        "speaker": "Ünal",
        "in_ms": 250,
    }


@pytest.mark.parametrize("identity", ["ana", "speaker-9f3ac21b7d40e6a58b1c2d3e", ""])
def test_a_screen_leads_back_to_its_owner(identity: str) -> None:
    assert owner_of(screen_of(identity)) == identity
    assert owner_of(identity) is None


def test_what_an_organiser_did_names_who_did_it() -> None:
    assert muted(by="olga") == {"type": "muted", "by": "olga"}
    assert organisers_changed("ana", organises=True, by="olga") == {
        "type": "organisers",
        "identity": "ana",
        "organises": True,
        "by": "olga",
    }


def test_a_translated_message_says_what_it_translates() -> None:
    """A doubt only where there is one."""
    certain = translation_attributes("m1", "ana", "es", "en", "")
    assert certain == {
        MESSAGE: "m1",
        WRITER: "ana",
        "language": "es",
        TRANSLATED: "true",
        SOURCE_LANGUAGE: "en",
    }
    assert len(translation_attributes("m1", "ana", "es", "en", "numbers_changed")) == len(certain) + 1
