"""One channel a language: order, voices, speed, skipping, failures."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import replace

import pytest

from config.settings import SpeechSettings
from pipeline.audio import Pcm
from pipeline.engines.protocols import SynthesisRequest, UnknownVoice
from pipeline.events import Clause, ClauseEnd, NotSpoken, Speech, Spoken, Translation, Trouble
from pipeline.load import RAISE_AFTER_S, Load
from pipeline.playing import skip_signal
from pipeline.speech_rates import RenderCosts
from pipeline.stages.speak import LanguageChannel
from pipeline.voices import Casting
from protocol.reports import ReportCode
from tests.fakes.clock import HandClock
from tests.fakes.engines import ToneSynthesizer
from tests.fakes.sink import GatedSink, InstantSink

pytestmark = pytest.mark.virtual_time

SETTINGS = SpeechSettings(timeout_s=0.3, max_lag_s=8.0, waiting_clauses=4)


def said(number: int, text: str, *, speaker: str = "anna", offset_at_s: float = 1000.0) -> Translation:
    clause = Clause(
        speaker, number, 1, 0, 0, "en", text, ClauseEnd.PAUSE, offset_at_s, offset_at_s - 2, offset_at_s
    )
    return Translation(clause, "es", text, "scripted", ("en", "es"), offset_at_s)


def unhurried(count: int) -> list[tuple[str, str]]:
    """So many clauses, all spoken."""
    return [(f"clause {number}", "spoken") for number in range(1, count + 1)]


class Speaking:
    """A channel under test, with everything it reported."""

    def __init__(
        self,
        synthesizer: ToneSynthesizer | None = None,
        sink: InstantSink | None = None,
        settings: SpeechSettings = SETTINGS,
        casting: Casting | None = None,
        by_turns: bool = False,
    ) -> None:
        self.clock = HandClock(1000.0)
        self.sink = sink or InstantSink()
        self.synthesizer = synthesizer or ToneSynthesizer({"es": 440.0})
        self.reported: list[Speech | Trouble] = []
        self.begun: list[tuple[str, float]] = []
        self.channel = LanguageChannel(
            "es",
            synthesizer=self.synthesizer,
            sink=self.sink,
            settings=settings,
            report=self.reported.append,
            begins=lambda speaker, in_s: self.begun.append((speaker, in_s)),
            casting=casting,
            by_turns=by_turns,
            now=self.clock,
        )

    async def finish(self) -> None:
        self.channel.close()
        async with asyncio.timeout(5):
            await self.channel.run()

    @property
    def outcomes(self) -> list[tuple[str, str]]:
        """(text, "spoken" or the reason) in the order of the reports."""
        return [
            (report.translation.text, "spoken" if isinstance(report, Spoken) else report.reason)
            for report in self.reported
            if isinstance(report, Spoken | NotSpoken)
        ]


async def test_it_is_told_whose_words_begin_before_they_sound() -> None:
    """With how long what is still being heard takes; words that are left out are nobody's."""
    sink = GatedSink(backlog_s=0.4)
    sink.gate.set()
    speaking = Speaking(sink=sink)
    for translation in (said(1, "uno"), said(1, "dos", speaker="ben"), said(2, "tres", speaker="ben")):
        speaking.channel.say(translation)
    await speaking.finish()
    assert speaking.begun == [("anna", 0.4), ("ben", 0.4), ("ben", 0.4)]


async def test_clauses_are_spoken_in_the_order_they_came() -> None:
    """Two speakers share the channel, each in a voice of their own."""
    speaking = Speaking()
    for translation in (said(1, "uno"), said(1, "dos", speaker="ben"), said(2, "tres")):
        speaking.channel.say(translation)
    await speaking.finish()

    assert speaking.outcomes == [("uno", "spoken"), ("dos", "spoken"), ("tres", "spoken")]
    assert [request.voice for request in speaking.synthesizer.asked] == ["es-1", "es-2", "es-1"]
    assert speaking.sink.seconds > 0


async def test_another_voice_is_taken_with_the_next_clause() -> None:
    """What is being said ends as it began, nothing is left out, and the choice is given up as easily."""
    casting = Casting()
    speaking = Speaking(sink=GatedSink(), casting=casting)
    assert isinstance(speaking.sink, GatedSink)

    async def begun(count: int) -> None:
        async with asyncio.timeout(5):
            while len(speaking.synthesizer.asked) < count:
                await asyncio.sleep(0.005)

    speaking.channel.say(said(1, "uno"))
    running = asyncio.create_task(speaking.channel.run())
    await begun(1)
    casting.choose({"es": "es-3", "fr": "fr-2"})
    speaking.channel.say(said(2, "dos"))
    speaking.channel.say(said(1, "tres", speaker="ben"))
    speaking.sink.gate.set()
    await begun(3)
    casting.choose({})
    speaking.channel.say(said(3, "cuatro"))
    speaking.channel.close()
    await running

    assert [(request.text, request.voice) for request in speaking.synthesizer.asked] == [
        ("uno", "es-1"),
        ("dos", "es-3"),
        ("tres", "es-3"),
        ("cuatro", "es-1"),
    ]
    assert [outcome for _, outcome in speaking.outcomes] == ["spoken"] * 4


