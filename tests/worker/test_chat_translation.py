"""What people write reaches each reader in their own language, and nothing else of the chat does."""

from __future__ import annotations

import asyncio
from base64 import urlsafe_b64decode
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from config.settings import TranslationSettings
from pipeline.engines.protocols import EngineError, EngineMissing, Translator
from pipeline.text.glossary import Entry
from protocol.captions import SIGNATURE
from protocol.chat import MAX_CHARACTERS
from tests.fakes.livekit_room import FakePost
from tests.fakes.translators import TableTranslator, WordTranslator
from worker.chat_readers import language_of, translations
from worker.chat_text import joined, pieces
from worker.chat_translation import (
    SURE_ENOUGH,
    WAITING,
    ChatMessage,
    ChatTranslation,
    LanguageGuess,
    detected,
)
from worker.listeners import Person, read_person
from worker.signing import CaptionKey, chat_statement, statement

WORDS = {
    ("en", "es"): {"Good": "Buenos", "morning.": "días.", "See": "Mira"},
    ("en", "fr"): {"Good": "Bon", "morning.": "jour."},
    ("es", "en"): {"Buenos": "Good", "días.": "morning."},
}
OFFERED = ("en", "es", "fr")


def somebody(identity: str, *, may_speak: bool = True, **wishes: str) -> Person:
    """Wishes by the last part of their attributes' names."""
    attributes = {f"translator.{name}": value for name, value in wishes.items()}
    return read_person(identity, attributes, offered=OFFERED, room_language="auto", may_speak=may_speak)


ANA = somebody("ana", speak="en", listen="en", captions="en,original")
BEA = somebody("bea", speak="es", listen="es", captions="es,original")
CID = somebody("cid", speak="fr", captions="fr")


def guessing(language: str, sure: float) -> LanguageGuess:
    async def guess(text: str, languages: Sequence[str]) -> tuple[str, float]:
        return language, sure

    return guess


UNSURE = guessing("fr", SURE_ENOUGH / 2)


class Bench:
    def __init__(
        self,
        *people: Person,
        translator: Translator | None = None,
        detect: LanguageGuess = UNSURE,
        terms: tuple[Entry, ...] = (),
        most_languages: int = 6,
    ) -> None:
        self.post, self.key = FakePost(), CaptionKey()
        self.chat = ChatTranslation(
            self.post,
            self.key,
            translator=translator or WordTranslator("words", WORDS),
            settings=TranslationSettings(),
            terms=lambda: terms,
            most_languages=most_languages,
            detect=detect,
        )
        self.chat.look({person.identity: person for person in people})

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self.chat.run())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.wait([task])

    async def translated(self, writer: str, *texts: str) -> list[tuple[str, list[str]]]:
        """What is sent of some messages: each text, and to whom."""
        async with self.running():
            for number, text in enumerate(texts, 1):
                self.chat.take(ChatMessage(f"m{number}", writer, text))
            async with asyncio.timeout(10):
                while not self.chat.idle:
                    await asyncio.sleep(0)
        return [(text, sorted(to)) for text, to, _, _ in self.post.streams]


async def test_each_reader_gets_their_own_language() -> None:
    """In the writer's name, with what it translates; who reads the language of the message gets nothing, nor does
    who wrote it."""
    bench = Bench(ANA, BEA, CID, somebody("dora", speak="en", captions="en"))
    assert await bench.translated("ana", "Good morning.") == [
        ("Buenos días.", ["bea"]),
        ("Bon jour.", ["cid"]),
    ]
    _, _, attributes, sender = bench.post.streams[0]
    assert sender == "ana"
    assert {name: value for name, value in attributes.items() if name != SIGNATURE} == {
        "translator.message": "m1",
        "translator.writer": "ana",
        "language": "es",
        "translated": "true",
        "translator.source_language": "en",
    }


async def test_a_translation_is_signed_as_one_and_as_nothing_else() -> None:
    """Its signature holds for no other writer, text or message, and for no caption."""
    bench = Bench(ANA, BEA)
    await bench.translated("ana", "Good morning.")
    text, _, attributes, _ = bench.post.streams[0]
    key, _, signature = attributes[SIGNATURE].partition(".")
    assert key == bench.key.public
    public = Ed25519PublicKey.from_public_bytes(urlsafe_b64decode(key + "="))
    raw = urlsafe_b64decode(signature + "==")
    public.verify(raw, chat_statement("ana", text, attributes))
    for other in (
        chat_statement("eve", text, attributes),
        chat_statement("ana", "x", attributes),
        chat_statement("ana", text, {**attributes, "translator.message": "m2"}),
        statement("ana", text, attributes),
    ):
        with pytest.raises(InvalidSignature):
            public.verify(raw, other)


@pytest.mark.parametrize(
    ("detect", "found"),
    [
        (guessing("es", 0.9), [("Good morning.", ["ana"])]),
        (UNSURE, [("Good morning.", ["ana"])]),  # they read Spanish
        (guessing("en", 0.9), []),
    ],
    ids=["detected", "not sure", "the reader's own"],
)
async def test_where_nobody_said_what_they_speak_the_message_tells(
    detect: LanguageGuess, found: list[tuple[str, list[str]]]
) -> None:
    """Else what they read; what was not detected for sure counts for nothing."""
    writer = somebody("eva", speak="auto", captions="es,original")
    bench = Bench(ANA, writer, detect=detect)
    assert await bench.translated("eva", "Buenos días.") == found


