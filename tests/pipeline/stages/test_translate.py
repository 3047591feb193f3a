"""One speaker's clauses into one language."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import numpy as np
import pytest

from config.settings import TranslationSettings
from pipeline.audio import Pcm
from pipeline.engines.protocols import EngineError, TranslationRequest, TranslationResult
from pipeline.events import (
    Clause,
    ClauseEnd,
    Draft,
    DraftTranslation,
    NotTranslated,
    Translated,
    Translation,
)
from pipeline.load import RAISE_AFTER_S, Load
from pipeline.stages.translate import TranslationCache, TranslationLane
from pipeline.text.glossary import Entry, Glossary
from protocol.notes import Note
from tests.fakes.clock import HandClock
from tests.fakes.engines import ScriptedTranslator, info

pytestmark = pytest.mark.virtual_time

SETTINGS = TranslationSettings(timeout_s=0.2, waiting_clauses=3, context_clauses=2)


def clause(number: int, text: str) -> Clause:
    return Clause("anna", number, 1, 0, 16_000, "en", text, ClauseEnd.PAUSE, 1000.0)


def draft(number: int, text: str) -> Draft:
    return Draft("anna", number, 1, 0, 16_000, "en", "", text)


class Lane:
    """A lane under test with everything it put."""

    def __init__(self, translator: ScriptedTranslator, settings: TranslationSettings = SETTINGS) -> None:
        self.put: list[Translated] = []
        self.drafted: list[bool] = []
        self.cache = TranslationCache(2)
        self.lane = TranslationLane(
            "es",
            translator=translator,
            settings=settings,
            cache=self.cache,
            glossary=Glossary(),
            put=self._take,
            now=HandClock(1000.5),
        )

    def _take(self, outcome: Translated, drafted: bool) -> None:
        self.put.append(outcome)
        self.drafted.append(drafted)

    async def finish(self) -> None:
        self.lane.close()
        async with asyncio.timeout(5):
            await self.lane.run()


def translated(of: Clause, text: str) -> Translation:
    return Translation(of, "es", text, "scripted", ("en", "es"), 1000.5)


async def test_drafts_are_given_up_first() -> None:
    """While some part cannot keep up, clauses are translated and drafts are not; what is taken back still is."""
    clock = HandClock(0.0)
    load = Load(clock)
    load.report("hear anna", 1.5)
    clock.move(RAISE_AFTER_S)
    translator = ScriptedTranslator({("es", "hello there"): "hola", ("es", "hello"): "ho"})
    put: list[Translated] = []
    lane = TranslationLane(
        "es",
        translator=translator,
        settings=SETTINGS,
        cache=TranslationCache(9),
        glossary=Glossary(),
        put=lambda outcome, drafted: put.append(outcome),
        now=clock,
        load=load,
    )
    lane.offer(draft(1, "hello"))
    running = asyncio.create_task(lane.run())
    await asyncio.sleep(0.01)
    lane.offer(clause(1, "hello there"))
    lane.offer(draft(2, ""))
    lane.close()
    await running

    assert [request.text for request in translator.asked] == ["hello there"]
    assert [outcome.text for outcome in put if not isinstance(outcome, NotTranslated)] == ["", "hola"]


async def test_a_failed_clause_leaves_no_gap() -> None:
    """A clause the engine cannot read is reported in its place; the next one still comes."""
    lane = Lane(ScriptedTranslator({("es", "thanks"): "gracias"}))
    lost, thanks = clause(1, "???"), clause(2, "thanks")
    lane.lane.offer(lost)
    lane.lane.offer(thanks)
    await lane.finish()

    assert lane.put == [
        NotTranslated(lost, "es", "no entry for 3 characters"),
        translated(thanks, "gracias"),
    ]


async def test_doubt_and_score_come_along_also_from_the_cache() -> None:
    """A translation that may be wrong says so every time."""

    class Doubting(ScriptedTranslator):
        async def translate(self, request: TranslationRequest) -> TranslationResult:
            return replace(await super().translate(request), doubt="numbers_changed", score=-0.5)

    lane = Lane(Doubting({("es", "35 people"): "53 personas"}))
    first, again = clause(1, "35 people"), clause(2, "35 people")
    lane.lane.offer(first)
    lane.lane.offer(again)
    await lane.finish()

    assert lane.put == [
        replace(translated(of, "53 personas"), doubt="numbers_changed", score=-0.5) for of in (first, again)
    ]
    assert lane.drafted == [False, True]


async def test_a_slow_engine_is_given_up() -> None:
    """No answer within the limit is an outcome, not a wait."""
    lane = Lane(ScriptedTranslator({("es", "a"): "x", ("es", "b"): "y"}, {"a": asyncio.Event()}))
    slow, fine = clause(1, "a"), clause(2, "b")
    lane.lane.offer(slow)
    lane.lane.offer(fine)
    await lane.finish()

    assert lane.put == [
        NotTranslated(slow, "es", "no translation within 0.2 s", Note.LATE),
        translated(fine, "y"),
    ]


async def test_beyond_the_bound_the_oldest_stays_untranslated() -> None:
    """A lane that cannot keep up says which clauses it left and why."""
    lane = Lane(ScriptedTranslator({("es", text): text.upper() for text in "abcde"}))
    clauses = [clause(number, text) for number, text in enumerate("abcde", 1)]
    for each in clauses:
        lane.lane.offer(each)
    await lane.finish()

    behind = "translation is 3 clauses behind"
    assert lane.put == [
        NotTranslated(clauses[0], "es", behind, Note.BEHIND),
        NotTranslated(clauses[1], "es", behind, Note.BEHIND),
        *(translated(each, each.text.upper()) for each in clauses[2:]),
    ]


async def test_a_draft_that_is_committed_unchanged_was_done_before() -> None:
    """The translation of the tentative tail is shown, and used once its words are committed as they were."""
    translator = ScriptedTranslator({("es", "good day"): "buenos días"})
    lane = Lane(translator)
    running = asyncio.create_task(lane.lane.run())
    first = draft(1, "good day")
    lane.lane.offer(first)
    await asyncio.sleep(0.02)
    lane.lane.offer(clause(1, "good day"))
    await asyncio.sleep(0.02)
    lane.lane.close()
    await running

    assert lane.put == [
        DraftTranslation(first, "es", "buenos días"),
        translated(clause(1, "good day"), "buenos días"),
    ]
    assert lane.drafted == [False, True]
    assert len(translator.asked) == 1


async def test_a_draft_under_way_is_waited_for_when_its_words_are_committed() -> None:
    """The same text is not translated twice at once."""
    gate = asyncio.Event()
    translator = ScriptedTranslator({("es", "good day"): "buenos días"}, {"good day": gate})
    lane = Lane(translator)
    running = asyncio.create_task(lane.lane.run())
    lane.lane.offer(draft(1, "good day"))
    await asyncio.sleep(0.02)
    lane.lane.offer(clause(1, "good day"))
    await asyncio.sleep(0.02)
    gate.set()
    lane.lane.close()
    await running

    assert [type(outcome) for outcome in lane.put] == [DraftTranslation, Translation]
    assert len(translator.asked) == 1


async def test_a_draft_never_keeps_a_clause_waiting() -> None:
    """A draft under way whose words changed is given up for the clause."""
    translator = ScriptedTranslator(
        {("es", "good date"): "-", ("es", "good day"): "buenos días"}, {"good date": asyncio.Event()}
    )
    lane = Lane(translator)
    running = asyncio.create_task(lane.lane.run())
    lane.lane.offer(draft(1, "good date"))
    await asyncio.sleep(0.02)
    lane.lane.offer(clause(1, "good day"))
    lane.lane.close()
    async with asyncio.timeout(1):
        await running

    assert lane.put == [translated(clause(1, "good day"), "buenos días")]
    assert translator.cancelled == ["good date"]


async def test_only_the_newest_draft_is_translated() -> None:
    """Drafts that came while another was worked on are replaced, not queued."""
    gate = asyncio.Event()
    translator = ScriptedTranslator({("es", text): text.upper() for text in "abcd"}, {"a": gate})
    lane = Lane(translator)
    running = asyncio.create_task(lane.lane.run())
    for text in "abcd":
        lane.lane.offer(draft(1, text))
        await asyncio.sleep(0.01)
    gate.set()
    await asyncio.sleep(0.02)
    lane.lane.close()
    await running

    assert [request.text for request in translator.asked] == ["a", "d"]


async def test_a_draft_that_came_to_nothing_is_taken_back() -> None:
    """What was shown of words that nobody said goes; no engine is asked for nothing."""
    translator = ScriptedTranslator({("es", "a"): "x"})
    lane = Lane(translator)
    running = asyncio.create_task(lane.lane.run())
    lane.lane.offer(draft(1, "a"))
    await asyncio.sleep(0.02)
    lane.lane.offer(draft(1, ""))
    lane.lane.close()
    await running

    assert lane.put == [DraftTranslation(draft(1, "a"), "es", "x"), DraftTranslation(draft(1, ""), "es", "")]
    assert [request.text for request in translator.asked] == ["a"]


async def test_drafts_can_be_turned_off() -> None:
    """An operator who saves work gets finals only."""
    translator = ScriptedTranslator({("es", "a"): "x"})
    lane = Lane(translator, replace(SETTINGS, drafts=False))
    lane.lane.offer(draft(1, "a"))
    await lane.finish()

    assert (lane.put, translator.asked) == ([], [])


async def test_the_last_clauses_are_the_context_of_the_next() -> None:
    """Only so many pairs as the settings say, oldest first."""
    translator = ScriptedTranslator({("es", text): text.upper() for text in "abcd"})
    lane = Lane(translator, replace(SETTINGS, waiting_clauses=8))
    for number, text in enumerate("abcd", 1):
        lane.lane.offer(clause(number, text))
    await lane.finish()

    assert translator.asked[-1].context == (("b", "B"), ("c", "C"))


async def test_the_cache_knows_what_context_means() -> None:
    """What was said before matters to a translator that uses it, and to no other."""
    for uses_context, calls in ((False, 2), (True, 3)):
        translator = ScriptedTranslator({("es", "yes"): "sí", ("es", "no"): "no"})
        translator.info = info("scripted", "en", "es", uses_context=uses_context)
        lane = Lane(translator, replace(SETTINGS, waiting_clauses=8))
        for number, text in enumerate(("yes", "no", "yes"), 1):
            lane.lane.offer(clause(number, text))
        await lane.finish()

        assert len(translator.asked) == calls


async def test_the_terms_of_a_clause_go_with_it() -> None:
    """Plain text, and of the glossary what is in it: how its terms are kept is a matter of the engines."""
    hive, board = Entry("HIVE", "en"), Entry("board", "en", {"es": "junta"})
    translator = ScriptedTranslator({("es", "open HIVE now"): "abre HIVE ya", ("es", "go on"): "sigue"})
    put: list[Translated] = []
    lane = TranslationLane(
        "es",
        translator=translator,
        settings=SETTINGS,
        cache=TranslationCache(9),
        glossary=Glossary((hive, board)),
        put=lambda outcome, drafted: put.append(outcome),
        now=HandClock(1000.5),
    )
    lane.offer(clause(1, "open HIVE now"))
    lane.offer(clause(2, "go on"))
    lane.close()
    await lane.run()

    assert [(request.text, request.glossary) for request in translator.asked] == [
        ("open HIVE now", Glossary((hive,))),
        ("go on", Glossary()),
    ]
    assert [outcome.text for outcome in put if isinstance(outcome, Translation)] == ["abre HIVE ya", "sigue"]


async def test_the_cache_is_bounded_for_each_pair() -> None:
    """The least recently used entry goes; other pairs are not touched."""
    translator = ScriptedTranslator({("es", text): text.upper() for text in "abc"})
    lane = Lane(translator)
    for number, text in enumerate("abac", 1):
        lane.lane.offer(clause(number, text))
        await asyncio.sleep(0)
    running = asyncio.create_task(lane.lane.run())
    await asyncio.sleep(0.02)
    lane.lane.offer(clause(5, "b"))
    lane.lane.close()
    await running

    assert lane.cache.get(("en", "es", "b", ())) is not None
    assert lane.cache.get(("en", "es", "a", ())) is None


@pytest.mark.parametrize("uses_sound", [True, False])
async def test_a_clause_is_heard_by_translators_that_listen(uses_sound: bool) -> None:
    """They get how it was said, drafts come without; for others nobody looks for the sound."""
    translator = ScriptedTranslator({("es", "hello"): "ho", ("es", "hello there"): "hola"})
    translator.info = replace(translator.info, uses_sound=uses_sound)
    sought: list[int] = []
    sound = np.arange(5, dtype=np.int16)

    def sound_of(of: Clause) -> Pcm | None:
        sought.append(of.number)
        return sound

    put: list[Translated] = []
    lane = TranslationLane(
        "es",
        translator=translator,
        settings=SETTINGS,
        cache=TranslationCache(9),
        glossary=Glossary(),
        put=lambda outcome, drafted: put.append(outcome),
        now=HandClock(1000.5),
        sound_of=sound_of,
    )
    lane.offer(draft(1, "hello"))
    running = asyncio.create_task(lane.run())
    await asyncio.sleep(0.01)
    lane.offer(clause(1, "hello there"))
    lane.close()
    await running

    asked = [(request.text, request.draft, request.sound is sound) for request in translator.asked]
    assert asked == [("hello", True, False), ("hello there", False, uses_sound)]
    assert translator.asked[0].sound is None
    assert sought == ([1] if uses_sound else [])
    assert put[-1] == translated(clause(1, "hello there"), "hola")


# --- translators that listen, and what is remembered -----------------------------------------------------

SOUND = np.arange(5, dtype=np.int16)


class ListeningTranslator(ScriptedTranslator):
    """Translates clauses from their sound, or from the text with a doubt where that is all there is."""

    def __init__(self, *, from_sound: bool = True, doubt: str = "") -> None:
        super().__init__({("es", "yes"): "sí"})
        self.info = replace(self.info, uses_sound=True)
        self._from_sound, self._doubt = from_sound, doubt

    async def translate(self, request: TranslationRequest) -> TranslationResult:
        result = await super().translate(request)
        return replace(result, from_sound=self._from_sound and not request.draft, doubt=self._doubt)


async def said(
    translator: ScriptedTranslator, *segments: Clause | Draft, pressure: float = 0.0, heard: bool = True
) -> list[bool]:
    """Has segments translated one by one; whether each clause's translation was there already."""
    clock = HandClock(0.0)
    load = Load(clock)
    load.report("hear anna", pressure)
    clock.move(RAISE_AFTER_S)
    drafted: list[bool] = []
    done = asyncio.Event()

    def put(outcome: Translated, ready: bool) -> None:
        if not isinstance(outcome, DraftTranslation):
            drafted.append(ready)
        done.set()

    lane = TranslationLane(
        "es",
        translator=translator,
        settings=SETTINGS,
        cache=TranslationCache(9),
        glossary=Glossary(),
        put=put,
        now=clock,
        sound_of=lambda of: SOUND if heard else None,
        load=load,
    )
    running = asyncio.create_task(lane.run())
    async with asyncio.timeout(5):
        for segment in segments:
            done.clear()
            lane.offer(segment)
            await done.wait()
    lane.close()
    await running
    return drafted