class Picky(ToneSynthesizer):
    """Has no voice called "broken"."""

    async def synthesize(self, request: SynthesisRequest) -> AsyncGenerator[Pcm, None]:
        if request.voice == "broken":
            self.asked.append(request)
            raise UnknownVoice("no such voice")
        async with aclosing(super().synthesize(request)) as sound:
            async for pcm in sound:
                yield pcm


async def test_a_voice_that_resembles_speaks_for_its_speaker_and_the_usual_one_where_it_cannot() -> None:
    """Nothing is left out, whatever was chosen for the language, and it is told which voice could not."""
    casting = Casting()
    casting.choose({"es": "es-3"})
    casting.liken({("anna", "es"): "blend", ("ben", "es"): "broken"})
    speaking = Speaking(Picky({"es": 440.0}), casting=casting)
    for translation in (said(1, "uno"), said(1, "dos", speaker="ben"), said(1, "tres", speaker="eva")):
        speaking.channel.say(translation)
    await speaking.finish()

    assert [(request.text, request.voice) for request in speaking.synthesizer.asked] == [
        ("uno", "blend"),
        ("dos", "broken"),
        ("dos", "es-3"),
        ("tres", "es-3"),
    ]
    spoken = [one for one in speaking.reported if isinstance(one, Spoken)]
    assert [(one.translation.text, one.voice, one.instead_of) for one in spoken] == [
        ("uno", "blend", ""),
        ("dos", "es-3", "broken"),
        ("tres", "es-3", ""),
    ]


async def test_the_more_waits_the_faster_it_is_spoken() -> None:
    """A short queue is spoken calmly, a long one as fast as may be; what nothing waits behind, calmly again."""
    speaking = Speaking(sink=GatedSink(backlog_s=0.0))
    assert isinstance(speaking.sink, GatedSink)
    speaking.channel.say(said(1, "una frase corta"))
    running = asyncio.create_task(speaking.channel.run())
    await asyncio.sleep(0.02)
    for number in (2, 3, 4):
        speaking.channel.say(said(number, "una frase bastante más larga que la primera"))
    speaking.sink.gate.set()
    speaking.channel.close()
    await running

    speeds = [request.speed for request in speaking.synthesizer.asked]
    assert speeds[0] < 1.1
    assert max(speeds[1:]) == speeds[1] == SETTINGS.rushed_speed
    assert speeds[-1] < speeds[1]


async def test_beyond_the_limit_the_channel_skips_and_says_so() -> None:
    """What would be heard too late is left out by name, a signal is heard, and the newest clause is spoken."""
    speaking = Speaking()
    speaking.clock.move(9.0)
    long, longer = "una frase " * 20, "otra frase " * 20
    for number, text in enumerate((long, longer, "tres"), 1):
        speaking.channel.say(said(number, text))
    await speaking.finish()

    reason = "skipped to the newest clause, 9 s behind"
    assert speaking.outcomes == [(long, reason), (longer, reason), ("tres", "spoken")]
    assert (speaking.sink.pieces[0] == skip_signal()).all()


async def test_what_can_be_caught_up_with_is_not_skipped() -> None:
    """Three late words are said sooner than a signal and the last of them would be worth."""
    speaking = Speaking()
    speaking.clock.move(9.0)
    for number, text in enumerate(("uno", "dos", "tres"), 1):
        speaking.channel.say(said(number, text))
    await speaking.finish()

    assert speaking.outcomes == [("uno", "spoken"), ("dos", "spoken"), ("tres", "spoken")]


async def test_a_full_queue_drops_the_oldest_by_name() -> None:
    """Nothing waits without a bound, nothing is lost without a word."""
    speaking = Speaking()
    for number, text in enumerate("abcdef", 1):
        speaking.channel.say(said(number, text))
    await speaking.finish()

    waiting = "4 clauses were waiting"
    assert speaking.outcomes[:2] == [("a", waiting), ("b", waiting)]
    assert (speaking.sink.pieces[0] == skip_signal()).all()
    assert [text for text, outcome in speaking.outcomes if outcome == "spoken"] == list("cdef")


