"""What the interpreter says of itself."""

from __future__ import annotations

import asyncio
import json

import pytest

from foundation.tasks import Tasks
from pipeline.events import Trouble
from protocol.abilities import Abilities
from protocol.reports import MOST_REPORTS, ReportCode
from tests.fakes.clock import HandClock
from worker.encryption import MEETING_ENCRYPTED, SPEAKER_ENCRYPTED, Encryption
from worker.headroom import Fits
from worker.published_channel import ChannelState, ChannelView
from worker.status import TROUBLE_FOR_S, Status

pytestmark = pytest.mark.virtual_time

OPEN = ChannelView("es", "translated-es", "TR_1", 2, 3.14159, ChannelState.OPEN, True)


class Bench:
    """A status on a clock that the test moves."""

    def __init__(self) -> None:
        self.sent: list[dict[str, str]] = []
        self.online = True
        self.views: list[ChannelView] = []
        self.clock = HandClock()
        self.status = Status(
            self._set,
            lambda: self.views,
            name_of={"anna": "Anna B.", "carl": "Carl", "omar": "Omar"}.__getitem__,
            turn=lambda: '{"speaker": "anna", "interpreting": ""}',
            profile="embedded",
            key="public-key",
            now=self.clock,
        )

    async def _set(self, attributes: dict[str, str]) -> bool:
        if self.online:
            self.sent.append(attributes)
        return self.online


def test_all_attributes() -> None:
    """Those of the protocol, with the channels as they are."""
    bench = Bench()
    bench.views = [OPEN]
    bench.status.carries_out(7)
    bench.status.offer(("en", "es"), {"es": ("natural:dora", "plain:es")})
    bench.status.could(Abilities(("en",), ("en", "es", "fr"), ("es",)))
    bench.status.fits(Fits(2, (4, 3), ("one more is not heard",)))
    bench.status.interpreters('{"may": {}, "now": {}}')
    bench.status.likenesses("{}")
    bench.status.trouble(Trouble("anna", "translate", "fr", "no route", ReportCode.NOT_TRANSLATED))
    attributes = dict(bench.status.attributes())
    assert json.loads(attributes.pop("translator.channels")) == {
        "es": {
            "track": "translated-es",
            "sid": "TR_1",
            "listeners": 2,
            "lag_s": 3.1,
            "state": "open",
            "speaking": True,
        }
    }
    assert json.loads(attributes.pop("translator.reports")) == [
        {"code": "not_translated", "speaker": "anna", "language": "fr"}
    ]
    assert json.loads(attributes.pop("translator.languages")) == ["en", "es"]
    assert json.loads(attributes.pop("translator.abilities")) == {
        "recognised": ["en"],
        "read": ["en", "es", "fr"],
        "heard": ["es"],
        "offered": None,
        "likened": None,
    }
    assert json.loads(attributes.pop("translator.voices")) == {"es": ["natural:dora", "plain:es"]}
    assert json.loads(attributes.pop("translator.capacity")) == {
        "speakers": 2,
        "languages": [4, 3],
        "given_up": ["one more is not heard"],
    }
    assert attributes == {
        "lk.agent.state": "speaking",
        "translator.role": "interpreter",
        "translator.wish": "7",
        "translator.profile": "embedded",
        "translator.traced": "",
        "translator.recording": "",
        "translator.encrypted": "",
        "translator.access": "",
        "translator.interpreters": '{"may": {}, "now": {}}',
        "translator.likenesses": "{}",
        "translator.turn": '{"speaker": "anna", "interpreting": ""}',
        "translator.key": "public-key",
        "translator.trouble": "Anna B., fr: no route",
    }


def test_encryption_is_said_for_as_long_as_it_lasts() -> None:
    """In an attribute of its own for pages, and in words for everybody whenever there is no newer trouble."""
    bench = Bench()
    bench.status.encrypted(Encryption(("anna",), True))
    attributes = bench.status.attributes()
    assert json.loads(attributes["translator.encrypted"]) == {"everybody": True, "speakers": ["anna"]}
    assert attributes["translator.trouble"] == MEETING_ENCRYPTED
    bench.status.encrypted(Encryption(("anna",)))
    bench.status.trouble(Trouble("anna", "translate", "fr", "no route"))
    assert bench.status.attributes()["translator.trouble"] == "Anna B., fr: no route"
    bench.clock.move(TROUBLE_FOR_S)
    attributes = bench.status.attributes()
    assert json.loads(attributes["translator.encrypted"]) == {"everybody": False, "speakers": ["anna"]}
    assert attributes["translator.trouble"] == f"Anna B.: {SPEAKER_ENCRYPTED}"
    bench.status.encrypted(Encryption())
    assert bench.status.attributes().items() >= {("translator.encrypted", ""), ("translator.trouble", "")}


