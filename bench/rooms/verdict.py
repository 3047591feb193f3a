"""Whether a load was borne: the promises (service level objectives), and that nothing was lost and no lag grew."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bench.rooms.seen import Seen
from demo.quantiles import Distribution, distribution
from demo.verdict import SPOKEN_SHARE, Finding, lag_is_steady

TRANSLATION_TTFT_S: Final = 0.45
CAPTION_LATENCY_S: Final = 0.25
WORD_RETRACTION_RATE: Final = 0.05
HEARD_SHARE: Final = 0.95
ROOM_CORES: Final = 0.5
"""Of the process of one room with up to 20 speakers and four languages."""


@dataclass(frozen=True, slots=True)
class LoadVerdict:
    """Each question with its answer."""

    promises: tuple[Finding, ...]
    """The three objectives."""
    bearing: tuple[Finding, ...]
    """Whether the machine keeps up: what fails here first is what gives first."""

    @property
    def holds(self) -> bool:
        """All of it."""
        return not any(each.fails for each in (*self.promises, *self.bearing))

    @property
    def keeps_up(self) -> bool:
        """The promises aside."""
        return not any(each.fails for each in self.bearing)


def judge(rooms: Sequence[Seen], faults: Sequence[str] = (), room_cores: Sequence[float] = ()) -> LoadVerdict:
    """Judges all rooms of a load together.

    Args:
        faults: what became of rooms that could not be held.
        room_cores: of each room's process, where that can be seen.
    """
    bearing = [_held(rooms, faults), _heard(rooms), _lost(rooms)]
    for language in languages_of(rooms):
        bearing += [_spoken(rooms, language), _steady(rooms, language)]
    if room_cores:
        bearing.append(_room_process(room_cores))
    return LoadVerdict((_ttft(rooms), _captions(rooms), _retraction(rooms)), tuple(bearing))


def languages_of(rooms: Sequence[Seen]) -> list[str]:
    """All that was listened to."""
    return list(dict.fromkeys(itertools.chain.from_iterable(room.languages for room in rooms)))


def ttft(rooms: Sequence[Seen]) -> Distribution:
    """First translated sound of a clause at the listener's, of all languages and rooms."""
    return distribution(
        [each for room in rooms for language in room.languages.values() for each in language.ttft_s]
    )


def caption_latency(rooms: Sequence[Seen]) -> Distribution:
    """Interim captions at the reader's, of all rooms."""
    return distribution([each for room in rooms for each in room.captions_s])


def retraction_rate(rooms: Sequence[Seen]) -> float:
    """Words that were changed by words that were shown; 0 where none was."""
    return _share(sum(room.words_changed for room in rooms), sum(room.words_shown for room in rooms))


def _ttft(rooms: Sequence[Seen]) -> Finding:
    found = ttft(rooms)
    return Finding(
        f"translation_ttft: 95 % within {TRANSLATION_TTFT_S * 1000:.0f} ms",
        found.count > 0 and found.p95_s <= TRANSLATION_TTFT_S,
        _latency(found),
    )


def _captions(rooms: Sequence[Seen]) -> Finding:
    found = caption_latency(rooms)
    return Finding(
        f"caption_latency: 95 % within {CAPTION_LATENCY_S * 1000:.0f} ms",
        found.count > 0 and found.p95_s <= CAPTION_LATENCY_S,
        _latency(found),
    )


def _retraction(rooms: Sequence[Seen]) -> Finding:
    shown = sum(room.words_shown for room in rooms)
    rate = retraction_rate(rooms)
    return Finding(
        f"word_retraction_rate: below {WORD_RETRACTION_RATE:.0%}",
        shown > 0 and rate < WORD_RETRACTION_RATE,
        f"{rate:.1%} of {shown} words",
    )


def _held(rooms: Sequence[Seen], faults: Sequence[str]) -> Finding:
    told = "; ".join(dict.fromkeys(faults)) or f"{len(rooms)} of {len(rooms)}"
    return Finding("every room had its interpreter to the end", bool(rooms) and not faults, told)


def _heard(rooms: Sequence[Seen]) -> Finding:
    words, heard, right = (sum(getattr(room, name) for room in rooms) for name in ("words", "heard", "right"))
    detail = f"{_share(heard, words):.1%} of {words} words, {_share(right, words):.1%} as they were said"
    return Finding(
        f"at least {HEARD_SHARE:.0%} of the words were heard", _share(heard, words) >= HEARD_SHARE, detail
    )


def _lost(rooms: Sequence[Seen]) -> Finding:
    counts: Mapping[str, float] = {
        "s of sound not heard": round(sum(room.lost_sound_s for room in rooms), 1),
        "clauses without outcome": sum(room.unsettled for room in rooms),
        "final captions missing": sum(
            room.missing_originals + sum(each.missing_captions for each in room.languages.values())
            for room in rooms
        ),
        "committed captions changed": sum(room.committed_changes for room in rooms),
    }
    lost = [f"{count:g} {what}" for what, count in counts.items() if count]
    clauses = sum(room.clauses for room in rooms)
    return Finding(
        "nothing was lost", not lost and clauses > 0, "; ".join(lost) or f"{clauses} clauses, all complete"
    )


def _spoken(rooms: Sequence[Seen], language: str) -> Finding:
    there = [room.languages[language] for room in rooms if language in room.languages]
    words = sum(each.coverage.words for each in there)
    spoken = _share(sum(each.coverage.spoken for each in there), words)
    translated = _share(sum(each.coverage.translated for each in there), words)
    skipped, clauses = sum(each.skipped for each in there), sum(each.clauses for each in there)
    return Finding(
        f"at least {SPOKEN_SHARE:.0%} of the words were spoken in {language}",
        spoken >= SPOKEN_SHARE,
        f"translated {translated:.1%}, spoken {spoken:.1%}; {skipped} of {clauses} clauses not spoken",
    )


def _steady(rooms: Sequence[Seen], language: str) -> Finding:
    """The lag of the room in which it grew most."""
    found = [
        lag_is_steady(language, room.languages[language].trend, room.length_s)
        for room in rooms
        if language in room.languages
    ]
    return next((each for each in found if each.fails), found[0])


def _room_process(cores: Iterable[float]) -> Finding:
    most = max(cores)
    return Finding(
        f"each room's process takes at most {ROOM_CORES:g} of a core", most <= ROOM_CORES, f"{most:.2f} cores"
    )


def _latency(found: Distribution) -> str:
    if not found.count:
        return "nothing came"
    return f"{found.p95_s * 1000:.0f} ms, median {found.median_s * 1000:.0f} ms, {found.count} of them"


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0