async def test_a_synthesis_that_fails_at_once_is_tried_again_then_reported() -> None:
    """Nothing is heard of that clause; the next one is spoken."""
    speaking = Speaking(ToneSynthesizer({"es": 440.0}, broken={"uno": 0}))
    speaking.channel.say(said(1, "uno"))
    speaking.channel.say(said(2, "dos"))
    await speaking.finish()

    assert [request.text for request in speaking.synthesizer.asked] == ["uno", "uno", "dos"]
    assert speaking.outcomes == [("uno", "the voice broke"), ("dos", "spoken")]
    assert Trouble("anna", "speak", "es", "the voice broke", ReportCode.NOT_SPOKEN) in speaking.reported


async def test_a_synthesis_that_breaks_off_is_not_said_twice() -> None:
    """What was already heard is not repeated; that it broke off is told."""
    long_text = "una frase que dura varios trozos"
    speaking = Speaking(ToneSynthesizer({"es": 440.0}, broken={long_text: 2}))
    speaking.channel.say(said(1, long_text))
    await speaking.finish()

    assert len(speaking.synthesizer.asked) == 1
    assert speaking.outcomes == [(long_text, "broke off: the voice broke")]


async def test_a_language_without_a_voice_says_so() -> None:
    """A channel that cannot speak does not pretend to."""
    speaking = Speaking(ToneSynthesizer({"fr": 440.0}))
    speaking.channel.say(said(1, "uno"))
    await speaking.finish()

    assert speaking.outcomes == [("uno", "tones has no voice for es")]


async def test_who_comes_late_starts_at_now() -> None:
    """What was said before the first listener came is not played to them."""
    speaking = Speaking(sink=GatedSink())
    assert isinstance(speaking.sink, GatedSink)
    for number, text in enumerate(("uno", "dos"), 1):
        speaking.channel.say(said(number, text))
    running = asyncio.create_task(speaking.channel.run())
    await asyncio.sleep(0.02)
    speaking.channel.start_now()
    speaking.sink.gate.set()
    speaking.channel.say(said(3, "tres"))
    speaking.channel.close()
    async with asyncio.timeout(2):
        await running

    early = "nobody was listening yet"
    assert sorted(speaking.outcomes) == [("dos", early), ("tres", "spoken"), ("uno", early)]
    assert speaking.sink.cleared == 1


async def test_what_is_measured_adds_up() -> None:
    """Waiting for one's turn is told apart from the work; the lag is counted from the end of the source clause."""
    speaking = Speaking()
    speaking.clock.move(0.25)
    speaking.channel.say(said(1, "uno"))
    await speaking.finish()

    (spoken,) = [report for report in speaking.reported if isinstance(report, Spoken)]
    took_s = spoken.end_at_s - spoken.onset_at_s
    assert (spoken.first_audio_at_s, spoken.waited_s) == (1000.25, 0.0)
    assert spoken.lag_s == spoken.end_at_s - 1000.0
    assert abs(took_s - speaking.sink.seconds) < 1e-6


async def test_cancelling_the_channel_stops_the_synthesis() -> None:
    """Nothing is left running behind a channel that was ended in mid-sentence."""
    long_text = "una frase que dura varios trozos " * 20
    speaking = Speaking(sink=GatedSink())
    speaking.channel.say(said(1, long_text))
    running = asyncio.create_task(speaking.channel.run())
    await asyncio.sleep(0.02)
    running.cancel()
    await asyncio.wait([running])

    assert speaking.synthesizer.stopped == [speaking.synthesizer.asked[-1].text]


async def test_a_voice_rests_between_clauses() -> None:
    """As long as the sign at the end of the last one asks for; another speaker begins after a whole pause."""
    speaking = Speaking(ToneSynthesizer({"es": 440.0}, seconds_per_character=0.001))
    for number, (text, speaker) in enumerate(
        (("uno.", "anna"), ("dos,", "anna"), ("y", "anna"), ("ya", "ben"))
    ):
        speaking.channel.say(said(number, text, speaker=speaker))
    await speaking.finish()

    rests_s = [len(piece) / 24_000 for piece in speaking.sink.pieces if not piece.any()]
    assert rests_s == pytest.approx([SETTINGS.pause_s, SETTINGS.pause_s / 2, SETTINGS.pause_s], abs=0.01)


