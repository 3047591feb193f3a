"""Single words with silence around them: kept as offline keeps them, doubled, lost, or turned into something else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import Any

from bench import sounds
from bench.hearing import LoadedRecognizers, Measurements
from bench.machine import describe
from bench.pacing import Pacing
from bench.recording import LabelledRecording
from bench.result import markdown
from bench.streamed import stream
from bench.talks import ANSWERS
from config.settings import Settings
from demo.speakers import DemoVoices
from demo.wer import words_of
from pipeline.audio import HEARING_RATE_HZ
from pipeline.engines.protocols import EngineMissing

BEFORE_S = 1.0
BEHIND_S = 1.5
"""Silence around the word. The run adds its own behind that, see `recording.with_quiet`."""


class Outcome(StrEnum):
    """What became of a word."""

    KEPT = "kept"
    DOUBLED = "doubled"
    LOST = "lost"
    OTHER = "other"


def outcome(word: str, text: str, language: str = "en") -> Outcome:
    """Compares what was said with what was made of it; numbers may be written either way."""
    said, got = words_of(word, language), words_of(text, language)
    if got == said:
        return Outcome.KEPT
    if not got:
        return Outcome.LOST
    # "77" for seven, as two words joined or apart
    written = "".join(text.split()).casefold().strip(".,!? ")
    if _is_twice_the_same(got) or got.count(said[0]) > 1 or _is_twice_the_same(written):
        return Outcome.DOUBLED
    return Outcome.OTHER


def _is_twice_the_same(parts: Sequence[str]) -> bool:
    half, odd = divmod(len(parts), 2)
    return half > 0 and not odd and parts[:half] == parts[half:]


async def spoken(speakers: DemoVoices, voices: Sequence[str], count: int) -> list[LabelledRecording]:
    """The first `count` words in each voice. Raises TalkError, EngineMissing."""
    if not voices:
        raise EngineMissing("there is no voice to say the words")
    made = []
    for voice in voices:
        for number, word in enumerate(ANSWERS[:count]):
            said = await speakers.say(f"{word}.", "en", voice, rate_hz=HEARING_RATE_HZ)
            whole = sounds.joined(
                [sounds.pause(BEFORE_S, number), said, sounds.pause(BEHIND_S, number + 1)], (0.0,)
            )
            made.append(LabelledRecording(f"{word} ({voice})", whole, "en", word))
    return made


async def measure(
    recordings: Sequence[LabelledRecording],
    loaded: LoadedRecognizers,
    settings: Settings,
    *,
    pace: Pacing,
    say: Callable[[str], None],
) -> Measurements:
    """Hears each by itself, streamed and offline; those that differ are said at once."""
    words = []
    for recording in recordings:
        streamed = await stream(
            recording, loaded.recognizer, settings.recognition, pace=pace, model=loaded.detector
        )
        offline = loaded.offline.transcribe(recording).text if loaded.offline else None
        entry = {
            "name": recording.name,
            "said": recording.text,
            "streamed": streamed.text,
            "streamed_outcome": str(outcome(recording.text, streamed.text)),
            "offline": offline,
            "offline_outcome": str(outcome(recording.text, offline)) if offline is not None else None,
        }
        words.append(entry)
        if differs(entry):
            say(_line(entry))
    return {
        "kind": "answers",
        "model": loaded.name,
        "engine": loaded.recognizer.info.name,
        "pace": str(pace),
        "machine": describe(),
        "summary": summary(words),
        "words": words,
    }


def differs(entry: Mapping[str, Any]) -> bool:
    """Whether streaming did worse than the whole look, or, without one, did not keep the word."""
    kept_offline = entry["offline_outcome"] in (None, Outcome.KEPT)
    return kept_offline and entry["streamed_outcome"] != Outcome.KEPT


def summary(words: Sequence[Mapping[str, Any]]) -> Measurements:
    """Counts of each outcome."""

    def counts(which: str) -> dict[str, int]:
        found = Counter(entry[which] for entry in words)
        return {each.value: found[each.value] for each in Outcome}

    has_offline = all(entry["offline_outcome"] is not None for entry in words)
    return {
        "words": len(words),
        "streamed": counts("streamed_outcome"),
        "offline": counts("offline_outcome") if has_offline else None,
        "kept_offline_not_streamed": sum(differs(entry) for entry in words),
    }


def text(found: Mapping[str, Any]) -> str:
    """Markdown."""
    total = found["summary"]
    sides = {name: total[name] for name in ("streamed", "offline") if total[name]}
    rows = [(name, *(str(side[each.value]) for each in Outcome)) for name, side in sides.items()]
    title = f"{total['words']} single words, {found['engine']} {found['model']}"
    wrong = "\n".join(f"- {_line(entry)}" for entry in found["words"] if differs(entry))
    kept = f"{total['kept_offline_not_streamed']} kept offline and not streamed"
    table = markdown(title, ("", *(each.value for each in Outcome)), rows)
    return "\n".join([table, f"{kept}:\n\n{wrong}" if wrong else kept])


def _line(entry: Mapping[str, Any]) -> str:
    streamed = f"streamed {entry['streamed']!r} ({entry['streamed_outcome']})"
    return f"{entry['name']}: {streamed}, offline {entry['offline']!r}"
