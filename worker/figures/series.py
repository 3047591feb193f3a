"""Which figures of rooms there are: their names, what they mean, and where a time is counted.

Prometheus adds `_total` to counts. The bounds of times hold the thresholds of the objectives
(`config/monitoring/rules/objectives.yml`) exactly: whether 95 % lie below one is then counted, not estimated.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

LANGUAGE: Final = "language"
OUTCOME: Final = "outcome"
STAGE: Final = "stage"
STAGES: Final = ("hear", "translate", "speak", "room")


@dataclass(frozen=True, slots=True)
class Series:
    """One figure, of which there is a value for each combination of labels."""

    name: str
    meaning: str
    labels: tuple[str, ...] = ()
    bounds_s: tuple[float, ...] = ()
    """Of a spread: the upper end of each of its classes, the last one open."""
    always: tuple[str, ...] = ()
    """Values of its one label that are there from the start."""


def _table(*series: Series) -> Mapping[str, Series]:
    return {each.name: each for each in series}


TTFT: Final = "hive_translation_ttft_seconds"
CAPTION: Final = "hive_caption_latency_seconds"
EAR_VOICE_SPAN: Final = "hive_ear_voice_span_seconds"
LAG: Final = "hive_lag_seconds"

_LONG_S: Final = (0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0, 15.0, 20.0, 30.0)

SPREADS: Final = _table(
    Series(
        TTFT,
        "From the commit of a clause to the first sound of its translation, the wait for the clause before it left out",
        (LANGUAGE,),
        (0.1, 0.2, 0.3, 0.4, 0.45, 0.5, 0.6, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0),
    ),
    Series(
        CAPTION,
        "From the arrival of the sound that completes a word until an interim caption with it was sent",
        (LANGUAGE,),
        (0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.75, 1.0, 2.0, 5.0),
    ),
    Series(
        EAR_VOICE_SPAN,
        "From the first word of a clause to the first sound of its translation at the listeners",
        (LANGUAGE,),
        _LONG_S,
    ),
    Series(LAG, "From the end of a clause to the end of its translation", (LANGUAGE,), _LONG_S),
)

SOUND: Final = "hive_sound_seconds"
SOUND_LOST: Final = "hive_sound_lost_seconds"
CLAUSES: Final = "hive_clauses"
TRANSLATED: Final = "hive_clauses_translated"
VOICED: Final = "hive_clauses_voiced"
WORDS_SHOWN: Final = "hive_words_shown"
WORDS_CHANGED: Final = "hive_words_changed"
TROUBLES: Final = "hive_room_troubles"

COUNTS: Final = _table(
    Series(SOUND, "Seconds of speakers' sound that came in"),
    Series(SOUND_LOST, "Seconds of it that could not be looked at in time, or were not recognised"),
    Series(CLAUSES, "Clauses committed, by the language that they were said in", (LANGUAGE,)),
    Series(
        TRANSLATED,
        "Clauses translated, by target: done, doubtful, or failed and shown as they were said",
        (LANGUAGE, OUTCOME),
    ),
    Series(
        VOICED, "Translations for a voice: spoken, or skipped because it fell behind", (LANGUAGE, OUTCOME)
    ),
    Series(WORDS_SHOWN, "Words put on readers' screens", (LANGUAGE,)),
    Series(WORDS_CHANGED, "Of these, words that later changed or vanished", (LANGUAGE,)),
    Series(TROUBLES, "What a room was told that it goes without, by stage", (STAGE,), always=STAGES),
)

SPEAKERS: Final = "hive_speakers"
LISTENERS: Final = "hive_listeners"
CHANNEL_LAG: Final = "hive_channel_lag_seconds"

LEVELS: Final = _table(
    Series(SPEAKERS, "People who are listened to now, by what they speak", (LANGUAGE,)),
    Series(LISTENERS, "People who hear a translation now", (LANGUAGE,)),
    Series(CHANNEL_LAG, "How far the voice is behind now, in the room where it is furthest", (LANGUAGE,)),
)
GREATEST: Final = frozenset({CHANNEL_LAG})
"""Of these the greatest of all rooms is told, of the other levels the sum."""
