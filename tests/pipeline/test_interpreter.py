"""One speaker's interpreter, with scripted hearing and translation."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest

from config.settings import Settings, TranslationSettings
from pipeline.audio import HEARING_RATE_HZ, AudioFrame
from pipeline.channel import Channel
from pipeline.engines.protocols import HearingOptions, TranslationRequest, TranslationResult, Translator
from pipeline.events import (
    Caption,
    Clause,
    DraftTranslation,
    Floor,
    Heard,
    NotHeard,
    NotTranslated,
    OtherLanguage,
    Translation,
    Trouble,
    UtteranceEnded,
    UtteranceStarted,
    Word,
    Words,
)
from pipeline.interpreter import RESTARTS, Interpreter, Wishes
from pipeline.load import LOWER_AFTER_S, RAISE_AFTER_S, Load
from pipeline.stages.hear import HearingStage
from pipeline.timing import ClauseCommitted, ClauseTranslated, Measurement
from protocol.reports import ReportCode
from tests.fakes.clock import HandClock
from tests.fakes.engines import ScriptedTranslator

pytestmark = pytest.mark.virtual_time

SECOND = HEARING_RATE_HZ


class Outlet:
    """Keeps everything that comes out."""

    def __init__(self) -> None:
        self.captions: list[Caption] = []
        self.outcomes: list[Translation | NotTranslated] = []
        self.drafts: list[DraftTranslation] = []
        self.troubles: list[Trouble] = []
        self.measurements: list[Measurement] = []
        self.floors: list[Floor | int] = []
        """With the numbers of the clauses that were committed in between."""

    def caption(self, caption: Caption) -> None:
        self.captions.append(caption)

    def translated(self, outcome: Translation | NotTranslated) -> None:
        self.outcomes.append(outcome)

    def drafted(self, outcome: DraftTranslation) -> None:
        self.drafts.append(outcome)

    def floor(self, floor: Floor) -> None:
        self.floors.append(floor)

    def committed(self, clause: Clause) -> None:
        self.floors.append(clause.number)

    def trouble(self, trouble: Trouble) -> None:
        self.troubles.append(trouble)

    def measured(self, measurement: Measurement) -> None:
        self.measurements.append(measurement)

    def texts(self, language: str) -> list[str]:
        return [o.text for o in self.outcomes if isinstance(o, Translation) and o.language == language]


def scripted_hearing(script: Sequence[Heard], *, crashes: int = 0) -> HearingStage:
    """Puts the script once the first sound has come, then listens to the end."""
    remaining = [crashes]

    async def listen(frames: Channel[AudioFrame], heard: Channel[Heard], options: HearingOptions) -> None:
        await anext(frames, None)
        if remaining[0]:
            remaining[0] -= 1
            raise RuntimeError("the hearing crashed")
        for event in script:
            await heard.put(event)
            await asyncio.sleep(0)
        async for _ in frames:
            pass
        heard.close()

    return listen


def spoken(utterance: int, *texts: str, at_s: float = 0.0, language: str = "en") -> list[Heard]:
    """An utterance of words of 0.3 s each, committed at its end."""
    first = int(at_s * SECOND)
    words = tuple(
        Word(text, first + number * 4800, first + (number + 1) * 4800) for number, text in enumerate(texts)
    )
    end = words[-1].end_sample
    return [
        UtteranceStarted(utterance, first),
        Words(utterance, language, (), words, end),
        Words(utterance, language, words, (), end),
        UtteranceEnded(utterance, end),
    ]


async def interpreted(
    script: Sequence[Heard],
    answers: dict[tuple[str, str], str],
    wishes: Wishes,
    *,
    gates: dict[str, asyncio.Event] | None = None,
    crashes: int = 0,
    translator: Translator | None = None,
    meanwhile: Callable[[Interpreter, Outlet], object] = lambda interpreter, outlet: None,
) -> Outlet:
    outlet = Outlet()
    interpreter = Interpreter(
        "anna",
        hear=scripted_hearing(script, crashes=crashes),
        translator=translator or ScriptedTranslator(answers, gates),
        outlet=outlet,
        settings=Settings(),
        language="en",
    )
    interpreter.wish(wishes)
    running = asyncio.create_task(interpreter.run())
    for _ in range(crashes + 1):
        interpreter.listen(np.zeros(SECOND, np.int16))
        await asyncio.sleep(0.05 + 0.5 * crashes)
    meanwhile(interpreter, outlet)
    interpreter.close()
    async with asyncio.timeout(10):
        await running
    return outlet


GREETING = spoken(1, "Good", "morning", "everybody.")
ANSWERS = {
    ("es", "Good morning everybody."): "Buenos días a todos.",
    ("fr", "Good morning everybody."): "Bonjour à tous.",
}


async def test_a_turn_is_told_with_its_clauses() -> None:
    """A pause is told behind the last clause of its utterance; who ends leaves the floor."""
    script = [*GREETING, *spoken(2, "Thank", "you.", at_s=2.0)]
    outlet = await interpreted(script, ANSWERS, Wishes())
    assert outlet.floors == [
        *(Floor.TAKEN, 1, Floor.PAUSED),
        *(Floor.TAKEN, 2, Floor.PAUSED),
        *(Floor.PAUSED, Floor.LEFT),
    ]


async def test_a_microphone_that_is_too_loud_is_told() -> None:
    """Whoever clips cannot know why they are misunderstood."""

    def shout(interpreter: Interpreter, outlet: Outlet) -> None:
        assert outlet.troubles == []
        interpreter.listen(np.full(3 * SECOND, 32_767, np.int16))

    outlet = await interpreted(GREETING, ANSWERS, Wishes(frozenset({"es"})), meanwhile=shout)

    assert [(trouble.speaker, trouble.stage) for trouble in outlet.troubles] == [("anna", "hear")]
    assert "too loud" in outlet.troubles[0].reason
    assert outlet.texts("es") == ["Buenos días a todos."]


async def test_one_clause_reaches_every_language() -> None:
    """The same clause comes out once in each wished language, with captions in those and the original."""
    outlet = await interpreted(GREETING, ANSWERS, Wishes(frozenset({"es"}), frozenset({"fr"})))

    assert outlet.texts("es") == ["Buenos días a todos."]
    assert outlet.texts("fr") == ["Bonjour à tous."]
    finals = {caption.language: caption.committed for caption in outlet.captions if caption.final}
    assert finals == {
        "en": "Good morning everybody.",
        "es": "Buenos días a todos.",
        "fr": "Bonjour à tous.",
    }
    assert len({caption.segment for caption in outlet.captions if caption.final}) == 1


async def test_the_speakers_own_language_is_not_translated() -> None:
    """Somebody who listens in English needs no interpreter for English, whatever the region."""
    outlet = await interpreted(GREETING, ANSWERS, Wishes(frozenset({"en-GB", "es"})))

    assert {outcome.language for outcome in outlet.outcomes} == {"es"}


async def test_a_slow_language_delays_no_other() -> None:
    """While one language hangs, the other has long been delivered."""
    seen: list[list[str]] = []
    answers = {("es", "Good morning everybody."): "Buenos días a todos."}
    hanging = asyncio.Event()

    class Halting(ScriptedTranslator):
        async def translate(self, request):  # type: ignore[no-untyped-def]
            if request.target == "fr":
                await hanging.wait()
            return await super().translate(request)

    outlet = Outlet()
    interpreter = Interpreter(
        "anna",
        hear=scripted_hearing(GREETING),
        translator=Halting({**answers, ("fr", "Good morning everybody."): "Bonjour à tous."}),
        outlet=outlet,
        settings=Settings(),
        language="en",
    )
    interpreter.wish(Wishes(frozenset({"es", "fr"})))
    running = asyncio.create_task(interpreter.run())
    interpreter.listen(np.zeros(SECOND, np.int16))
    async with asyncio.timeout(2):
        while not outlet.texts("es"):
            await asyncio.sleep(0.01)
    seen.append(outlet.texts("fr"))
    hanging.set()
    interpreter.close()
    await running

    assert seen == [[]]
    assert outlet.texts("fr") == ["Bonjour à tous."]


async def test_what_cannot_be_translated_is_shown_as_it_is_with_the_reason() -> None:
    """A listener never meets a gap without a reason."""
    outlet = await interpreted(GREETING, {}, Wishes(frozenset({"es"})))

    (outcome,) = outlet.outcomes
    assert isinstance(outcome, NotTranslated)
    (caption,) = [caption for caption in outlet.captions if caption.final and caption.language == "es"]
    assert (caption.committed, caption.note) == ("Good morning everybody.", outcome.note)
    assert [trouble.stage for trouble in outlet.troubles] == ["translate"]


async def test_a_crash_inside_is_survived_and_told() -> None:
    """The interpreter starts again and hears what comes next."""
    outlet = await interpreted(GREETING, ANSWERS, Wishes(frozenset({"es"})), crashes=1)

    assert outlet.texts("es") == ["Buenos días a todos."]
    assert [trouble.reason for trouble in outlet.troubles] == ["interpreting failed (RuntimeError)"]


async def test_numbers_go_on_after_a_crash() -> None:
    """Clauses from before and after have different numbers, so that no caption takes the place of another."""
    outlet = Outlet()
    rounds = [0]

    async def crash_after_the_first_greeting(
        frames: Channel[AudioFrame], heard: Channel[Heard], options: HearingOptions
    ) -> None:
        rounds[0] += 1
        await anext(frames, None)
        for event in GREETING:
            await heard.put(event)
            await asyncio.sleep(0.01)
        if rounds[0] == 1:
            raise RuntimeError("the hearing crashed")
        async for _ in frames:
            pass
        heard.close()

    interpreter = Interpreter(
        "anna",
        hear=crash_after_the_first_greeting,
        translator=ScriptedTranslator(ANSWERS),
        outlet=outlet,
        settings=Settings(),
        language="en",
    )
    running = asyncio.create_task(interpreter.run())
    for _ in range(2):
        interpreter.listen(np.zeros(SECOND, np.int16))
        await asyncio.sleep(0.7)
    interpreter.close()
    async with asyncio.timeout(10):
        await running

    assert [caption.segment for caption in outlet.captions if caption.final] == ["1-1", "1-2"]


async def test_what_was_not_heard_is_told() -> None:
    """A stretch without recognition reaches the listeners as trouble with its length."""
    missed = [NotHeard(0, 2 * SECOND, "the model stumbled")]
    outlet = await interpreted([*missed, *GREETING], ANSWERS, Wishes(frozenset({"es"})))

    assert outlet.troubles == [
        Trouble("anna", "hear", "", "2.0 s were not heard: the model stumbled", ReportCode.NOT_HEARD)
    ]


async def test_whoever_speaks_another_language_than_declared_is_named() -> None:
    """The notice says both languages; the words go on as they are."""
    started, *rest = GREETING
    script = [started, OtherLanguage(1, "en-GB", "es"), *rest]
    outlet = await interpreted(script, ANSWERS, Wishes(frozenset({"es"})))

    reason = "they seem to speak es, but have said that they speak en-GB"
    assert outlet.troubles == [
        Trouble("anna", "hear", "es", reason, ReportCode.OTHER_LANGUAGE, other="en-GB")
    ]
    assert outlet.texts("es") == ["Buenos días a todos."]


async def test_a_doubtful_clause_is_shown_and_spoken() -> None:
    """The doubt goes with it to the captions and to the measurements."""

    class Doubting(ScriptedTranslator):
        async def translate(self, request: TranslationRequest) -> TranslationResult:
            return replace(await super().translate(request), doubt="numbers_changed", score=-0.5)

    outlet = await interpreted(GREETING, ANSWERS, Wishes(frozenset({"es"})), translator=Doubting(ANSWERS))

    assert outlet.texts("es") == ["Buenos días a todos."]
    doubts = {caption.language: caption.doubt for caption in outlet.captions if caption.final}
    assert doubts == {"en": "", "es": "numbers_changed"}
    [measured] = [event for event in outlet.measurements if isinstance(event, ClauseTranslated)]
    assert (measured.doubt, measured.score, measured.failed) == ("numbers_changed", -0.5, False)


async def test_what_will_probably_be_spoken_is_told_before() -> None:
    """A draft's translation once all its words are committed; not while some may change, nor what was taken back."""
    first, second = Word("good", 0, 4800), Word("morning", 4800, 9600)
    outlet = Outlet()

    async def listen(frames: Channel[AudioFrame], heard: Channel[Heard], options: HearingOptions) -> None:
        await anext(frames, None)
        await heard.put(UtteranceStarted(1, 0))
        await heard.put(Words(1, "en", (first,), (second,), 9600))
        while not any(caption.text == "Buen día" for caption in outlet.captions):
            await asyncio.sleep(0)
        assert outlet.drafts == []
        await heard.put(Words(1, "en", (second,), (), 9600))
        while not outlet.drafts:
            await asyncio.sleep(0)
        assert outlet.outcomes == []
        await heard.put(UtteranceEnded(1, 9600))
        await heard.put(UtteranceStarted(2, 16_000))
        await heard.put(Words(2, "en", (), (Word("er", 16_000, 17_000),), 17_000))
        await heard.put(UtteranceEnded(2, 18_000))
        heard.close()

    interpreter = Interpreter(
        "anna",
        hear=listen,
        translator=ScriptedTranslator({("es", "good morning"): "buen día"}),
        outlet=outlet,
        settings=Settings(),
        language="en",
    )
    interpreter.wish(Wishes(frozenset({"es"})))
    interpreter.listen(np.zeros(2 * SECOND, np.int16))
    interpreter.close()
    async with asyncio.timeout(10):
        await interpreter.run()

    assert [(draft.text, draft.draft.committed) for draft in outlet.drafts] == [("buen día", "good morning")]
    assert outlet.texts("es") == ["buen día"]


