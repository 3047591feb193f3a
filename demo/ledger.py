"""What happened to every clause, from the measurements that the interpreter sends into the room."""

from __future__ import annotations

from dataclasses import dataclass, field

from protocol.codec import WireError
from protocol.events import (
    EVENTS,
    CaptionSent,
    ClauseClosed,
    ClauseKey,
    Event,
    SoundDropped,
    SpeechDone,
    SpeechSkipped,
    TranslationDone,
    TroubleTold,
    WordShown,
)


@dataclass(slots=True)
class RenderedClause:
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
    take: int
    number: int
    language: str
    onset_at_s: float
    offset_at_s: float
    committed_at_s: float
    words: int
    renderings: dict[str, RenderedClause] = field(default_factory=dict)

    @property
    def key(self) -> ClauseKey:
        """By which events and captions name it."""
        return ClauseKey(self.speaker, self.take, self.number)

    def rendering(self, language: str) -> RenderedClause:
        """The clause in `language`, empty at first."""
        return self.renderings.setdefault(language, RenderedClause())


class Ledger:
    """Collects the measurements of one meeting."""

    def __init__(self) -> None:
        self.clauses: dict[ClauseKey, ClauseRecord] = {}
        self._renderings: dict[ClauseKey, dict[str, RenderedClause]] = {}
        """By clause; events come as streams of their own, so one may overtake the clause that it is about."""
        self.interim_s: dict[str, list[float]] = {}
        """Latency of interim captions by language."""
        self.shown_s: list[float] = []
        """How long after its end each word was first shown as it stayed."""
        self.word_commit_s: list[float] = []
        self.lost_sound_s = 0.0
        self.not_heard: list[str] = []
        self.troubles: list[str] = []

    def take(self, text: str) -> Event | None:
        """Enters one event of the `translator.events` stream; returns it, or None for one that is not known here."""
        try:
            event = EVENTS.decode(text)
        except WireError:
            return None
        self._enter(event)
        return event

    def _enter(self, event: Event) -> None:
        match event:
            case ClauseClosed():
                self._clause(event)
            case TranslationDone():
                self._translation(event)
            case SpeechDone():
                self._speech(event)
            case SpeechSkipped():
                self._rendering(event).problem = event.reason
            case _:
                self._enter_beside_clauses(event)

    def _enter_beside_clauses(self, event: Event) -> None:
        match event:
            case CaptionSent():
                self.interim_s.setdefault(event.language, []).append(event.latency_s)
            case WordShown():
                self.shown_s.append(event.shown_s)
                self.word_commit_s.append(event.committed_s)
            case SoundDropped():
                self.lost_sound_s += event.lost_s
            case TroubleTold():
                self._trouble(event)

    def unsettled(self, languages: tuple[str, ...]) -> list[tuple[ClauseKey, str]]:
        """Clauses without speech and without a reason, each with the language."""
        return [
            (record.key, language)
            for record in self.clauses.values()
            for language in languages
            if language != record.language and not record.rendering(language).settled
        ]

    def lag_s(self, language: str) -> list[list[tuple[float, float]]]:
        """For each talk and each spoken clause in it (when it ended, how much later its translation ended)."""
        talks: dict[tuple[str, int], list[tuple[float, float]]] = {}
        for record in sorted(self.clauses.values(), key=lambda record: record.offset_at_s):
            rendering = record.renderings.get(language)
            if rendering is not None and rendering.end_at_s is not None:
                lag_s = rendering.end_at_s - record.offset_at_s
                talks.setdefault((record.speaker, record.take), []).append((record.offset_at_s, lag_s))
        return list(talks.values())

    def _rendering(self, event: TranslationDone | SpeechDone | SpeechSkipped) -> RenderedClause:
        return self._renderings.setdefault(event.clause, {}).setdefault(event.language, RenderedClause())

    def _clause(self, event: ClauseClosed) -> None:
        self.clauses[event.clause] = ClauseRecord(
            *event.clause,
            language=event.language,
            onset_at_s=event.onset_at_s,
            offset_at_s=event.offset_at_s,
            committed_at_s=event.committed_at_s,
            words=event.words,
            renderings=self._renderings.setdefault(event.clause, {}),
        )

    def _translation(self, event: TranslationDone) -> None:
        rendering = self._rendering(event)
        if event.failed:
            rendering.problem = rendering.problem or "not translated"
        else:
            rendering.translated_s, rendering.drafted = event.took_s, event.drafted

    def _speech(self, event: SpeechDone) -> None:
        rendering = self._rendering(event)
        rendering.voice, rendering.speed, rendering.waited_s = event.voice, event.speed, event.waited_s
        rendering.first_audio_at_s = event.first_audio_at_s
        rendering.onset_at_s, rendering.end_at_s = event.onset_at_s, event.end_at_s

    def _trouble(self, event: TroubleTold) -> None:
        if event.stage == "hear":
            self.not_heard.append(event.reason)
        self.troubles.append(f"{event.stage} {event.language}: {event.reason}")
