"""Who wants what: from participants' attributes to wishes, channels and readers. Pure: no LiveKit, no clock.

The attributes are described in docs/protocol.md. An empty value counts as absent, as LiveKit has it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.interpreter import Wishes
from pipeline.text.languages import same_language, served_by

LANGUAGE = "language"
SPEAK = "translator.speak"
LISTEN = "translator.listen"
CAPTIONS = "translator.captions"
EVENTS = "translator.events"
PUSH = "translator.push"

WISH_ATTRIBUTES = frozenset({LANGUAGE, SPEAK, LISTEN, CAPTIONS})
"""Setting one of these ends what was set by chat."""

ORIGINAL = "original"
"""Among the languages somebody reads: whatever is spoken."""

OFF = "off"
AUTO = "auto"

MAX_CAPTION_LANGUAGES = 8
"""More codes in one participant's `translator.captions` are not looked at."""

_CODE = re.compile(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{1,8}){0,3}")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in the room, and what they want."""

    identity: str
    speaks: str | None
    """None: to be found out."""
    hears: str | None = None
    """A language on offer; None: originals only."""
    reads: frozenset[str] = frozenset()
    """Languages on offer, and `ORIGINAL`."""
    events: bool = False
    may_speak: bool = True
    """Whether they may publish sound at all."""
    interpreted: bool = True
    """False while they hold push-to-translate up."""
    unserved: tuple[str, ...] = ()
    """What they asked for and the room does not offer."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What the interpreter has to do for the people in the room."""

    wishes: Mapping[str, Wishes] = field(default_factory=dict)
    """For each speaker whom somebody else hears or reads; others need not be recognised."""
    channels: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """For each language: who receives its channel."""
    readers: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """For each language, and `ORIGINAL`: who reads it."""
    refused: tuple[str, ...] = ()
    """Languages that are wanted, but more than the room may have at once."""

    def voices_of(self, speaker: str) -> frozenset[str]:
        """The languages in which somebody hears this speaker."""
        wishes = self.wishes.get(speaker)
        return frozenset() if wishes is None else frozenset(wishes.voices)


def is_code(text: str) -> bool:
    """Whether `text` can be a language code."""
    return _CODE.fullmatch(text) is not None


def read_person(
    identity: str,
    attributes: Mapping[str, str],
    *,
    offered: Sequence[str],
    room_language: str,
    may_speak: bool = True,
) -> Person:
    """Reads one participant's wishes.

    Args:
        offered: the languages that may be asked for.
        room_language: what people speak who have not said what they speak, or "auto".
    """
    own = _value(attributes, LANGUAGE)
    speak = _value(attributes, SPEAK) or own or room_language
    listen = _value(attributes, LISTEN) or own
    captions = _value(attributes, CAPTIONS) or own
    unserved: list[str] = []

    def serve(code: str) -> str | None:
        served = served_by(code, offered) if is_code(code) else None
        if served is None:
            unserved.append(code[:20])
        return served

    hears = serve(listen) if listen and listen.casefold() != OFF else None
    reads = {_reading(code, serve) for code in _codes(captions)}
    return Person(
        identity=identity,
        speaks=_spoken(speak, offered, room_language),
        hears=hears,
        reads=frozenset(code for code in reads if code is not None),
        events=_value(attributes, EVENTS).casefold() == "on",
        may_speak=may_speak,
        interpreted=_value(attributes, PUSH).casefold() != OFF,
        unserved=tuple(dict.fromkeys(unserved)),
    )


def make_plan(
    people: Sequence[Person],
    *,
    limit: int,
    existing: Collection[str] = (),
    muted: Collection[str] = (),
) -> Plan:
    """Works out who has to be interpreted into what, and who receives it.

    Args:
        limit: how many languages the room may have at once.
        existing: languages that have a channel already; they are kept before new ones are begun.
        muted: languages that are not to be spoken at the moment.
    """
    hearers = {
        person.identity: person.hears
        for person in people
        if person.hears is not None and _needs_channel(person, person.hears, people)
    }
    wanted: Counter[str] = Counter(hearers.values())
    for person in people:
        wanted.update(person.reads - {ORIGINAL})
    ordered = sorted(wanted, key=lambda code: (code not in existing, -wanted[code], code))
    granted = frozenset(ordered[:limit])
    channels = {
        language: frozenset(who for who, hears in hearers.items() if hears == language)
        for language in sorted(granted & set(hearers.values()))
    }
    readers = {
        language: frozenset(person.identity for person in people if language in person.reads)
        for language in (*sorted(granted), ORIGINAL)
    }
    readers = {language: who for language, who in readers.items() if who}
    wishes = {}
    for person in people:
        wish = _wish_of(person, channels, readers, frozenset(muted))
        if wish is not None:
            wishes[person.identity] = wish
    return Plan(wishes, channels, readers, tuple(ordered[limit:]))


def readers_of(language: str, source_language: str, readers: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """Who receives a caption in `language` of something said in `source_language`."""
    if language != source_language:
        return readers.get(language, frozenset())
    found = readers.get(ORIGINAL, frozenset())
    for read, who in readers.items():
        if read != ORIGINAL and same_language(read, language):
            found |= who
    return found


def _needs_channel(listener: Person, language: str, people: Sequence[Person]) -> bool:
    """Whether somebody else may say something that the listener has to have interpreted."""
    return any(
        other.may_speak and (other.speaks is None or not same_language(other.speaks, language))
        for other in people
        if other.identity != listener.identity
    )


def _wish_of(
    speaker: Person,
    channels: Mapping[str, frozenset[str]],
    readers: Mapping[str, frozenset[str]],
    muted: frozenset[str],
) -> Wishes | None:
    """What others want of a speaker; None if nothing."""
    if not speaker.may_speak or not speaker.interpreted:
        return None

    def foreign(language: str) -> bool:
        return speaker.speaks is None or not same_language(speaker.speaks, language)

    def others(who: frozenset[str]) -> bool:
        return bool(who - {speaker.identity})

    voices = {code for code, who in channels.items() if code not in muted and foreign(code) and others(who)}
    read = {code for code, who in readers.items() if others(who)}
    if not voices and not read:
        return None
    return Wishes(frozenset(voices), frozenset(code for code in read if code != ORIGINAL and foreign(code)))


def _value(attributes: Mapping[str, str], key: str) -> str:
    return attributes.get(key, "").strip()


def _codes(captions: str) -> list[str]:
    codes = [code.strip() for code in captions.split(",", MAX_CAPTION_LANGUAGES)[:MAX_CAPTION_LANGUAGES]]
    return [] if OFF in (code.casefold() for code in codes) else [code for code in codes if code]


def _reading(code: str, serve: Callable[[str], str | None]) -> str | None:
    return ORIGINAL if code.casefold() == ORIGINAL else serve(code)


def _spoken(code: str, offered: Sequence[str], room_language: str) -> str | None:
    if not is_code(code) or code.casefold() == AUTO:
        code = room_language if code.casefold() != AUTO else AUTO
    if code.casefold() == AUTO:
        return None
    return served_by(code, offered) or code