def under(load: Load, listen: HearingStage) -> Interpreter:
    """An interpreter of which only the hearing and the room's load matter."""
    return Interpreter(
        "anna",
        hear=listen,
        translator=ScriptedTranslator({}),
        outlet=Outlet(),
        settings=Settings(),
        language="en",
        load=load,
    )


async def test_words_that_lag_behind_the_sound_are_pressure() -> None:
    """A recogniser that does not keep up makes the room give things up; one that does takes the pressure away."""
    load = Load(asyncio.get_running_loop().time)
    seen: list[float] = []

    async def listen(frames: Channel[AudioFrame], heard: Channel[Heard], options: HearingOptions) -> None:
        await anext(frames, None)
        await heard.put(UtteranceStarted(1, 0))
        for heard_to in (2 * SECOND, 8 * SECOND):
            await heard.put(Words(1, "en", (), (Word("so", 0, 4800),), heard_to))
            await asyncio.sleep(0.01)
            seen.append(load.pressure)
        await heard.put(UtteranceEnded(1, 8 * SECOND))
        heard.close()

    interpreter = under(load, listen)
    interpreter.listen(np.zeros(8 * SECOND, np.int16))
    interpreter.close()
    async with asyncio.timeout(10):
        await interpreter.run()

    assert seen == [1.5, 0.0]


