"""How well and how soon a recording is heard: streamed, offline with the same model, and through the plain loop."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from bench import plain_loop
from bench.machine import describe
from bench.offline import Offline, OfflineWhisper
from bench.pacing import Pacing
from bench.pauses import by_pause, pauses_s, silences
from bench.plain_loop import PlainResult
from bench.recording import LabelledRecording, with_quiet
from bench.streamed import Streamed, stream
from config.settings import Settings
from demo.quantiles import distribution
from demo.wer import errors, words_of
from pipeline.engines.protocols import Recognizer
from pipeline.engines.recognition.silero import SileroModel
from pipeline.engines.registry import load_recognizer

Measurements = dict[str, Any]


@dataclass(frozen=True, slots=True)
class LoadedRecognizers:
    """What listens, loaded once for all recordings of a run."""

    name: str
    recognizer: Recognizer
    detector: SileroModel
    offline: OfflineWhisper | None
    """None for an engine that is not Whisper: there is nothing to compare with."""


def with_model(settings: Settings, model: str) -> Settings:
    """Settings that name the recogniser: a Whisper model, "pocketsphinx", or "" for what the settings choose."""
    if not model:
        return settings
    if model == "pocketsphinx":
        recognition = replace(settings.recognition, engine="pocketsphinx", model="")
    else:
        name = _whisper_name(model, settings)
        recognition = replace(settings.recognition, engine="whisper", model=name)
    return replace(settings, recognition=recognition)


async def load(settings: Settings, model: str, *, threads: int = 0) -> LoadedRecognizers:
    """Loads the recogniser, and the same model once more for the whole look.

    Args:
        model: as for `with_model`.
        threads: of the second one; 0 takes the library's choice.

    Raises:
        EngineMissing, EngineError: as the names say.
    """
    chosen = with_model(settings, model)
    name = chosen.recognition.model
    offline = OfflineWhisper.open(name, settings, threads=threads) if name else None
    return LoadedRecognizers(model or "as set", await load_recognizer(chosen), SileroModel.load(), offline)


async def measure(
    recording: LabelledRecording,
    loaded: LoadedRecognizers,
    settings: Settings,
    *,
    pace: Pacing,
    beside_plain: bool,
) -> Measurements:
    """All figures of one recording, one measurement after the other. Raises EngineError, TimeoutError."""
    offline = loaded.offline.transcribe(recording) if loaded.offline else None
    streamed = await stream(
        recording, loaded.recognizer, settings.recognition, pace=pace, model=loaded.detector
    )
    plain = None
    if beside_plain and loaded.offline:
        look = plain_loop.transcriber(loaded.offline.model, recording.language)
        plain = await plain_loop.run(recording, look, pace=pace)
    return figures(recording, streamed, offline, plain) | {
        "kind": "hearing",
        "model": loaded.name,
        "engine": loaded.recognizer.info.name,
        "pace": str(pace),
        "settings": asdict(settings.recognition),
        "whole_look_threads": loaded.offline.threads if loaded.offline else None,
        "machine": describe(),
    }


def figures(
    recording: LabelledRecording, streamed: Streamed, offline: Offline | None, plain: PlainResult | None
) -> Measurements:
    """What the results come to."""
    seconds = recording.seconds
    found: Measurements = {
        "recording": {
            "name": recording.name,
            "language": recording.language,
            "seconds": round(seconds, 2),
            "words": len(recording.words),
        },
        "streamed": {
            **_wrong(recording, streamed.text),
            "cores": round(streamed.processor_s / seconds, 3),
            "newest_word_shown_s": spread(streamed.newest_shown_s),
            "word_shown_as_it_stays_s": spread(streamed.shown_s),
            "word_committed_s": spread(streamed.committed_s),
            "shown_words_changed": round(streamed.changed_share, 4),
            "passes": len(streamed.passes_s),
            "pass_s": spread(streamed.passes_s),
            "dropped_frames": streamed.dropped_frames,
            "not_heard_s": round(streamed.not_heard_s, 2),
            "text": streamed.text,
        },
    }
    if offline:
        found["offline"] = {
            **_wrong(recording, offline.text),
            "cores": round(offline.processor_s / seconds, 3),
            "took_s": round(offline.took_s, 2),
            "text": offline.text,
        }
    if plain:
        found["plain"] = {
            **_wrong(recording, plain.text),
            "cores": round(plain.processor_s / seconds, 3),
            "word_committed_s": spread(plain.committed_s),
            "passes": len(plain.looks_s),
            "pass_s": spread(plain.looks_s),
            "behind_s": round(plain.behind_s, 2),
            "text": plain.text,
        }
        found["ratios"] = _ratios(found["streamed"], found["plain"])
    if recording.text and offline:
        found["points_streamed_minus_offline"] = round(
            100 * (found["streamed"]["wrong"] - found["offline"]["wrong"]), 2
        )
        found["by_pause"] = _by_pause(recording, streamed, offline)
    return found


def spread(values_s: Sequence[float]) -> dict[str, float]:
    """Count, median, p95 and longest, rounded to milliseconds."""
    found = distribution(values_s)
    return {
        "count": found.count,
        "median": round(found.median_s, 3),
        "p95": round(found.p95_s, 3),
        "longest": round(found.longest_s, 3),
    }


def _wrong(recording: LabelledRecording, text: str) -> Measurements:
    if not recording.text:
        return {"wrong": None}
    found = errors(recording.words, words_of(text, recording.language))
    return {
        "wrong": round(found.share, 4),
        "substituted": found.substituted,
        "deleted": found.deleted,
        "inserted": found.inserted,
    }


def _ratios(streamed: Measurements, plain: Measurements) -> Measurements:
    """Streamed by plain: below 1 is better."""

    def ratio(ours: float, theirs: float) -> float | None:
        return round(ours / theirs, 3) if theirs else None

    ours, theirs = streamed["word_committed_s"], plain["word_committed_s"]
    return {
        "cores": ratio(streamed["cores"], plain["cores"]),
        "committed_median": ratio(ours["median"], theirs["median"]),
        "committed_p95": ratio(ours["p95"], theirs["p95"]),
    }


def _by_pause(recording: LabelledRecording, streamed: Streamed, offline: Offline) -> list[Measurements]:
    reference = recording.words
    pauses = pauses_s(reference, offline.words, silences(with_quiet(recording.pcm)), recording.language)
    texts = [words_of(text, recording.language) for text in (streamed.text, offline.text)]
    return [
        {
            "pause": each.pause,
            "words": each.words,
            "streamed_wrong": each.wrong[0],
            "offline_wrong": each.wrong[1],
        }
        for each in by_pause(reference, texts, pauses)
    ]


def _whisper_name(model: str, settings: Settings) -> str:
    """A model's name in the catalogue, below `whisper/`, or its directory."""
    name = model.removeprefix("whisper-")
    return (
        name if not Path(model).is_dir() or (settings.models.directory / "whisper" / name).is_dir() else model
    )
