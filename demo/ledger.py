"""What happened to every clause, from the measurements that the interpreter sends into the room."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Rendering:
    """One clause in one language."""

    translated_s: float | None = None
    """From commit to translation."""
    drafted: bool = False
    problem: str = ""
    """Why there is no translation, or why it was not spoken."""
    voice: str = ""
    speed: float = 1.0
    waited_s: float = 0.0
    first_audio_at_s: float | None = None
    onset_at_s: float | None = None
    end_at_s: float | None = None

    @property
    def settled(self) -> bool:
        """Whether it was spoken, or a reason was given."""
        return self.end_at_s is not None or bool(self.problem)


@dataclass(slots=True)
class ClauseRecord:
    """One committed clause."""

    speaker: str
    number: int
    language: str
    onset_at_s: float
    offset_at_s: float
    committed_at_s: float
    words: int
    renderings: dict[str, Rendering] = field(default_factory=dict)

    def rendering(self, language: str) -> Rendering:
        """The clause in `language`, empty at first."""
        return self.renderings.setdefault(language, Rendering())


class Ledger:
    """Collects the measurements of one meeting."""

    def __init__(self) -> None:
        self.clauses: dict[tuple[str, int], ClauseRecord] = {}
        self._renderings: dict[tuple[str, int], dict[str, Rendering]] = {}
        """By clause; events come as streams of their own, so one may overtake the clause that it is about."""
        self.interim_s: dict[str, list[float]] = {}
        """Latency of interim captions by language."""
        self.shown_s: list[float] = []
        """How long after its end each word was first shown as it stayed."""
        self.word_commit_s: list[float] = []
        self.lost_sound_s = 0.0
        self.not_heard: list[str] = []
        self.troubles: list[str] = []
        self._takers: Mapping[str, Callable[[dict[str, Any]], None]] = {
            "clause": self._clause,
            "translation": self._translation,
            "speech": self._speech,
            "skipped": self._skipped,
            "caption": self._caption,
            "word": self._word,
            "sound_lost": self._sound_lost,
            "trouble": self._trouble,
        }

    def take(self, text: str) -> dict[str, Any]:
        """Enters one event of the `translator.events` stream; returns it."""
        event: dict[str, Any] = json.loads(text)
        if taker := self._takers.get(event["type"]):
            taker(event)
        return event

    def unsettled(self, languages: tuple[str, ...]) -> list[tuple[str, int, str]]:
        """Clauses without speech and without a reason, as (speaker, number, language)."""
        return [
            (record.speaker, record.number, language)
            for record in self.clauses.values()
            for language in languages
            if language != record.language and not record.rendering(language).settled
        ]

    def lag_s(self, language: str) -> list[tuple[float, float]]:
        """For each spoken clause (when it ended, how much later its translation ended)."""
        return [
            (record.offset_at_s, rendering.end_at_s - record.offset_at_s)
            for record in sorted(self.clauses.values(), key=lambda record: record.offset_at_s)
            if (rendering := record.renderings.get(language)) and rendering.end_at_s is not None
        ]

    def _rendering(self, event: dict[str, Any]) -> Rendering:
        renderings = self._renderings.setdefault((event["speaker"], event["number"]), {})
        return renderings.setdefault(event["language"], Rendering())

    def _clause(self, event: dict[str, Any]) -> None:
        key = (event["speaker"], event["number"])
        self.clauses[key] = ClauseRecord(
            *key,
            language=event["language"],
            onset_at_s=event["onset_at_s"],
            offset_at_s=event["offset_at_s"],
            committed_at_s=event["committed_at_s"],
            words=event["words"],
            renderings=self._renderings.setdefault(key, {}),
        )

    def _translation(self, event: dict[str, Any]) -> None:
        rendering = self._rendering(event)
        if event["failed"]:
            rendering.problem = rendering.problem or "not translated"
        else:
            rendering.translated_s, rendering.drafted = event["took_s"], event["drafted"]

    def _speech(self, event: dict[str, Any]) -> None:
        rendering = self._rendering(event)
        rendering.voice, rendering.speed = event["voice"], event["speed"]
        rendering.waited_s = event["waited_s"]
        rendering.first_audio_at_s = event["first_audio_at_s"]
        rendering.onset_at_s, rendering.end_at_s = event["onset_at_s"], event["end_at_s"]

    def _skipped(self, event: dict[str, Any]) -> None:
        self._rendering(event).problem = event["reason"]

    def _caption(self, event: dict[str, Any]) -> None:
        self.interim_s.setdefault(event["language"], []).append(event["latency_s"])

    def _word(self, event: dict[str, Any]) -> None:
        self.shown_s.append(event["shown_s"])
        self.word_commit_s.append(event["committed_s"])

    def _sound_lost(self, event: dict[str, Any]) -> None:
        self.lost_sound_s += event["lost_s"]

    def _trouble(self, event: dict[str, Any]) -> None:
        if event["stage"] == "hear":
            self.not_heard.append(event["reason"])
        self.troubles.append(f"{event['stage']} {event.get('language', '')}: {event['reason']}".strip())