async def test_hearing_is_told_to_spare_while_the_room_gives_up_interim_recognition() -> None:
    """The wish is the room's own at the moment it is asked for; it goes away with the pressure."""
    clock = HandClock(0.0)
    load = Load(clock)
    told: list[bool] = []

    async def listen(frames: Channel[AudioFrame], heard: Channel[Heard], options: HearingOptions) -> None:
        for pressure, seconds in (
            (1.5, RAISE_AFTER_S),
            (1.5, RAISE_AFTER_S),
            (1.5, 0.0),
            (0.1, LOWER_AFTER_S),
        ):
            load.report("speak es", pressure)
            told.append(options.sparing())
            clock.move(seconds)
        told.append(options.sparing())
        heard.close()

    interpreter = under(load, listen)
    interpreter.close()
    async with asyncio.timeout(10):
        await interpreter.run()

    assert told == [False, False, True, True, False]


async def test_clauses_are_measured_against_the_sound() -> None:
    """Onset and offset are when the sound was spoken, the commit comes after both."""
    outlet = await interpreted(GREETING, ANSWERS, Wishes(frozenset({"es"})))

    (clause,) = [event for event in outlet.measurements if isinstance(event, ClauseCommitted)]
    assert clause.onset_at_s < clause.offset_at_s <= clause.committed_at_s
    assert abs(clause.offset_at_s - clause.onset_at_s - 0.9) < 1e-6
    assert clause.words == 3


