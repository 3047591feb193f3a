"""Turn by turn: when a turn is over, and what is spoken when."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import pytest

from pipeline.events import Clause, ClauseEnd, Floor, NotTranslated, Translation
from pipeline.turns import LONGEST_TURN, SETTLE_S, Turns

pytestmark = pytest.mark.virtual_time

PAUSE_S = 1.5
SPANISH = frozenset({"es"})


def clause(speaker: str, number: int, language: str = "en", take: int = 1) -> Clause:
    return Clause(
        speaker, number, 1, 0, 100, language, f"{speaker} {number}", ClauseEnd.PAUSE, 0.0, take=take
    )


@dataclass
class Bench:
    """A room's turns, and what was spoken."""

    spoken: list[str] = field(default_factory=list)
    changes: int = 0

    def __post_init__(self) -> None:
        self.turns = Turns(self._say, pause_s=PAUSE_S, changed=self._changed)
        self.turns.keep_apart(True)

    def _say(self, translation: Translation) -> None:
        self.spoken.append(f"{translation.clause.speaker} {translation.clause.number} {translation.language}")

    def _changed(self) -> None:
        self.changes += 1

    def floor(self, speaker: str, *floors: Floor, take: int = 1) -> None:
        for floor in floors:
            self.turns.floor(speaker, take, floor)

    def commit(self, speaker: str, *numbers: int, languages: frozenset[str] = SPANISH) -> None:
        for number in numbers:
            self.turns.committed(clause(speaker, number), languages)

    def translate(self, speaker: str, *numbers: int, language: str = "es", spoken: bool = True) -> None:
        for number in numbers:
            told = Translation(clause(speaker, number), language, "x", "fake", ("en", language), 0.0)
            self.turns.translated(told, spoken=spoken)

    def utter(self, speaker: str, *numbers: int) -> None:
        """Says clauses that are translated at once, without ending the turn."""
        self.floor(speaker, Floor.TAKEN)
        self.commit(speaker, *numbers)
        self.translate(speaker, *numbers)
        self.floor(speaker, Floor.PAUSED)


async def test_a_turn_is_spoken_in_order_once_its_speaker_has_paused_long_enough() -> None:
    bench = Bench()
    bench.utter("anna", 1, 2)
    await asyncio.sleep(PAUSE_S - 0.1)
    bench.utter("anna", 3)  # a breath is no end
    await asyncio.sleep(PAUSE_S - 0.1)
    assert (bench.spoken, bench.turns.speaker) == ([], "anna")
    await asyncio.sleep(0.2)
    assert bench.spoken == ["anna 1 es", "anna 2 es", "anna 3 es"]
    assert (bench.turns.speaker, bench.turns.pending) == ("", "")
    bench.turns.close()


async def test_who_lets_go_of_the_floor_ends_their_turn_at_once() -> None:
    """A key released, a microphone muted, a person gone: nobody waits for the pause."""
    bench = Bench()
    bench.floor("anna", Floor.TAKEN)
    bench.commit("anna", 1)
    bench.translate("anna", 1)
    bench.floor("anna", Floor.LEFT)
    assert bench.spoken == [], "what they said last is still being understood"
    bench.floor("anna", Floor.PAUSED)
    assert bench.spoken == ["anna 1 es"]
    bench.utter("bea", 1)
    bench.floor("bea", Floor.LEFT)
    assert bench.spoken == ["anna 1 es", "bea 1 es"]
    bench.turns.close()


async def test_another_who_begins_ends_a_turn_that_rests() -> None:
    bench = Bench()
    bench.utter("anna", 1)
    bench.floor("bea", Floor.TAKEN)
    assert bench.spoken == ["anna 1 es"]
    assert bench.turns.speaker == "bea"
    bench.turns.close()


async def test_a_word_of_another_does_not_end_a_turn_and_waits_for_it() -> None:
    """Who agrees aloud interrupts nobody; what they said comes behind the turn in which they said it."""
    bench = Bench()
    bench.floor("anna", Floor.TAKEN)
    bench.commit("anna", 1)
    bench.utter("bea", 1)
    await asyncio.sleep(PAUSE_S + 0.1)
    assert (bench.spoken, bench.turns.speaker) == ([], "anna")
    bench.translate("anna", 1)
    bench.floor("anna", Floor.PAUSED)
    await asyncio.sleep(PAUSE_S + 0.1)
    assert bench.spoken == ["anna 1 es", "bea 1 es"]
    bench.turns.close()


async def test_who_is_spoken_over_has_finished_with_their_utterance() -> None:
    bench = Bench()
    bench.floor("anna", Floor.TAKEN)
    bench.commit("anna", 1)
    bench.translate("anna", 1)
    bench.floor("bea", Floor.TAKEN)
    bench.commit("bea", 1)
    assert bench.spoken == []
    bench.floor("anna", Floor.PAUSED)
    assert bench.spoken == ["anna 1 es"]
    bench.turns.close()


