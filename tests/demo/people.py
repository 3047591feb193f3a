"""Clauses, captions and listeners for these tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from demo.ledger import ClauseRecord, RenderedClause
from demo.meeting import READER, Minutes, listener_name
from demo.participants import Attendee, HeardTrack, SeenCaption
from demo.quantiles import Distribution
from demo.scripts import Script, ScriptPart
from demo.talk import RATE_HZ

NOTHING = Distribution(0, 0.0, 0.0, 0.0)


def clause(
    number: int,
    *,
    speaker: str = "ann",
    take: int = 1,
    language: str = "en",
    onset_s: float | None = None,
    words: int = 3,
    renderings: Mapping[str, RenderedClause] | None = None,
) -> ClauseRecord:
    """A clause of two seconds each five seconds, committed half a second after its end."""
    begins = onset_s if onset_s is not None else 100.0 + 5 * number
    return ClauseRecord(
        speaker, take, number, language, begins, begins + 2.0, begins + 2.5, words, dict(renderings or {})
    )


def said(clause_of: ClauseRecord, *, lag_s: float = 2.0, waited_s: float = 0.0) -> RenderedClause:
    """A rendering that ends `lag_s` after its clause, translated at once, heard half a second after its first frame."""
    end = clause_of.offset_at_s + lag_s
    return RenderedClause(
        translated_s=0.1,
        voice="v",
        waited_s=waited_s,
        first_audio_at_s=clause_of.committed_at_s + 0.4 + waited_s,
        onset_at_s=clause_of.committed_at_s + 0.9 + waited_s,
        end_at_s=end,
    )


def caption(
    number: int,
    text: str,
    *,
    speaker: str = "ann",
    take: int = 1,
    language: str = "en",
    source: str = "en",
    final: bool = True,
    committed: int | None = None,
    order: int = 0,
) -> SeenCaption:
    """A caption as a client receives it."""
    return SeenCaption(
        speaker,
        text,
        {
            "lk.segment_id": f"{speaker}/e.{take}.1-{number}/{language}",
            "lk.transcription_final": str(final).lower(),
            "language": language,
            "translator.segment": f"{speaker}/e.{take}.1-{number}",
            "translator.source_language": source,
            "translator.committed": str(len(text) if committed is None else committed),
            "translator.start_ms": str(5000 * number),
            "translator.end_ms": str(5000 * number + 2000),
        },
        at_s=100.0 + number,
        order=order or number,
    )


def part(
    speaker: str, language: str, text: str | None = None, *, length_s: float = 10.0, starts_s: float = 0.0,
    references: Mapping[str, str] | None = None,
) -> ScriptPart:  # fmt: skip
    return ScriptPart(
        speaker, language, np.zeros(int(length_s * RATE_HZ), np.int16), text, starts_s, dict(references or {})
    )


def script(*parts: ScriptPart, hear: tuple[str, ...] = ("es",)) -> Script:
    return Script(parts, hear)


def minutes(
    records: Sequence[ClauseRecord],
    *,
    read: Sequence[SeenCaption] = (),
    listeners: Mapping[str, Sequence[SeenCaption]] | None = None,
    tracks: Mapping[str, Sequence[HeardTrack]] | None = None,
) -> Minutes:
    """A meeting of 60 s that began at 100."""
    from demo.ledger import Ledger

    ledger = Ledger()
    ledger.clauses = {record.key: record for record in records}
    attendees = {READER: Attendee(READER, {})}
    attendees[READER].captions = list(read)
    for target in {**(listeners or {}), **(tracks or {})}:
        name = listener_name(target)
        attendees[name] = Attendee(name, {})
        attendees[name].captions = list((listeners or {}).get(target, ()))
        attendees[name].tracks = list((tracks or {}).get(target, ()))
    return Minutes(100.0, 160.0, ledger, attendees=attendees, rounds=[(100.0, 160.0)])
