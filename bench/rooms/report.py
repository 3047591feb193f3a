"""The result of a load as JSON, as a table and as plots."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final

from bench.machine import describe
from bench.plot import lines
from bench.result import markdown, percent
from bench.rooms.running import LoadOutcome
from bench.rooms.seen import Seen
from bench.rooms.verdict import (
    CAPTION_LATENCY_S,
    TRANSLATION_TTFT_S,
    WORD_RETRACTION_RATE,
    caption_latency,
    languages_of,
    retraction_rate,
    ttft,
)
from config.settings import Settings
from demo.coverage import Coverage
from demo.quantiles import Distribution, distribution, trend
from demo.verdict import Finding, answered
from pipeline.engines.choice import chosen

MOST_TROUBLES: Final = 8


def circumstances(settings: Settings) -> dict[str, Any]:
    """Under which anything was measured. Blocking, file look-ups."""
    choice = chosen(settings)
    engines = {role.role: "+".join(role.engines) + f" {role.model}".rstrip() for role in choice.roles}
    return {"machine": describe(), "profile": choice.profile, "engines": engines}


def result(held: LoadOutcome) -> dict[str, Any]:
    """All figures of a load; no word of what was said."""
    rooms, verdict = held.rooms, held.verdict
    return {
        "kind": "rooms",
        "shape": held.shape.as_json(),
        "holds": verdict.holds,
        "keeps_up": verdict.keeps_up,
        "promises": [asdict(each) for each in verdict.promises],
        "bearing": [asdict(each) for each in verdict.bearing],
        "translation_ttft_s": spread(ttft(rooms)),
        "caption_latency_s": spread(caption_latency(rooms)),
        "word_retraction_rate": round(retraction_rate(rooms), 4),
        "caption_way_s": spread(_of(rooms, "caption_way_s")),
        "audio_way_s": spread(_of(rooms, "audio_way_s")),
        "words": {name: sum(getattr(room, name) for room in rooms) for name in ("words", "heard", "right")},
        "clauses": sum(room.clauses for room in rooms),
        "lost_sound_s": round(sum(room.lost_sound_s for room in rooms), 2),
        "languages": {language: _language(rooms, language) for language in languages_of(rooms)},
        "use": {
            part: {"cores": round(use.cores, 3), "memory_mib": round(use.memory_mib)}
            for part, use in held.use.items()
        },
        "faults": list(held.faults),
        "troubles": dict(
            Counter(itertools.chain.from_iterable(room.troubles for room in rooms)).most_common(MOST_TROUBLES)
        ),
    }


def text(found: Mapping[str, Any]) -> str:
    """A plain table of the figures, and a line for each question."""
    promised = [
        ("translation_ttft, ms", *_milliseconds(found["translation_ttft_s"]), f"{TRANSLATION_TTFT_S * 1000:.0f}"),
        ("caption_latency, ms", *_milliseconds(found["caption_latency_s"]), f"{CAPTION_LATENCY_S * 1000:.0f}"),
        ("  of which on its way, ms", *_milliseconds(found["caption_way_s"]), ""),
        (
            "word_retraction_rate", "", percent(found["word_retraction_rate"]),
            f"< {percent(WORD_RETRACTION_RATE)}",
        ),
    ]  # fmt: skip
    spoken = [
        (
            language,
            percent(each["spoken"]),
            f"{each['skipped']} of {each['clauses']}",
            f"{each['ear_voice_s']['median']:.1f} / {each['ear_voice_s']['p95']:.1f}",
            f"{each['lag_s']['median']:.1f} / {each['lag_s']['p95']:.1f}",
            f"{each['lag_s_a_minute']:+.2f}",
        )
        for language, each in found["languages"].items()
    ]
    use = [(part, f"{each['cores']:.2f}", f"{each['memory_mib']}") for part, each in found["use"].items()]
    blocks = [
        table(("", "median", "95 %", "promised"), promised),
        table(
            ("language", "words spoken", "clauses skipped", "ear-voice span, s", "lag, s", "lag a minute, s"),
            spoken,
        ),
        table(("part", "cores", "MiB"), use) if use else "",
        "\n".join(map(answer, [*found["promises"], *found["bearing"]])),
        _notices(found["troubles"]),
    ]
    return "\n\n".join(filter(None, blocks))


def plots(found: Mapping[str, Any]) -> dict[str, str]:
    """Lag over the load, a line for each language."""
    series = {language: each["lag"] for language, each in found["languages"].items() if each["lag"]}
    return {"lag": lines("How far behind the end of each clause was heard", "s", "s behind", series)}


def as_markdown(title: str, found: Mapping[str, Any]) -> str:
    """The questions, for the files of results."""
    rows = [
        (each["question"], answered(each["holds"]), each["detail"])
        for each in (*found["promises"], *found["bearing"])
    ]
    return markdown(title, ("", "holds", "measured"), rows)


def answer(finding: Mapping[str, Any]) -> str:
    """One question and its answer as a line."""
    return f"{answered(finding['holds']):3}  {finding['question']}: {finding['detail']}"


def as_findings(found: Sequence[Mapping[str, Any]]) -> list[Finding]:
    """Questions that were kept as JSON."""
    return [Finding(**each) for each in found]


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Columns beside each other, in plain text."""
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if number == 0 else cell.rjust(width)
            for number, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in (head, *rows)
    )


def spread(values: Distribution) -> dict[str, float]:
    """A distribution in seconds, for results."""
    return {
        "count": values.count,
        "median": round(values.median_s, 3),
        "p95": round(values.p95_s, 3),
        "longest": round(values.longest_s, 3),
    }


def _language(rooms: Sequence[Seen], language: str) -> dict[str, Any]:
    there = [room.languages[language] for room in rooms if language in room.languages]
    covered = sum((each.coverage for each in there), Coverage(0, 0, 0, 0, 0))
    talks = [talk for each in there for talk in each.lag]
    lag = sorted(itertools.chain.from_iterable(talks))
    began_s = lag[0][0] if lag else 0.0
    return {
        "clauses": sum(each.clauses for each in there),
        "skipped": sum(each.skipped for each in there),
        "translated": round(covered.translated_share, 4),
        "spoken": round(covered.spoken_share, 4),
        "ear_voice_s": spread(
            distribution(list(itertools.chain.from_iterable(each.ear_voice_s for each in there)))
        ),
        "lag_s": spread(distribution([each for _, each in lag])),
        "lag_s_a_minute": round(trend(talks).slope * 60, 3),
        "lag": [[round(at_s - began_s, 1), round(lag_s, 2)] for at_s, lag_s in lag],
    }


def _of(rooms: Sequence[Seen], name: str) -> Distribution:
    return distribution([each for room in rooms for each in getattr(room, name)])


def _milliseconds(values: Mapping[str, float]) -> tuple[str, str]:
    if not values["count"]:
        return "–", "–"
    return f"{values['median'] * 1000:.0f}", f"{values['p95'] * 1000:.0f}"


def _notices(troubles: Mapping[str, int]) -> str:
    if not troubles:
        return ""
    return "\n".join(["what rooms were told:", *(f"  {count} × {what}" for what, count in troubles.items())])