async def test_a_translation_of_a_sound_is_that_of_one_clause() -> None:
    """The next one with the same words is listened to itself; what was made from the text is remembered."""
    listening = ListeningTranslator()
    assert await said(listening, clause(1, "yes"), clause(2, "yes")) == [False, False]
    assert len(listening.asked) == 2

    reading = ListeningTranslator(from_sound=False)
    assert await said(reading, clause(1, "yes"), clause(2, "yes")) == [False, True]
    assert len(reading.asked) == 1


@pytest.mark.parametrize(
    ("pressure", "heard", "asked"),
    [
        (0.0, True, [(True, False), (False, True)]),
        (1.5, True, [(False, False)]),
        (0.0, False, [(True, False)]),
    ],
    ids=["room", "no room", "no sound"],
)
async def test_a_doubtful_draft_gets_a_second_opinion_as_a_clause(
    pressure: float, heard: bool, asked: list[tuple[bool, bool]]
) -> None:
    """Its translation is there, but nobody has listened yet; without room or sound it has to do."""
    translator = ListeningTranslator(from_sound=False, doubt="numbers_changed")
    segments = (draft(1, "yes"), clause(1, "yes")) if pressure < 1 else (clause(1, "yes"),)
    await said(translator, *segments, pressure=pressure, heard=heard)

    assert [(request.draft, request.second_opinion) for request in translator.asked] == asked


async def test_without_doubt_a_draft_that_became_a_clause_is_not_asked_again() -> None:
    """Nothing is spent where nothing is in doubt."""
    translator = ListeningTranslator(from_sound=False)
    assert await said(translator, draft(1, "yes"), clause(1, "yes")) == [True]
    assert len(translator.asked) == 1


async def test_a_second_opinion_that_fails_leaves_the_first() -> None:
    """The doubtful translation of the draft is what the clause goes out with."""

    class Breaking(ListeningTranslator):
        async def translate(self, request: TranslationRequest) -> TranslationResult:
            if not request.draft:
                self.asked.append(request)
                raise EngineError("broken")
            return await super().translate(request)

    translator = Breaking(doubt="numbers_changed")
    assert await said(translator, draft(1, "yes"), clause(1, "yes")) == [True]
    assert [request.draft for request in translator.asked] == [True, False]
