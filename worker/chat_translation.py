"""Chat messages in each reader's own language: one after the other, beside the interpreting and never before it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import structlog

from config.settings import TranslationSettings
from pipeline.channel import Channel, WhenFull
from pipeline.engines.protocols import EngineError, EngineMissing, TranslationRequest, Translator
from pipeline.engines.translation import langid
from pipeline.text.glossary import Entry, Glossary
from protocol.attributes import CHAT_TOPIC
from protocol.chat import MAX_CHARACTERS, translation_attributes
from worker.captions import MAX_REASON_CHARACTERS, SendFailed
from worker.chat_readers import declared_language, language_of, translations
from worker.chat_text import has_words, joined, pieces, words_of
from worker.listeners import Person
from worker.signing import CaptionKey

log = structlog.get_logger(__name__)

WAITING = 50
"""So many messages may wait to be translated; the oldest then stays as it was written."""

MESSAGE_LIMIT_S = 20.0
"""How long one message may take in one language; a later translation would stand beside other talk."""

SEND_LIMIT_S = 3.0

SURE_ENOUGH = 0.5
"""Below this a guess at the language of a message is none."""

LanguageGuess = Callable[[str, Sequence[str]], Awaitable[tuple[str, float]]]
"""From a text and the languages that come into question to one of them and how sure, 0…1. Raises EngineMissing."""


async def detected(text: str, languages: Sequence[str]) -> tuple[str, float]:
    """Loading the model takes a moment, so a thread does it."""
    return await asyncio.to_thread(langid.detect, text, languages)


class ChatPost(Protocol):
    """How text leaves for the room."""

    async def stream(
        self, text: str, *, topic: str, to: frozenset[str], attributes: Mapping[str, str], sender: str
    ) -> None:
        """Sends a text stream in the name of `sender`. Raises SendFailed."""
        ...


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """What somebody wrote."""

    id: str
    writer: str
    text: str


class ChatTranslation:
    """Translates what people write for those who read another language.

    Args:
        terms: the meeting's glossary now.
        most_languages: into how many a message is translated at most.
        detect: finds the language of a message whose writer has not said what they speak.
    """

    def __init__(
        self,
        post: ChatPost,
        key: CaptionKey,
        *,
        translator: Translator,
        settings: TranslationSettings,
        terms: Callable[[], tuple[Entry, ...]],
        most_languages: int,
        detect: LanguageGuess = detected,
    ) -> None:
        self._post, self._key = post, key
        self._translator, self._settings, self._terms = translator, settings, terms
        self._glossary = Glossary(terms())
        self._most_languages, self._detect = most_languages, detect
        self._people: Mapping[str, Person] = {}
        self._busy = False
        self._messages: Channel[ChatMessage] = Channel(WAITING, WhenFull.DROP_OLDEST)

    def look(self, people: Mapping[str, Person]) -> None:
        """Learns who is in the room and what they read."""
        self._people = people

    def take(self, message: ChatMessage) -> None:
        """Has a message translated if anybody needs it; never blocks."""
        if message.id and len(message.text) <= MAX_CHARACTERS and has_words(words_of(message.text)):
            self._messages.put_nowait(message)

    @property
    def idle(self) -> bool:
        """Whether all that was taken is translated."""
        return not self._busy and not len(self._messages)

    async def run(self) -> None:
        """Translates until cancelled."""
        async for message in self._messages:
            self._busy = True
            try:
                await self._translate(message)
            finally:
                self._busy = False

    async def _translate(self, message: ChatMessage) -> None:
        source = await self._source_of(message)
        if source is None:
            return
        wanted = translations(
            self._people.values(),
            writer=message.writer,
            source=source,
            most_languages=self._most_languages,
        )
        for language, readers in wanted.items():
            if self._translator.route(source, language) is None:
                continue
            try:
                async with asyncio.timeout(MESSAGE_LIMIT_S):
                    text, doubt = await self._into(message.text, source, language)
            except (EngineError, TimeoutError) as error:
                log.info("a chat message was not translated", into=language, error=type(error).__name__)
                continue
            attributes = translation_attributes(message.id, message.writer, language, source, doubt)
            await self._send(message, text, attributes, readers)

    async def _source_of(self, message: ChatMessage) -> str | None:
        """The writer's language, else what the words look like, else what the writer reads."""
        person = self._people.get(message.writer)
        if person is not None and (declared := declared_language(person)) is not None:
            return declared
        return await self._detected(message.text) or (None if person is None else language_of(person))

    async def _detected(self, text: str) -> str | None:
        try:
            language, sure = await self._detect(words_of(text), self._translator.info.languages)
        except EngineMissing:
            return None
        return language if sure >= SURE_ENOUGH else None

    async def _into(self, text: str, source: str, language: str) -> tuple[str, str]:
        """The translation, and what may be wrong with it. Raises EngineError, TimeoutError."""
        cut = pieces(text, source)
        if (terms := self._terms()) is not self._glossary.entries:
            self._glossary = Glossary(terms)
        found: list[str] = []
        doubts: list[str] = []
        for piece in cut:
            if not piece.translatable:
                continue
            sentence = piece.text.strip()
            glossary = self._glossary.narrowed(sentence, source)
            request = TranslationRequest(sentence, source, language, glossary=glossary)
            async with asyncio.timeout(self._settings.timeout_s):
                result = await self._translator.translate(request)
            found.append(result.text)
            doubts.append(result.doubt)
        doubt = "; ".join(dict.fromkeys(filter(None, doubts)))
        return joined(cut, found), doubt[:MAX_REASON_CHARACTERS]

    async def _send(
        self, message: ChatMessage, text: str, attributes: Mapping[str, str], readers: frozenset[str]
    ) -> None:
        signed = self._key.signed_chat(message.writer, text, attributes)
        try:
            async with asyncio.timeout(SEND_LIMIT_S):
                await self._post.stream(
                    text, topic=CHAT_TOPIC, to=readers, attributes=signed, sender=message.writer
                )
        except (SendFailed, TimeoutError) as error:
            log.info("a translated chat message was not sent", error=type(error).__name__)