async def test_a_turn_is_waited_for_as_long_as_something_of_it_is_on_its_way() -> None:
    """The next turn does not get between the clauses of the one before; each language waits by itself."""
    bench = Bench()
    both = frozenset({"es", "fr"})
    bench.floor("anna", Floor.TAKEN)
    bench.commit("anna", 1, 2, languages=both)
    bench.floor("anna", Floor.PAUSED, Floor.LEFT)
    assert bench.turns.pending == "anna"
    bench.floor("bea", Floor.TAKEN)
    bench.commit("bea", 1, languages=both)
    bench.translate("bea", 1)
    bench.translate("bea", 1, language="fr")
    bench.floor("bea", Floor.PAUSED, Floor.LEFT)
    bench.translate("anna", 1, 2)
    bench.translate("anna", 1, language="fr")
    assert bench.spoken == ["anna 1 es", "anna 2 es", "bea 1 es", "anna 1 fr"]
    bench.turns.translated(NotTranslated(clause("anna", 2), "fr", "no route"), spoken=True)
    assert bench.spoken[4:] == ["bea 1 fr"]
    assert bench.turns.pending == ""
    bench.turns.close()


async def test_what_never_comes_is_not_waited_for_for_ever() -> None:
    bench = Bench()
    bench.floor("anna", Floor.TAKEN)
    bench.commit("anna", 1)
    bench.floor("anna", Floor.PAUSED, Floor.LEFT)
    bench.utter("bea", 1)
    await asyncio.sleep(SETTLE_S - 0.1)
    assert bench.spoken == []
    await asyncio.sleep(0.2)
    assert bench.spoken == ["bea 1 es"]
    bench.translate("anna", 1)
    assert bench.spoken == ["bea 1 es", "anna 1 es"], "late, but not lost"
    bench.turns.close()


async def test_a_turn_is_not_waited_for_in_its_own_language_nor_where_nobody_hears_it() -> None:
    bench = Bench()
    bench.floor("eva", Floor.TAKEN)
    bench.turns.committed(clause("eva", 1, "es-MX"), frozenset({"es", "en"}))
    bench.translate("eva", 1, language="en")
    bench.floor("eva", Floor.PAUSED, Floor.LEFT)
    bench.utter("anna", 1)
    bench.translate("anna", 1, language="fr", spoken=False)
    bench.floor("anna", Floor.LEFT)
    assert bench.spoken == ["eva 1 en", "anna 1 es"]
    bench.turns.close()


async def test_a_microphone_that_only_hums_holds_up_nobody() -> None:
    bench = Bench()
    bench.floor("hum", Floor.TAKEN)
    bench.utter("anna", 1)
    await asyncio.sleep(PAUSE_S + 0.1)
    assert bench.spoken == ["anna 1 es"]
    bench.turns.close()


async def test_a_speech_without_an_end_is_begun_to_be_spoken() -> None:
    bench = Bench()
    bench.floor("anna", Floor.TAKEN)
    for number in range(1, LONGEST_TURN):
        bench.commit("anna", number)
        bench.translate("anna", number)
    assert bench.spoken == []
    bench.commit("anna", LONGEST_TURN)
    assert len(bench.spoken) == LONGEST_TURN - 1
    bench.translate("anna", LONGEST_TURN)
    bench.commit("anna", LONGEST_TURN + 1)
    bench.translate("anna", LONGEST_TURN + 1)
    assert bench.spoken[-1] == f"anna {LONGEST_TURN} es"
    assert bench.turns.speaker == "anna"
    bench.turns.close()
    assert bench.spoken[-1] == f"anna {LONGEST_TURN + 1} es"


async def test_a_change_of_mode_loses_nothing() -> None:
    """What waits is spoken when turns are no longer kept apart; a turn under way is kept when they are again."""
    bench = Bench()
    bench.floor("anna", Floor.TAKEN)
    bench.commit("anna", 1, 2, 3)
    bench.translate("anna", 1, 2)
    bench.turns.keep_apart(False)
    assert bench.spoken == ["anna 1 es", "anna 2 es"]
    bench.translate("anna", 3)
    assert bench.spoken[2:] == ["anna 3 es"]
    bench.turns.keep_apart(True)
    bench.commit("anna", 4)
    bench.translate("anna", 4)
    assert bench.spoken[3:] == []
    bench.floor("anna", Floor.PAUSED, Floor.LEFT)
    assert bench.spoken[3:] == ["anna 4 es"]
    bench.turns.close()


async def test_one_take_that_ends_late_does_not_end_the_turn_of_the_next() -> None:
    """With another glossary a speaker has two interpreters for a moment."""
    bench = Bench()
    bench.floor("anna", Floor.TAKEN, take=1)
    bench.floor("anna", Floor.TAKEN, take=2)
    bench.floor("anna", Floor.PAUSED, take=1)
    await asyncio.sleep(PAUSE_S + 0.1)
    assert bench.turns.speaker == "anna"
    bench.floor("anna", Floor.PAUSED, take=2)
    await asyncio.sleep(PAUSE_S + 0.1)
    assert bench.turns.speaker == ""
    bench.turns.close()
