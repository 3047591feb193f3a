"""Who wants what: from participants' attributes to wishes, channels and readers. Pure: no LiveKit, no clock.

The attributes are described in docs/protocol.md. An empty value counts as absent, as LiveKit has it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.interpreter import Wishes
from protocol.attributes import (
    CAPTIONS,
    EVENTS,
    INTERPRET,
    LANGUAGE,
    LIKENESS,
    LISTEN,
    OVERRIDES,
    PUSH,
    SPEAK,
    UNDERSTANDS,
    VOICE,
)
from protocol.language import hyphenated, is_code, same_language, served_by
from worker.hearing import Hearing
from worker.hearing_choices import ORIGINAL, read_overrides, read_understood, read_voice, wishes_likeness

WISH_ATTRIBUTES = frozenset({LANGUAGE, SPEAK, LISTEN, CAPTIONS})
"""Setting one of these ends what was set by chat."""

OFF = "off"
AUTO = "auto"

MAX_CAPTION_LANGUAGES = 8
"""More codes in one participant's `translator.captions` are not looked at."""

MAX_LANGUAGES_EACH = 8
"""So many languages of one person count, what they hear first; more they have only where others have them."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in the room, and what they want."""

    identity: str
    speaks: str | None
    """None: to be found out."""
    hears: str | None = None
    """A language on offer; None: originals only."""
    reads: frozenset[str] = frozenset()
    """Languages on offer, and `ORIGINAL`: also of those who asked for a language that is not."""
    captions_off: bool = False
    """Whether they have said that they read nothing; who has said nothing may still be shown captions."""
    events: bool = False
    may_speak: bool = True
    """Whether they may publish sound at all."""
    interpreted: bool = True
    """False while they hold push-to-translate up."""
    encrypted: bool = False
    """Whether what they say is encrypted, so that it cannot be heard."""
    recognised: bool = True
    """False where it is known that no recogniser here has the language that they speak."""
    claims: str = ""
    """The language that they say they interpret into themselves; whether they may is not known here."""
    interpreting: str | None = None
    """The language that they interpret into in the machine's place, so that what they say is nobody's turn."""
    unserved: tuple[str, ...] = ()
    """What they asked for and the room does not offer."""
    order: tuple[str, ...] = field(default=(), compare=False)
    """`reads` as they were listed, the most important first."""
    understands: frozenset[str] = frozenset()
    """Further languages that they need not have interpreted."""
    overrides: Mapping[str, str] = field(default_factory=dict)
    """For some speakers the language to hear them in whatever else holds, or `ORIGINAL`."""
    voice: str = ""
    """In which register others shall hear them: "low", "high", "auto" for that of their own voice, or "" for any."""
    likeness: bool = False
    """Whether they wish to be heard in a computed voice that resembles theirs."""

    @property
    def may_be_understood(self) -> bool:
        """Whether what they may say can be made out at all."""
        hearable = self.may_speak and not self.encrypted and self.recognised
        return hearable and self.interpreting is None

    @property
    def withheld(self) -> bool:
        """Whether what they say from now on is not interpreted; what they said before still is."""
        return not self.interpreted or self.interpreting is not None

    def may_say_other_than(self, language: str) -> bool:
        """Whether they speak another language, as far as is known."""
        return self.speaks is None or not same_language(self.speaks, language)

    def heard_in(self, speaker: Person) -> str | None:
        """The language in which they hear somebody else; None: in that person's own words."""
        language = self.overrides.get(speaker.identity)
        if language is None:
            understood = any(not speaker.may_say_other_than(code) for code in self.understands)
            language = None if understood else self.hears
        if language is None or language == ORIGINAL:
            return None
        return language if speaker.may_say_other_than(language) else None


