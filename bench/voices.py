"""How well the voice encoder tells voices apart: what one says beside what others say, and the equal error rate."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from contextlib import aclosing
from pathlib import Path
from typing import Any, Final

import numpy as np
import soxr
from numpy.typing import NDArray

from bench.machine import describe
from config.settings import Settings
from pipeline.audio import HEARING_RATE_HZ, SPEAKING_RATE_HZ, Pcm
from pipeline.engines.protocols import (
    EngineError,
    SpeakerEmbedding,
    SpeakerEncoder,
    SynthesisRequest,
    Synthesizer,
)
from pipeline.engines.registry import load_synthesizer
from pipeline.engines.speakers.resemblyzer import load_encoder
from pipeline.engines.speakers.sentences import COMPARISONS
from pipeline.recordings.decoding import decode

READINGS: Final = Path(__file__).parent / "data"
_RULES: Final = ("espeak:",)
"""Voices that are all made by the same rules are no different people."""


async def measure(settings: Settings, language: str, *, say: Callable[[str], None]) -> dict[str, Any]:
    """Has every natural voice of a language say two sentences, and adds the readings that come with the bench.

    Raises:
        EngineError: no encoder, or no voices that could be compared.
    """
    encoder = await load_encoder(settings.models)
    try:
        synthesizer = await load_synthesizer(settings)
        try:
            heard = await _voices(synthesizer, encoder, language, say)
        finally:
            await synthesizer.close()
        heard.update(await _readings(encoder))
    finally:
        await encoder.close()
    same, different = similarities(heard)
    if not same.size or not different.size:
        raise EngineError(f"there are not two voices of {language} that say two things each")
    rate, threshold = equal_error(same, different)
    return {
        "what": "voices", "machine": describe(), "language": language, "encoder": encoder.info.name,
        "speakers": len(heard), "same": _summary(same), "different": _summary(different),
        "equal_error": rate, "threshold": threshold,
    }  # fmt: skip


def text(found: Mapping[str, Any]) -> str:
    """The result as people read it."""
    lines = [f"{found['encoder']}, {found['speakers']} speakers, {found['language']}"]
    for kind in ("same", "different"):
        of = found[kind]
        lines.append(
            f"{kind:10} {of['pairs']:5} pairs  mean {of['mean']:.3f}  from {of['p5']:.3f} to {of['p95']:.3f}"
        )
    lines.append(f"equal error {found['equal_error']:.1%} at {found['threshold']:.3f}")
    return "\n".join(lines)


def similarities(
    heard: Mapping[str, Sequence[SpeakerEmbedding]],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Of all pairs of what one speaker says, and of all pairs of what two say."""
    told = [(speaker, found) for speaker, several in heard.items() for found in several]
    same: list[float] = []
    different: list[float] = []
    for (speaker, one), (other, another) in itertools.combinations(told, 2):
        (same if speaker == other else different).append(float(one @ another))
    return np.array(same, np.float64), np.array(different, np.float64)


def equal_error(same: NDArray[np.float64], different: NDArray[np.float64]) -> tuple[float, float]:
    """The error where as many pairs of one speaker pass for two as the other way round, and the threshold there."""
    thresholds = np.unique(np.concatenate([same, different]))
    missed = np.array([np.mean(same < threshold) for threshold in thresholds])
    taken = np.array([np.mean(different >= threshold) for threshold in thresholds])
    at = int(np.argmin(np.abs(missed - taken)))
    return float(missed[at] + taken[at]) / 2, float(thresholds[at])


async def _voices(
    synthesizer: Synthesizer, encoder: SpeakerEncoder, language: str, say: Callable[[str], None]
) -> dict[str, list[SpeakerEmbedding]]:
    comparison = COMPARISONS.get(language)
    if comparison is None:
        raise EngineError(f"there are sentences in {', '.join(COMPARISONS)}, none in {language}")
    heard: dict[str, list[SpeakerEmbedding]] = {}
    for voice in synthesizer.voices(language):
        if voice.name.startswith(_RULES):
            continue
        say(voice.name)
        heard[voice.name] = [
            (await encoder.describe(await _spoken(synthesizer, SynthesisRequest(sentence, language, voice.name))))
            .embedding
            for sentence in (comparison.searched, comparison.held_out)
        ]  # fmt: skip
    return heard


async def _spoken(synthesizer: Synthesizer, request: SynthesisRequest) -> Pcm:
    async with aclosing(synthesizer.synthesize(request)) as speech:
        pieces = [piece async for piece in speech]
    sound = np.concatenate(pieces) if pieces else np.zeros(0, np.int16)
    return np.asarray(soxr.resample(sound, SPEAKING_RATE_HZ, HEARING_RATE_HZ), np.int16)


async def _readings(encoder: SpeakerEncoder) -> dict[str, list[SpeakerEmbedding]]:
    """By reader; those that are too short tell nothing."""
    heard: dict[str, list[SpeakerEmbedding]] = {}
    for file in sorted(READINGS.glob("*.flac")):
        pcm = decode(file.read_bytes(), rate_hz=HEARING_RATE_HZ, max_s=60).pcm
        if len(pcm) > 2 * HEARING_RATE_HZ:
            traits = await encoder.describe(pcm)
            heard.setdefault(file.stem.partition("-")[0], []).append(traits.embedding)
    return heard


def _summary(found: NDArray[np.float64]) -> dict[str, Any]:
    low, high = np.percentile(found, [5, 95])
    return {"pairs": len(found), "mean": float(found.mean()), "p5": float(low), "p95": float(high)}
