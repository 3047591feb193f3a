"""The voices that a room's organiser may choose among, by language, and those that they have chosen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from pipeline.engines.protocols import EngineInfo, Synthesizer
from pipeline.events import Trouble
from pipeline.text.languages import served_by
from pipeline.voices import Casting, of_register
from protocol.registers import REGISTERS
from protocol.reports import ReportCode

MOST_CHARACTERS = 4000
"""Of all names that are shown together: every attribute goes to everybody in the room, again with each change."""

MOST_EACH = 48
"""Of one language's voices so many are shown at most."""

_SHOWN_NAME = 60

VoicesByLanguage = Mapping[str, tuple[str, ...]]


class RoomVoices:
    """Keeps a room's casting to the organiser's choice, as far as there are such voices.

    What cannot be had is told once; the language is then spoken as if nothing had been chosen.

    Args:
        trouble: receives why a choice does not hold.
    """

    def __init__(
        self, synthesizer: Synthesizer, casting: Casting, *, trouble: Callable[[Trouble], None]
    ) -> None:
        self._synthesizer, self._casting, self._trouble = synthesizer, casting, trouble
        self._wish: Mapping[str, str] = {}
        self._told: frozenset[Trouble] = frozenset()
        self._known: tuple[EngineInfo, tuple[str, ...]] | None = None
        self._there: dict[str, tuple[str, ...]] = {}

    def wish(self, voices: Mapping[str, str]) -> None:
        """Sets what the organiser has chosen: for a language the name of a voice, or one of `REGISTERS`."""
        self._wish = dict(voices)

    def look(self, offered: Sequence[str]) -> None:
        """Sees which voices there are now for what is offered, and which of the wishes hold."""
        self._learn(tuple(offered))
        if not self._synthesizer.info.languages:
            return  # a service that has not said yet what it can do
        chosen: dict[str, str] = {}
        registers: dict[str, str] = {}
        troubles: set[Trouble] = set()
        for code, name in self._wish.items():
            language = served_by(code, offered)
            if language is None:
                reason = "a voice was chosen for this language, which is not available here"
                troubles.add(Trouble("", "speak", code, reason, ReportCode.VOICE_MISSING))
            elif name in self._there[language]:
                chosen[language] = name
            elif name in REGISTERS and of_register(self._synthesizer.voices(language), name):
                registers[language] = name
            else:
                reason = f"there is no voice {name[:_SHOWN_NAME]} for this language: the usual ones speak"
                troubles.add(Trouble("", "speak", language, reason, ReportCode.VOICE_MISSING))
        self._casting.choose(chosen, registers)
        for trouble in sorted(troubles - self._told, key=lambda trouble: trouble.language):
            self._trouble(trouble)
        self._told = frozenset(troubles)

    def shown(self) -> VoicesByLanguage:
        """For each offered language that has any: its voices' names, the default first, within `MOST_CHARACTERS`."""
        for most in range(MOST_EACH, 0, -1):
            shown = {code: _some(names, most) for code, names in self._there.items() if names}
            if sum(map(_characters, shown.items())) <= MOST_CHARACTERS:
                return shown
        return {}

    def engines(
        self, languages: Iterable[str], spoken: Mapping[str, Collection[str]]
    ) -> dict[str, frozenset[str]]:
        """For each of these languages that has a voice: the engines that speak it, "" where there is but one.

        Several, where somebody is heard in a voice that resembles theirs and others in the usual one.

        Args:
            spoken: for each speaker the languages in which they are heard.
        """
        engines = {}
        for language in languages:
            if there := self._synthesizer.voices(language):
                usual = self._casting.chosen(language) or there[0].name
                heard = [who for who, codes in spoken.items() if language in codes]
                names = [self._casting.likeness(who, language) or usual for who in heard] or [usual]
                engines[language] = frozenset(map(_engine, names))
        return engines

    def _learn(self, offered: tuple[str, ...]) -> None:
        """Voices change only with what their engine says of itself: it does so anew with each connection."""
        info = self._synthesizer.info
        if self._known is not None and self._known[0] is info and self._known[1] == offered:
            return
        self._known = info, offered
        self._there = {
            code: tuple(voice.name for voice in self._synthesizer.voices(code)) for code in offered
        }


def _engine(name: str) -> str:
    return name.partition(":")[0] if ":" in name else ""


def _some(names: tuple[str, ...], most: int) -> tuple[str, ...]:
    """So many of a language's voices, some of each engine; the first ones of each, in their order."""
    seen: Counter[str] = Counter()
    turns = []
    for place, name in enumerate(names):
        engine = _engine(name)
        turns.append((seen[engine], place))
        seen[engine] += 1
    return tuple(names[place] for _, place in sorted(sorted(turns)[:most], key=lambda turn: turn[1]))


def _characters(entry: tuple[str, tuple[str, ...]]) -> int:
    """What a language takes, as JSON."""
    code, names = entry
    return len(code) + 6 + sum(len(name) + 4 for name in names)