@dataclass(frozen=True, slots=True)
class InterpretingPlan:
    """What the interpreter has to do for the people in the room."""

    wishes: Mapping[str, Wishes] = field(default_factory=dict)
    """For each speaker whom somebody else hears, or anybody reads; others need not be recognised."""
    channels: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """For each language: who receives its channel."""
    readers: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """For each language, and `ORIGINAL`: who reads it."""
    refused: tuple[str, ...] = ()
    """Languages that are wanted, but more than the room may have at once."""

    @property
    def languages(self) -> frozenset[str]:
        """All that have a place in the room."""
        return frozenset(self.channels) | frozenset(self.readers) - {ORIGINAL}

    def voices_of(self, speaker: str) -> frozenset[str]:
        """The languages in which somebody else hears this speaker."""
        wishes = self.wishes.get(speaker)
        return frozenset() if wishes is None else frozenset(wishes.voices)


def read_person(
    identity: str,
    attributes: Mapping[str, str],
    *,
    offered: Sequence[str],
    room_language: str,
    recognised: Sequence[str] = (),
    may_speak: bool = True,
    encrypted: bool = False,
) -> Person:
    """Reads one participant's wishes.

    Args:
        offered: the languages that may be asked for.
        room_language: what people speak who have not said what they speak, or "auto".
        recognised: the languages that can be recognised; empty where that is not known.
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
    captions_off = _is_off(captions)
    reads = {} if captions_off else dict.fromkeys(_reading(code, serve) for code in _codes(captions))
    order = tuple(code for code in reads if code is not None)
    speaks = _spoken(speak, offered, room_language)
    claims = _value(attributes, INTERPRET)
    return Person(
        identity=identity,
        speaks=speaks,
        hears=hears,
        understands=read_understood(_value(attributes, UNDERSTANDS)),
        overrides=_overrides(identity, _value(attributes, OVERRIDES), serve),
        voice=read_voice(_value(attributes, VOICE)),
        likeness=wishes_likeness(_value(attributes, LIKENESS)),
        reads=frozenset(order),
        captions_off=captions_off,
        events=_value(attributes, EVENTS).casefold() == "on",
        may_speak=may_speak,
        interpreted=_value(attributes, PUSH).casefold() != OFF,
        encrypted=encrypted,
        recognised=_is_recognised(speaks, recognised),
        claims=claims if is_code(claims) else "",
        unserved=tuple(dict.fromkeys(unserved)),
        order=order,
    )


def make_plan(
    people: Sequence[Person],
    *,
    limit: int,
    existing: Collection[str] = (),
    muted: Collection[str] = (),
    recorded: bool = False,
) -> InterpretingPlan:
    """Works out who has to be interpreted into what, and who receives it.

    Places are shared: nobody has a second language before everybody has a first, nor a third before all have two.

    Args:
        people: in the order in which they came.
        limit: how many languages the room may have at once.
        existing: languages that have a place already; among equals they keep it.
        muted: languages that are not to be spoken at the moment.
        recorded: whether all that is said goes into a record, whoever reads it.
    """
    hearing = Hearing(people)
    heard = {person.identity: hearing.languages(person) for person in people}
    granted, refused = _places(
        [_wanted(person, heard[person.identity]) for person in people], limit, existing
    )
    channels = _receivers(sorted(granted), list(heard.items()))
    readers = _receivers((*sorted(granted), ORIGINAL), [(person.identity, person.reads) for person in people])
    wishes = {}
    for person in people:
        voices = (hearing.voices(person) & channels.keys()) - set(muted)
        wish = _wish_of(person, voices, readers, recorded=recorded)
        if wish is not None:
            wishes[person.identity] = wish
    return InterpretingPlan(wishes, channels, readers, refused)


def readers_of(language: str, source_language: str, readers: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """Who receives a caption in `language` of something said in `source_language`."""
    if language != source_language:
        return readers.get(language, frozenset())
    found = readers.get(ORIGINAL, frozenset())
    for read, who in readers.items():
        if read != ORIGINAL and same_language(read, language):
            found |= who
    return found


def _wanted(person: Person, heard: Sequence[str]) -> list[str]:
    """The languages of one person that need a place, the most important first: what they hear, then what they read."""
    read = person.order or tuple(sorted(person.reads))
    return list(dict.fromkeys(code for code in (*heard, *read) if code != ORIGINAL))


def _places(
    wanted: Sequence[Sequence[str]], limit: int, existing: Collection[str]
) -> tuple[frozenset[str], tuple[str, ...]]:
    """The languages that get a place, and those that are wanted and get none."""
    ordered = _shared_out(wanted, existing)
    granted = frozenset(ordered[:limit])
    beyond = [code for languages in wanted for code in languages[MAX_LANGUAGES_EACH:]]
    refused = dict.fromkeys(code for code in (*ordered[limit:], *beyond) if code not in granted)
    return granted, tuple(refused)


def _shared_out(wanted: Sequence[Sequence[str]], existing: Collection[str]) -> list[str]:
    """Languages in the order in which they get a place: everybody's first, then everybody's second, and so on.

    Among those, who has a place keeps it; then what most people want goes first; then who came first.

    Args:
        wanted: for each person, in the order in which they came, their languages, the most important first.
    """
    ordered: dict[str, None] = {}
    for share in range(MAX_LANGUAGES_EACH):
        asked = Counter(languages[share] for languages in wanted if len(languages) > share)
        # a counter keeps the order of joining, and sorting leaves equals where they are
        for code in sorted(asked, key=lambda code: (code not in existing, -asked[code])):
            ordered.setdefault(code)
    return list(ordered)


def _receivers(
    languages: Iterable[str], wants: Sequence[tuple[str, Collection[str]]]
) -> dict[str, frozenset[str]]:
    """For each of the languages that anybody wants: who does."""
    found = {
        language: frozenset(who for who, wanted in wants if language in wanted) for language in languages
    }
    return {language: who for language, who in found.items() if who}


def _wish_of(
    speaker: Person, voices: frozenset[str], readers: Mapping[str, frozenset[str]], *, recorded: bool
) -> Wishes | None:
    """What is wanted of a speaker; None if nothing.

    Nobody hears their own translation, but their own reading counts: who is alone sees what the interpreter makes of
    what they say.
    """
    if not speaker.may_be_understood or not speaker.interpreted:
        return None
    read = frozenset(readers)
    if not voices and not read and not recorded:
        return None
    return Wishes(voices, _foreign_to(speaker, read - {ORIGINAL}))


def _foreign_to(speaker: Person, languages: Collection[str]) -> frozenset[str]:
    """Those into which the speaker may have to be interpreted."""
    return frozenset(code for code in languages if speaker.may_say_other_than(code))


def _value(attributes: Mapping[str, str], key: str) -> str:
    return attributes.get(key, "").strip()


def _codes(captions: str) -> list[str]:
    codes = [code.strip() for code in captions.split(",", MAX_CAPTION_LANGUAGES)[:MAX_CAPTION_LANGUAGES]]
    return [code for code in codes if code]


def _is_off(captions: str) -> bool:
    return OFF in (code.casefold() for code in _codes(captions))


def _reading(code: str, serve: Callable[[str], str | None]) -> str | None:
    """What somebody reads who asks for `code`; the original is better than nothing where it is not on offer."""
    if code.casefold() == ORIGINAL:
        return ORIGINAL
    return serve(code) or (ORIGINAL if is_code(code) else None)


def _overrides(identity: str, value: str, serve: Callable[[str], str | None]) -> dict[str, str]:
    """What somebody chose for others, as it is served; the general choice holds where it is not on offer."""
    chosen = {
        who: code if code == ORIGINAL else serve(code)
        for who, code in read_overrides(value)
        if who != identity
    }
    return {who: code for who, code in chosen.items() if code is not None}


def _is_recognised(speaks: str | None, recognised: Sequence[str]) -> bool:
    """Args: recognised: empty where that is not known."""
    return speaks is None or not recognised or served_by(speaks, recognised) is not None


def _spoken(code: str, offered: Sequence[str], room_language: str) -> str | None:
    if not is_code(code) or code.casefold() == AUTO:
        code = room_language if code.casefold() != AUTO else AUTO
    if code.casefold() == AUTO:
        return None
    return served_by(code, offered) or hyphenated(code)
