"""What the machine has room for beside what a room asks of it, and what is given up beyond that.

Nobody is turned away here: one more speaker or language than fits is taken, and the room is told what that costs.
Hard limits are the settings' own: `rooms.max_languages` and `recognition.max_speakers`.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from pipeline.capacity import COMFORTABLE_SPEAKERS, Capacity
from pipeline.events import Trouble
from pipeline.load import IN_ORDER
from protocol.reports import ReportCode


@dataclass(frozen=True, slots=True)
class Fits:
    """What a room is told of the machine."""

    speakers: int
    """Who may speak at the same time."""
    languages: tuple[int, ...]
    """For one, two … `speakers`: into how many languages they can be spoken."""
    given_up: tuple[str, ...] = ()
    """What the room goes without because it asks for more; empty while it fits."""


LanguagesHeard = Mapping[str, Collection[str]]
"""For each who may speak: the languages in which they are heard."""


def sacrifices(
    capacity: Capacity, spoken: LanguagesHeard, engines: Mapping[str, Collection[str]]
) -> tuple[Trouble, ...]:
    """What is given up in a room that asks for more than fits.

    Args:
        spoken: by whom and in what; who has no microphone is not in it.
        engines: for each of the languages that has a voice the engines that speak it.
    """
    told = []
    if len(spoken) > capacity.speakers:
        people = "1 person" if capacity.speakers == 1 else f"{capacity.speakers} people"
        told.append(
            Trouble(
                "",
                "hear",
                "",
                f"this machine keeps up with {people} speaking at once: who begins to speak beside them is heard "
                "after the next pause",
                ReportCode.FEW_SPEAKERS,
                count=capacity.speakers,
            )
        )
    voiced = {who: frozenset(languages) & engines.keys() for who, languages in spoken.items()}
    at_once = max(1, min(len(spoken), capacity.speakers, COMFORTABLE_SPEAKERS))
    most = capacity.languages[min(at_once, len(capacity.languages)) - 1]
    if _spoken_at_once(voiced, at_once) > most:
        who = "one person speaks" if at_once == 1 else f"{at_once} people speak at once"
        languages = "1 language" if most == 1 else f"{most} languages"
        told.append(
            Trouble(
                "",
                "speak",
                "",
                f"this machine keeps up with {languages} while {who}: where it falls behind, it goes without "
                f"{IN_ORDER}; finished captions stay",
                ReportCode.FEW_LANGUAGES,
                count=most,
            )
        )
    at_all = frozenset().union(*voiced.values())
    used = Counter(engine for language in at_all for engine in engines[language])
    for engine, following in itertools.pairwise(capacity.places):
        if used[engine] > capacity.places[engine]:
            languages = (
                "1 language" if capacity.places[engine] == 1 else f"{capacity.places[engine]} languages"
            )
            told.append(
                Trouble(
                    "",
                    "speak",
                    "",
                    f"this machine has time for {languages} with {engine}'s voices: further ones have {following}'s, "
                    "where it has the language",
                    ReportCode.FEW_VOICES,
                    count=capacity.places[engine],
                )
            )
    return tuple(told)


def _spoken_at_once(voiced: Mapping[str, frozenset[str]], speakers: int) -> int:
    """The most languages that are spoken while so many speak."""
    together = itertools.combinations(voiced.values(), min(speakers, len(voiced)))
    return max((len(frozenset().union(*languages)) for languages in together), default=0)


class Headroom:
    """Compares a room with its machine; each thing that is given up is told when it is new.

    Args:
        capacity: what fits, as far as it is known now; while it is not, nothing is claimed.
        max_speakers, max_languages: the settings' own limits.
        trouble: receives what is given up.
    """

    def __init__(
        self,
        capacity: Callable[[], Capacity | None],
        *,
        max_speakers: int,
        max_languages: int,
        trouble: Callable[[Trouble], None],
    ) -> None:
        self._capacity, self._trouble = capacity, trouble
        self._max_speakers, self._max_languages = max_speakers, max_languages
        self._told: tuple[Trouble, ...] = ()

    @property
    def given_up(self) -> tuple[Trouble, ...]:
        """What the room goes without, as of the last look."""
        return self._told

    def look(self, spoken: LanguagesHeard, engines: Mapping[str, Collection[str]]) -> Fits | None:
        """How a room that asks for this fits, see `sacrifices`; None while nothing is known."""
        capacity = self._capacity()
        if capacity is None:
            self._told = ()
            return None
        given_up = sacrifices(capacity, spoken, engines)
        for trouble in given_up:
            if trouble not in self._told:
                self._trouble(trouble)
        self._told = given_up
        most = max(1, min(capacity.speakers, self._max_speakers))
        languages = tuple(min(count, self._max_languages) for count in capacity.languages[:most])
        return Fits(most, languages, tuple(trouble.reason for trouble in given_up))