async def test_what_is_rendered_ahead_is_used_once_and_only_if_it_is_said() -> None:
    """The newest draft counts; another text is rendered anew."""
    speaking = Speaking()
    speaking.channel.say(said(1, "una frase para empezar"))
    running = asyncio.create_task(speaking.channel.run())

    async def comes_to_hold(what: Callable[[], bool]) -> None:
        async with asyncio.timeout(10):
            while not what():
                await asyncio.sleep(0.001)

    def is_idle_after(clauses: int) -> bool:
        return len(speaking.outcomes) == clauses and not speaking.channel.speaking

    async def rendered(text: str) -> None:
        speaking.channel.prepare(text, "anna")
        await comes_to_hold(lambda: text in [request.text for request in speaking.synthesizer.asked])

    await comes_to_hold(lambda: is_idle_after(1))
    for text in ("hola a", "hola a todos"):
        await rendered(text)
    speaking.channel.say(said(2, "hola a todos"))
    await comes_to_hold(lambda: is_idle_after(2))
    await rendered("adiós a")
    speaking.channel.say(said(3, "adiós amigos"))
    speaking.channel.close()
    await running

    assert [outcome for _, outcome in speaking.outcomes] == ["spoken"] * 3
    assert [request.text for request in speaking.synthesizer.asked] == [
        "una frase para empezar", "hola a", "hola a todos", "adiós a", "adiós amigos"
    ]  # fmt: skip


@pytest.mark.parametrize("why", ["switched off", "voice unknown", "voice slow", "given up", "speaking"])
async def test_without_room_nothing_is_rendered_ahead(why: str) -> None:
    """Room is: an idle channel, a voice that was heard and is quick, and nothing given up."""
    clock = HandClock(1000.0)
    costs, load = RenderCosts(), Load(clock)
    if why != "voice unknown":
        costs.learn("es-1", 0.6 if why == "voice slow" else 0.1, 1.0)
    if why == "given up":
        load.report("hear anna", 2.0)
        clock.move(RAISE_AFTER_S)
    synthesizer = ToneSynthesizer({"es": 440.0})
    channel = LanguageChannel(
        "es",
        synthesizer=synthesizer,
        sink=GatedSink(),
        settings=replace(SETTINGS, prepare=why != "switched off"),
        report=lambda outcome: None,
        costs=costs,
        load=load,
        now=clock,
    )
    running = asyncio.create_task(channel.run())
    if why == "speaking":
        channel.say(said(1, "uno"))
    await asyncio.sleep(0.02)
    channel.prepare("hola", "anna")
    await asyncio.sleep(0.02)
    running.cancel()
    await asyncio.wait([running])

    assert [request.text for request in synthesizer.asked if request.text != "uno"] == []


async def test_sound_that_ran_dry_ends_later() -> None:
    """The end is when the last of it is due, not the beginning plus the length."""
    clock = HandClock(1000.0)
    reported: list[Speech | Trouble] = []
    synthesizer = ToneSynthesizer({"es": 440.0})

    class Stalling(InstantSink):
        async def write(self, pcm: Pcm) -> None:
            clock.move(0.5)
            await super().write(pcm)

    channel = LanguageChannel(
        "es", synthesizer=synthesizer, sink=Stalling(), settings=SETTINGS, report=reported.append, now=clock
    )
    channel.say(said(1, "una frase corta"))
    channel.close()
    await channel.run()

    (spoken,) = [report for report in reported if isinstance(report, Spoken)]
    assert spoken.end_at_s == clock() > spoken.onset_at_s + 2
    assert spoken.lag_s == spoken.end_at_s - 1000.0


async def test_a_turn_is_spoken_wholly_and_at_the_voices_own_speed_however_late_it_is() -> None:
    """Where turns are given, the law of lag leaves nothing out and hurries nobody."""
    speaking = Speaking(by_turns=True)
    for number in range(1, 31):
        speaking.channel.say(said(number, f"clause {number}", offset_at_s=700.0))
    await speaking.finish()

    assert speaking.outcomes == unhurried(30)
    assert {request.speed for request in speaking.synthesizer.asked} == {1.0}


async def test_what_waits_of_a_turn_is_all_spoken_when_turns_are_no_longer_kept_apart() -> None:
    """Faster, but all of it; then the usual law holds again."""
    speaking = Speaking(by_turns=True)
    for number in range(1, 11):
        speaking.channel.say(said(number, f"clause {number}", offset_at_s=700.0))
    speaking.channel.take_turns(False)
    running = asyncio.create_task(speaking.channel.run())
    async with asyncio.timeout(5):
        while len(speaking.outcomes) < 10:
            await asyncio.sleep(0.005)
    assert speaking.outcomes == unhurried(10)
    assert max(request.speed for request in speaking.synthesizer.asked) > 1.0

    for number in range(11, 17):
        speaking.channel.say(said(number, f"clause {number}"))
    speaking.channel.close()
    await running
    assert ("clause 11", "4 clauses were waiting") in speaking.outcomes


async def test_a_channel_that_is_given_turns_from_now_on_leaves_nothing_out() -> None:
    speaking = Speaking()
    speaking.channel.take_turns(True)
    for number in range(1, 31):
        speaking.channel.say(said(number, f"clause {number}", offset_at_s=700.0))
    await speaking.finish()

    assert speaking.outcomes == unhurried(30)
