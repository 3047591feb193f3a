"""The life of language channels."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace

import pytest

from config.settings import SpeechSettings
from foundation.tasks import Tasks
from pipeline.events import Clause, ClauseEnd, NotSpoken, Speech, Spoken, Translation, Trouble
from pipeline.playing import AudioSink
from pipeline.stages.speak import LanguageChannel
from protocol.reports import ReportCode
from tests.fakes.engines import ToneSynthesizer
from tests.fakes.livekit_room import FakeServer
from worker import channels as module
from worker.channels import Channels
from worker.permissions import APART_S, Permissions
from worker.published_channel import ChannelState

pytestmark = pytest.mark.virtual_time

BEA, CARL, NOBODY = frozenset({"bea"}), frozenset({"carl"}), frozenset[str]()


@dataclass
class Bench:
    """Channels on a fake server."""

    tasks: Tasks
    linger_s: float = 0.05
    server: FakeServer = field(default_factory=FakeServer)
    reports: list[Speech | Trouble] = field(default_factory=list)
    changes: int = 0

    def __post_init__(self) -> None:
        self.synthesizer = ToneSynthesizer({"es": 600.0, "fr": 900.0})
        self.permissions = Permissions(self.server, self.tasks)
        self.channels = Channels(
            publisher=self.server,
            permissions=self.permissions,
            new_speech=self._new_speech,
            linger_s=self.linger_s,
            tasks=self.tasks,
            changed=self._changed,
            played=lambda language, at_s, pcm: None,
            report=self.reports.append,
        )

    def _changed(self) -> None:
        self.changes += 1

    def _new_speech(self, language: str, sink: AudioSink) -> LanguageChannel:
        return LanguageChannel(
            language,
            synthesizer=self.synthesizer,
            sink=sink,
            settings=SpeechSettings(),
            report=self.reports.append,
        )

    def want(self, **listeners: frozenset[str]) -> None:
        """Sets the listeners of each language."""
        self.channels.want(listeners, frozenset())

    def states(self) -> dict[str, ChannelState]:
        """Of the published channels."""
        return {view.language: view.state for view in self.channels.view()}


def translation(text: str, number: int = 1) -> Translation:
    """Something to say in Spanish, said just now."""
    now = asyncio.get_running_loop().time()
    clause = Clause(
        "anna",
        number,
        1,
        0,
        100,
        "en",
        "x",
        ClauseEnd.PAUSE,
        committed_at_s=now,
        onset_at_s=now,
        offset_at_s=now,
    )
    return Translation(clause, "es", text, "fake", ("en", "es"), now)


async def test_a_channel_is_published_for_its_listeners_and_taken_away(tasks: Tasks) -> None:
    """It opens when wanted, permits its listeners alone, lingers when deserted, and is unpublished after that."""
    bench = Bench(tasks, linger_s=0.3)
    bench.want(es=BEA)
    await asyncio.sleep(APART_S + 0.02)
    assert bench.states() == {"es": ChannelState.OPEN}
    assert bench.server.permitted[-1] == {"bea": frozenset({"TR_1"})}
    bench.want(es=NOBODY)
    await asyncio.sleep(APART_S + 0.02)
    assert bench.states() == {"es": ChannelState.LINGERING}
    assert bench.server.permitted[-1] == {}
    await asyncio.sleep(0.4)
    assert bench.states() == {}
    assert [track.unpublished for track in bench.server.tracks] == [True]


async def test_who_comes_back_in_time_finds_the_same_track(tasks: Tasks) -> None:
    """A wish within the linger time opens the channel again without a new publication."""
    bench = Bench(tasks, linger_s=0.1)
    bench.want(es=BEA)
    await asyncio.sleep(0.02)
    bench.want()
    await asyncio.sleep(0.03)
    bench.want(es=CARL)
    await asyncio.sleep(0.2)
    assert bench.states() == {"es": ChannelState.OPEN}
    assert len(bench.server.tracks) == 1
    assert bench.server.permitted[-1] == {"carl": frozenset({"TR_1"})}


async def test_while_offline_nothing_is_taken_away(tasks: Tasks) -> None:
    """When nobody can be seen because the room reconnects, channels wait."""
    bench = Bench(tasks)
    bench.want(es=BEA)
    await asyncio.sleep(0.02)
    bench.server.online = False
    bench.want()
    await asyncio.sleep(0.2)
    assert bench.states() == {"es": ChannelState.LINGERING}


async def test_translations_are_spoken_into_their_track(tasks: Tasks) -> None:
    """What is said before the track is there is said when it is; what nobody listens to is reported."""
    bench = Bench(tasks)
    bench.want(es=BEA)
    bench.channels.say(translation("hola"))
    await asyncio.sleep(0.02)
    bench.channels.say(translation("buenos días", 2))
    await asyncio.sleep(0.3)
    kinds = [type(report) for report in bench.reports]
    assert kinds == [NotSpoken, Spoken]
    assert bench.server.tracks[0].source.frames
    bench.want()
    await asyncio.sleep(0.2)
    bench.channels.say(translation("tarde", 3))
    assert isinstance(bench.reports[-1], NotSpoken)


async def test_a_failure_is_reported_and_the_channel_begins_anew(tasks: Tasks) -> None:
    """A publication that fails is tried again after a pause; the listeners are told meanwhile."""
    bench = Bench(tasks)
    bench.server.failures = 1
    bench.want(es=BEA)
    await asyncio.sleep(0.05)
    assert bench.reports == [
        Trouble(
            "", "speak", "es", "the channel failed (no answer) and begins anew", ReportCode.CHANNEL_FAILED
        )
    ]
    bench.want(es=BEA)
    assert bench.states() == {}
    await asyncio.sleep(module.RETRY_S + 0.1)
    assert bench.states() == {"es": ChannelState.OPEN}


async def test_muted_channels_say_so(tasks: Tasks) -> None:
    """A muted language keeps its track, muted for everybody to see."""
    bench = Bench(tasks)
    bench.want(es=BEA)
    await asyncio.sleep(0.02)
    bench.channels.want({"es": BEA}, frozenset({"es"}))
    assert bench.states() == {"es": ChannelState.MUTED}
    assert bench.server.tracks[0].muted
    bench.channels.want({"es": BEA}, frozenset())
    assert not bench.server.tracks[0].muted


async def test_a_reconnect_changes_sids(tasks: Tasks) -> None:
    """New SIDs are permitted in place of the old ones, and the whole list is sent again."""
    bench = Bench(tasks)
    bench.want(es=BEA)
    await asyncio.sleep(0.02)
    bench.server.tracks[0].sid = "TR_new"
    bench.channels.republished()
    await asyncio.sleep(APART_S + 0.02)
    assert bench.server.permitted[-1] == {"bea": frozenset({"TR_new"})}
    assert [view.sid for view in bench.channels.view()] == ["TR_new"]


async def test_renewing_keeps_the_track_and_goes_on(tasks: Tasks) -> None:
    """With a new glossary what speaks is made anew; the track and its listeners stay."""
    bench = Bench(tasks)
    bench.want(es=BEA)
    await asyncio.sleep(0.02)
    bench.channels.say(translation("hola"))
    bench.channels.renew()
    await asyncio.sleep(0.3)
    bench.channels.say(translation("otra vez", 2))
    await asyncio.sleep(0.3)
    assert [type(report) for report in bench.reports] == [Spoken, Spoken]
    assert len(bench.server.tracks) == 1


async def test_a_draft_is_rendered_ahead_for_those_who_listen(tasks: Tasks) -> None:
    """What will probably be said is rendered before it is; where nobody listens, or no channel is, nothing happens."""
    bench = Bench(tasks)
    bench.channels.prepare("es", "buenos días", "anna")
    bench.want(es=BEA)
    await asyncio.sleep(0.02)
    bench.channels.say(translation("hola"))
    await asyncio.sleep(0.3)
    bench.channels.prepare("es", "buenos días", "anna")
    await asyncio.sleep(0.05)
    bench.channels.say(translation("buenos días", 2))
    await asyncio.sleep(0.3)
    bench.want(es=NOBODY)
    bench.channels.prepare("es", "adiós", "anna")
    await asyncio.sleep(0.05)

    assert [request.text for request in bench.synthesizer.asked] == ["hola", "buenos días"]
    assert [type(report) for report in bench.reports] == [Spoken, Spoken]


CUT = "begun and cut off"


def said(text: str, number: int, ago_s: float) -> Translation:
    """Something that was said so long ago."""
    told = translation(text, number)
    at_s = asyncio.get_running_loop().time() - ago_s
    return replace(told, clause=replace(told.clause, onset_at_s=at_s, offset_at_s=at_s))


async def test_a_person_takes_over_and_what_they_did_not_come_to_is_spoken(tasks: Tasks) -> None:
    """The machine is silent at once; given back, it says what was said in the last four seconds and what follows."""
    bench = Bench(tasks)
    bench.want(es=BEA)
    await asyncio.sleep(0.02)
    bench.channels.say(said(CUT, 1, 0))
    bench.channels.want({"es": BEA}, frozenset(), frozenset({"es"}))
    assert bench.states() == {"es": ChannelState.HUMAN}
    assert [view.speaking for view in bench.channels.view()] == [False]
    bench.channels.say(said("interpreted by the person", 2, 0))
    await asyncio.sleep(5)
    bench.channels.say(said("the last but one", 3, 3))
    bench.channels.say(said("the last", 4, 1))
    bench.channels.want({"es": BEA}, frozenset())
    assert bench.states() == {"es": ChannelState.OPEN}
    bench.channels.say(said("after", 5, 0))
    await asyncio.sleep(20)
    outcomes = [
        (report.translation.text, report.reason if isinstance(report, NotSpoken) else "spoken")
        for report in bench.reports
        if not isinstance(report, Trouble)
    ]
    assert outcomes == [
        (CUT, "a person interprets"),
        ("interpreted by the person", "a person interprets"),
        ("the last but one", "spoken"),
        ("the last", "spoken"),
        ("after", "spoken"),
    ]
    assert len(bench.server.tracks) == 1


async def test_a_language_that_the_organiser_muted_stays_muted_whoever_interprets(tasks: Tasks) -> None:
    bench = Bench(tasks)
    bench.want(es=BEA)
    await asyncio.sleep(0.02)
    bench.channels.want({"es": BEA}, frozenset({"es"}), frozenset({"es"}))
    assert bench.states() == {"es": ChannelState.MUTED}