async def test_sound_that_stops_ends_the_utterance() -> None:
    """A muted speaker's last words do not wait for their next ones: silence is put behind them."""
    frames_seen: list[int] = []

    async def listen(frames: Channel[AudioFrame], heard: Channel[Heard], options: HearingOptions) -> None:
        async for frame in frames:
            frames_seen.append(frame.end_sample)
        heard.close()

    interpreter = Interpreter(
        "anna",
        hear=listen,
        translator=ScriptedTranslator({}),
        outlet=Outlet(),
        settings=Settings(),
        language="en",
    )
    running = asyncio.create_task(interpreter.run())
    interpreter.listen(np.ones(800, np.int16))
    interpreter.gap()
    interpreter.gap()
    await asyncio.sleep(0.05)
    interpreter.close()
    await running

    pause_s = (frames_seen[-1] - 800) / SECOND
    assert Settings().recognition.min_silence_s < pause_s < 2.0


@pytest.mark.parametrize(
    ("at_s", "heard_s", "first", "end"),
    [(1.0, 3.0, 14_400, 32_000), (0.0, 3.0, 0, 16_000), (0.0, 0.9, 0, 14_400), (1.0, 60.0, None, None)],
    ids=["within", "at the beginning", "nothing behind", "long ago"],
)
async def test_a_clause_comes_with_its_sound(
    at_s: float, heard_s: float, first: int | None, end: int | None
) -> None:
    """A tenth of a second more on both sides, as far as there is sound; none where it is no longer kept."""
    translator = ScriptedTranslator(ANSWERS)
    translator.info = replace(translator.info, uses_sound=True)
    interpreter = Interpreter(
        "anna",
        hear=scripted_hearing(spoken(1, "Good", "morning", "everybody.", at_s=at_s)),
        translator=translator,
        outlet=Outlet(),
        settings=Settings(translation=TranslationSettings(drafts=False)),
        language="en",
    )
    interpreter.wish(Wishes(frozenset({"es"})))
    pcm = (np.arange(int(heard_s * SECOND)) % 1009).astype(np.int16)
    for piece in np.array_split(pcm, max(1, int(heard_s * 5))):
        interpreter.listen(piece)
    running = asyncio.create_task(interpreter.run())
    await asyncio.sleep(0.05)
    interpreter.close()
    async with asyncio.timeout(10):
        await running

    (asked,) = translator.asked
    if first is None:
        assert asked.sound is None
    else:
        assert asked.sound is not None
        assert asked.sound.tolist() == pcm[first:end].tolist()


