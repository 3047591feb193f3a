"""What a room's parts report, passed on to those who ask for events, to the interpreter's attributes, to Prometheus and
to the log."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

import structlog

from pipeline.events import Speech, Trouble
from pipeline.timing import CaptionShown, Measurement
from protocol.events import Event
from protocol.reports import ReportCode
from worker.figures.room_figures import RoomFigures
from worker.listeners import Person
from worker.published_channel import ChannelView
from worker.summary import Summary
from worker.telemetry import (
    Telemetry,
    channel_event,
    measurement_event,
    speech_event,
    trouble_event,
)

log = structlog.get_logger(__name__)


class Reports:
    """Takes every report of a room; none of its methods blocks.

    Args:
        show_trouble: shows a trouble to everybody in the room.
    """

    def __init__(
        self,
        telemetry: Telemetry,
        figures: RoomFigures,
        show_trouble: Callable[[Trouble], None],
        *,
        max_languages: int,
    ) -> None:
        self._telemetry, self._figures, self._show_trouble = telemetry, figures, show_trouble
        self._max_languages = max_languages
        self.summary = Summary()
        self._refused: frozenset[str] = frozenset()
        self._channels: dict[str, ChannelView] = {}

    def tell(self, event: Event) -> None:
        """An event as it is."""
        self._telemetry.tell(event)

    def shown(self, caption: CaptionShown) -> None:
        """An interim caption was sent."""
        self.measured(caption, take=0)

    def measured(self, measurement: Measurement, take: int) -> None:
        """A latency on the way, in one take of a speaker."""
        self.summary.measured(measurement)
        self._figures.measured(measurement)
        self._telemetry.tell(measurement_event(measurement, take))

    def trouble(self, trouble: Trouble) -> None:
        """Something is missing, and why."""
        log.warning("trouble", speaker=trouble.speaker, stage=trouble.stage, language=trouble.language)
        self.summary.trouble(trouble)
        self._figures.trouble(trouble)
        self._telemetry.tell(trouble_event(trouble))
        self._show_trouble(trouble)

    def spoken(self, outcome: Speech | Trouble) -> None:
        """What became of a translation on its way to the ear."""
        if isinstance(outcome, Trouble):
            self.trouble(outcome)
        else:
            self.summary.spoken(outcome)
            self._figures.spoken(outcome)
            self._telemetry.tell(speech_event(outcome))

    def channels(self, views: Sequence[ChannelView], *, all_of_them: bool = False) -> None:
        """How the channels are now; those that changed are told."""
        for view in views:
            before = self._channels.get(view.language)
            if all_of_them or before is None or _state(before) != _state(view):
                self._telemetry.tell(channel_event(view))
        self._channels = {view.language: view for view in views}

    def refused(self, people: Iterable[Person], too_many: Sequence[str]) -> None:
        """Languages that somebody wants and cannot have; each is told when it is new."""
        unserved = {code for person in people for code in person.unserved}
        for code in sorted(unserved - self._refused):
            reason = "this language is not available here"
            self.trouble(Trouble("", "translate", code, reason, ReportCode.UNAVAILABLE))
        for code in sorted(set(too_many) - self._refused):
            most = self._max_languages
            reason = f"{most} languages are in use already"
            self.trouble(Trouble("", "translate", code, reason, ReportCode.NO_PLACE, count=most))
        self._refused = frozenset(unserved) | frozenset(too_many)

    def task_failed(self, name: str, error: BaseException) -> None:
        """A task of the room failed; the room goes on."""
        self.trouble(Trouble("", "room", "", f"{name} failed ({type(error).__name__})"))


def _state(view: ChannelView) -> ChannelView:
    return replace(view, lag_s=0.0, speaking=False, speaker="")