def test_nothing_is_claimed_of_a_machine_that_is_not_known() -> None:
    """Before it was measured, and when it is not known any more."""
    bench = Bench()
    assert bench.status.attributes()["translator.capacity"] == ""
    bench.status.fits(Fits(1, (1,)))
    assert bench.status.attributes()["translator.capacity"] != ""
    bench.status.fits(None)
    assert bench.status.attributes()["translator.capacity"] == ""


def reports(bench: Bench) -> list[dict[str, object]]:
    told: list[dict[str, object]] = json.loads(bench.status.attributes()["translator.reports"] or "[]")
    return told


def test_reports_pass_unless_what_they_are_about_lasts() -> None:
    """Each once, the newest last; what is said of encryption has an attribute of its own."""
    bench = Bench()
    deaf = Trouble("omar", "hear", "ar", "not recognised", ReportCode.UNRECOGNISED)
    bench.status.trouble(deaf)
    bench.status.stands((deaf,))
    bench.status.trouble(Trouble("anna", "hear", "es", "", ReportCode.OTHER_LANGUAGE, other="en"))
    bench.status.trouble(Trouble("carl", "hear", "", "", ReportCode.WAITING, count=3))
    bench.status.trouble(Trouble("", "hear", "", MEETING_ENCRYPTED, ReportCode.ENCRYPTED))
    standing = {"code": "unrecognised", "speaker": "omar", "language": "ar"}
    assert reports(bench) == [
        {"code": "other_language", "speaker": "anna", "language": "es", "other": "en"},
        {"code": "waiting", "speaker": "carl", "count": 3},
        standing,
    ]
    bench.clock.move(TROUBLE_FOR_S)
    assert reports(bench) == [standing]
    bench.status.stands(())
    assert bench.status.attributes()["translator.reports"] == ""


def test_reports_are_bounded_and_repeat_nothing_that_is_no_language() -> None:
    """What somebody wrote as the language that they want is not handed on to everybody."""
    bench = Bench()
    for number in range(100):
        bench.status.trouble(Trouble("", "translate", "es", "", ReportCode.NO_PLACE, count=number + 1))
    assert [told["count"] for told in reports(bench)] == list(range(101 - MOST_REPORTS, 101))
    bench.status.trouble(Trouble("", "translate", "<script>", "", ReportCode.UNAVAILABLE))
    assert "script" not in bench.status.attributes()["translator.reports"]


def test_trouble_passes() -> None:
    """The last trouble is shown for a while."""
    bench = Bench()
    bench.status.trouble(Trouble("", "speak", "", "x" * 1000))
    assert len(bench.status.attributes()["translator.trouble"]) == 300
    bench.clock.move(TROUBLE_FOR_S)
    assert bench.status.attributes()["translator.trouble"] == ""


async def test_only_changes_are_sent_and_not_too_often(tasks: Tasks) -> None:
    """A hundred changes in a row make two messages; after a reconnect everything is said again."""
    bench = Bench()
    tasks.start(bench.status.run(), name="status")
    for number in range(100):
        bench.views = [ChannelView("es", "t", f"TR_{number}", 1, 0.0, ChannelState.OPEN, False)]
        bench.status.changed()
        await asyncio.sleep(0.002)
    await asyncio.sleep(0.6)
    assert len(bench.sent) == 2
    assert list(bench.sent[1]) == ["translator.channels"]
    bench.status.renew()
    await asyncio.sleep(1.1)
    assert bench.sent[-1].keys() == bench.sent[0].keys()


async def test_what_could_not_be_said_is_said_later(tasks: Tasks) -> None:
    """While the room reconnects nothing is lost."""
    bench = Bench()
    bench.online = False
    tasks.start(bench.status.run(), name="status")
    await asyncio.sleep(0.05)
    bench.online = True
    await asyncio.sleep(1.2)
    assert len(bench.sent) == 1