async def test_closing_while_it_rests_after_a_crash_ends_it() -> None:
    """The speaker leaves just after the hearing failed: what they said meanwhile is heard, and nothing stays."""
    outlet = Outlet()
    interpreter = Interpreter(
        "anna",
        hear=scripted_hearing(GREETING, crashes=1),
        translator=ScriptedTranslator(ANSWERS),
        outlet=outlet,
        settings=Settings(),
        language="en",
    )
    interpreter.wish(Wishes(frozenset({"es"})))
    running = asyncio.create_task(interpreter.run())
    interpreter.listen(np.zeros(SECOND, np.int16))
    while not outlet.troubles:
        await asyncio.sleep(0)
    interpreter.listen(np.zeros(SECOND, np.int16))
    interpreter.close()

    await asyncio.wait_for(running, 2)
    assert outlet.texts("es") == ["Buenos días a todos."]


async def test_what_is_said_while_it_rests_is_heard_afterwards() -> None:
    """A crash costs the sound that the hearing had taken, not what came while it was begun again."""
    outlet, taken = Outlet(), list[str]()
    frames_seen = asyncio.Event()

    async def crash_once(frames: Channel[AudioFrame], heard: Channel[Heard], options: HearingOptions) -> None:
        async for frame in frames:
            if not taken:
                taken.append("crash")
                raise RuntimeError("the hearing crashed")
            taken.append(str(frame.first_sample // SECOND))
            frames_seen.set()
        heard.close()

    interpreter = Interpreter(
        "anna",
        hear=crash_once,
        translator=ScriptedTranslator(ANSWERS),
        outlet=outlet,
        settings=Settings(),
        language="en",
    )
    running = asyncio.create_task(interpreter.run())
    interpreter.listen(np.zeros(SECOND, np.int16))
    while not outlet.troubles:
        await asyncio.sleep(0)
    interpreter.listen(np.ones(SECOND, np.int16))
    async with asyncio.timeout(5):
        await frames_seen.wait()
    interpreter.close()
    await asyncio.wait_for(running, 2)

    assert taken[:2] == ["crash", "1"]


async def test_an_interpreter_that_fails_again_and_again_gives_up() -> None:
    """After so many failures in a row it ends by itself, and has told each of them."""
    outlet = Outlet()

    async def crash(frames: Channel[AudioFrame], heard: Channel[Heard], options: HearingOptions) -> None:
        raise ValueError("never")

    interpreter = Interpreter(
        "anna",
        hear=crash,
        translator=ScriptedTranslator({}),
        outlet=outlet,
        settings=Settings(),
        language="en",
    )
    interpreter.listen(np.zeros(SECOND, np.int16))
    interpreter.close()  # so that it does not rest
    await asyncio.wait_for(interpreter.run(), 5)

    assert {trouble.reason for trouble in outlet.troubles} == {"interpreting failed (ValueError)"}
    assert len(outlet.troubles) <= RESTARTS + 1