async def test_a_listeners_language_is_not_the_rooms() -> None:
    """Whoever may not speak has the room's language as theirs, which says nothing about what they write."""
    listener = somebody("lea", may_speak=False, speak="en", captions="es")
    bench = Bench(ANA, listener)
    assert await bench.translated("lea", "Buenos días.") == [("Good morning.", ["ana"])]


async def test_detection_that_is_not_installed_is_none() -> None:
    """The writer's own reading tells then."""

    async def missing(text: str, languages: Sequence[str]) -> tuple[str, float]:
        raise EngineMissing("not installed")

    bench = Bench(ANA, somebody("eva", speak="auto", captions="es"), detect=missing)
    assert await bench.translated("eva", "Buenos días.") == [("Good morning.", ["ana"])]


async def test_a_writer_who_is_not_known_yet_is_translated_by_their_words() -> None:
    """The server tells of people without a track seconds late."""
    bench = Bench(ANA, detect=guessing("es", 0.9))
    assert await bench.translated("new", "Buenos días.") == [("Good morning.", ["ana"])]


@pytest.mark.parametrize(
    "text", ["", "   ", "12:30", "👍🎉", "https://example.org/x?y=1", "x" * (MAX_CHARACTERS + 1)]
)
async def test_what_has_no_words_or_too_many_is_not_translated(text: str) -> None:
    """Numbers, signs and addresses are the same in all languages."""
    assert await Bench(ANA, BEA).translated("ana", text) == []


async def test_addresses_lines_and_code_stay_as_they_are() -> None:
    """Around them the message is translated."""
    text = "Good morning. See https://example.org/Good?a=1\nGood\n`Good x` mail Good@morning.org 12"
    assert await Bench(ANA, BEA).translated("ana", text) == [
        ("Buenos días. Mira https://example.org/Good?a=1\nBuenos\n`Good x` mail Good@morning.org 12", ["bea"])
    ]


async def test_the_glossary_holds_in_the_chat_too() -> None:
    """The terms of a sentence go with it."""
    table = TableTranslator("table", {("en", "es"): "…"})
    term, other = Entry("HIVE", "en", {"es": "HIVE"}), Entry("NATO", "en", {"es": "OTAN"})
    bench = Bench(ANA, BEA, translator=table, terms=(term, other))
    await bench.translated("ana", "HIVE is here")
    assert [request.glossary.entries for request in table.asked] == [(term,)]


async def test_a_message_that_cannot_be_translated_holds_up_nothing() -> None:
    """An engine that fails, or knows no way, leaves the original as it is; the next language still comes."""
    table = TableTranslator("table", {("en", "es"): EngineError("no"), ("en", "fr"): "Bonjour."})
    bench = Bench(ANA, BEA, CID, somebody("dan", captions="it"), translator=table)
    assert await bench.translated("ana", "Hello.") == [("Bonjour.", ["cid"])]


async def test_a_translation_that_cannot_be_sent_is_left() -> None:
    """The connection breaks; the next message is translated."""
    bench = Bench(ANA, BEA)
    bench.post.failures = 1
    assert await bench.translated("ana", "Good", "morning.") == [("días.", ["bea"])]


async def test_of_more_messages_than_can_be_translated_the_oldest_stay_as_they_are() -> None:
    """The queue is bounded."""
    bench = Bench(ANA, BEA)
    sent = await bench.translated("ana", *(f"Good {number}" for number in range(WAITING + 5)))
    assert [text for text, _ in sent] == [f"Buenos {number}" for number in range(5, WAITING + 5)]


def test_what_most_need_comes_first_and_only_so_many_languages_are_served() -> None:
    people = [ANA, CID, BEA, somebody("bob", captions="es")]
    assert translations(people, writer="ana", source="en", most_languages=1) == {
        "es": frozenset({"bea", "bob"})
    }


@pytest.mark.parametrize(
    ("wishes", "language"),
    [
        ({"captions": "es,original", "listen": "fr"}, "es"),
        ({"captions": "off", "listen": "fr"}, "fr"),
        ({"captions": "original", "listen": "off"}, None),
        ({"captions": "original,es"}, "es"),
        ({"captions": "xx"}, None),
        ({}, None),
    ],
)
def test_people_are_written_to_in_what_they_read_else_in_what_they_hear(
    wishes: dict[str, str], language: str | None
) -> None:
    attributes = {f"translator.{name}": value for name, value in wishes.items()}
    person = read_person("eva", attributes, offered=OFFERED, room_language="auto")
    assert language_of(person) == language


def test_who_hears_or_reads_the_language_besides_needs_no_translation() -> None:
    """Another region of it is the same language."""
    people = [somebody("eva", captions="es,en"), somebody("ben", captions="fr", listen="en")]
    assert translations(people, writer="ana", source="en-GB", most_languages=9) == {}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "one",
        " one  two. Three!\n\n four ",
        "see http://a.b/c, and `x y`.",
        "我看。你看！",
        "a\r\nb",
        "x" * 1000,
    ],
)
def test_the_pieces_of_a_message_are_the_message(text: str) -> None:
    """With everything that is between them; what is translated keeps its blanks."""
    cut = pieces(text, "en")
    assert "".join(piece.text for piece in cut) == text
    same = [piece.text for piece in cut if piece.translatable]
    if "。" not in text:
        assert joined(cut, same) == text


async def test_the_language_of_a_text_is_found() -> None:
    """By the model that comes with its package."""
    assert (await detected("Buenos días a todos, empezamos ahora mismo", ("en", "es")))[0] == "es"
