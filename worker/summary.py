"""What became of a whole meeting, in numbers for the log: never a word of what was said, nor who said it."""

from __future__ import annotations

from collections import Counter
from typing import Any

from pipeline.durations import Durations
from pipeline.events import NotSpoken, Speech, Trouble
from pipeline.timing import CaptionShown, ClauseCommitted, ClauseTranslated, Measurement, SoundLost


class Summary:
    """Counts and latencies of one room since it was joined, in bounded memory."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._troubles: Counter[str] = Counter()
        self._lost_s = 0.0
        self._captions = Durations()
        self._first_audio = Durations()
        self._lags: dict[str, Durations] = {}

    def measured(self, measurement: Measurement) -> None:
        """A latency on the way."""
        match measurement:
            case ClauseCommitted():
                self._counts["clauses"] += 1
            case ClauseTranslated(failed=failed, doubt=doubt):
                self._counts["not_translated" if failed else "translated"] += 1
                self._counts["doubtful"] += bool(doubt)
            case CaptionShown(latency_s=latency_s):
                self._captions.add(latency_s)
            case SoundLost(lost_s=lost_s):
                self._lost_s += lost_s

    def spoken(self, speech: Speech) -> None:
        """What became of a translation on its way to the ear."""
        if isinstance(speech, NotSpoken):
            self._counts["skipped"] += 1
            return
        self._counts["spoken"] += 1
        took_s = speech.first_audio_at_s - speech.translation.clause.committed_at_s
        self._first_audio.add(took_s - speech.waited_s)
        self._lags.setdefault(speech.translation.language, Durations()).add(speech.lag_s)

    def trouble(self, trouble: Trouble) -> None:
        """Something was missing."""
        self._troubles[trouble.stage] += 1

    def fields(self) -> dict[str, Any]:
        """All of it; latencies as quantiles in seconds, docs/operations.md says what each is."""
        counted = ("clauses", "translated", "not_translated", "doubtful", "spoken", "skipped")
        return {
            **{name: self._counts[name] for name in counted},
            "sound_lost_s": round(self._lost_s, 1),
            "troubles": dict(sorted(self._troubles.items())),
            "caption": _quantiles(self._captions),
            "first_audio": _quantiles(self._first_audio),
            "lag": {language: _quantiles(lags) for language, lags in sorted(self._lags.items())},
        }


def _quantiles(durations: Durations) -> dict[str, float]:
    return {
        "p50_s": round(durations.quantile(0.5), 3),
        "p95_s": round(durations.quantile(0.95), 3),
        "max_s": round(durations.max_s, 3),
    }
