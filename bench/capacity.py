"""How many speakers fit on a core, or on a GPU: passes timed by batch size, one thread for each."""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bench import readings
from bench.gpu_capacity import (
    SHAPES,
    CannotMeasure,
    PassTime,
    device_name,
    longest,
    open_engine,
    report,
    speakers,
)
from bench.gpu_capacity import measure as measure_random
from bench.hearing import Measurements, with_model
from bench.machine import describe
from bench.offline import OfflineWhisper
from bench.plot import lines
from bench.result import markdown
from config.settings import Settings
from pipeline.audio import HEARING_RATE_HZ
from pipeline.engines.choice import chosen as chosen_engines
from pipeline.engines.protocols import EngineError, EngineMissing

WINDOWS_S = (4.0, 8.0, 12.0)
BATCHES = (1, 2, 4, 8)
GPU_WINDOWS_S = (8.0, 12.0, 30.0)
GPU_BATCHES = (1, 2, 4, 8, 16, 32, 64)
GPU_TOKENS = 30
TOKENS_A_SECOND = 4
"""What speech without pause comes to. A window that ends within a word may go on writing, so there is a limit."""
REPEATS = 5
INTERVAL_S = 0.5
"""Between two passes of a speaker."""


async def measure(settings: Settings, model: str, *, device: str, say: Callable[[str], None]) -> Measurements:
    """Real weights on the CPU, the shape of large-v3-turbo on a GPU. Raises EngineMissing, EngineError."""
    if device == "cuda":
        return await asyncio.to_thread(_on_gpu, say)
    chosen = with_model(settings, model)
    name = chosen.recognition.model or chosen_engines(settings).recognition.model
    if not name:
        raise EngineMissing(
            "capacity is measured with a Whisper model, and there is none; name one with --model"
        )
    whisper = await asyncio.to_thread(OfflineWhisper.open, name, settings, threads=1)
    return _on_one_core(name, await asyncio.to_thread(_passes, whisper.model, say))


def _on_one_core(name: str, times: Sequence[PassTime]) -> Measurements:
    windows = sorted({each.window_s for each in times})
    return {
        "kind": "capacity",
        "model": name,
        "device": "one core",
        "interval_s": INTERVAL_S,
        "machine": describe(),
        "passes": [_entry(each) for each in times],
        "speakers": {
            f"{window_s:g} s": speakers([each for each in times if each.window_s == window_s], INTERVAL_S)
            for window_s in windows
        },
        "cores_a_speaker": {
            f"{window_s:g} s": round(cores_a_speaker(times, window_s, INTERVAL_S), 3) for window_s in windows
        },
    }


def cores_a_speaker(times: Sequence[PassTime], window_s: float, interval_s: float) -> float:
    """What one speaker costs at the best batch size: processor time of a pass by the interval."""
    return min(each.whole_s / each.batch / interval_s for each in times if each.window_s == window_s)


def text(found: Mapping[str, Any]) -> str:
    """Markdown."""
    rows = [
        (
            f"{each['window_s']:g}",
            str(each["batch"]),
            f"{each['encode_s'] * 1000:.0f}",
            f"{each['decode_s'] * 1000:.0f}",
            f"{each['whole_s'] * 1000 / each['batch']:.0f}",
            str(each["tokens"]),
        )
        for each in found["passes"]
    ]
    what = found.get("model") or f"{found['shape']['name']}, random weights, {found['engine']}"
    columns = ("window, s", "batch", "encode, ms", "decode, ms", "each speaker, ms", "tokens")
    fit = ", ".join(f"{count} with windows of {window}" for window, count in found["speakers"].items())
    return "\n".join(
        [
            markdown(f"Passes of {what} on {found['device']}", columns, rows),
            f"speakers with a pass every {found['interval_s']:g} s: {fit}",
        ]
    )


def plots(found: Mapping[str, Any]) -> dict[str, str]:
    """Time of a pass by batch size, a line for each window."""
    series: dict[str, list[tuple[float, float]]] = {}
    for each in found["passes"]:
        series.setdefault(f"{each['window_s']:g} s", []).append((each["batch"], each["whole_s"] * 1000))
    return {"passes": lines("A pass by batch size", "speakers in it", "ms", series)}


def _on_gpu(say: Callable[[str], None]) -> Measurements:
    shape = SHAPES["large-v3-turbo"]
    with tempfile.TemporaryDirectory() as directory:
        try:
            engine = open_engine("auto", shape, "cuda", "float16", Path(directory) / "model", say)
        except CannotMeasure as error:
            raise EngineError(f"nothing could be measured: {error}") from error
        times = measure_random(
            engine,
            shape,
            windows_s=list(GPU_WINDOWS_S),
            batches=list(GPU_BATCHES),
            tokens=GPU_TOKENS,
            say=say,
        )
    return report(engine.name, device_name("cuda"), shape, times, INTERVAL_S) | {"machine": describe()}


def _passes(model: Any, say: Callable[[str], None]) -> list[PassTime]:
    """Times encoder and greedy decoding on real speech that fills the window but for a second."""
    import ctranslate2
    from faster_whisper.tokenizer import Tokenizer

    tokenizer = Tokenizer(model.hf_tokenizer, model.model.is_multilingual, task="transcribe", language="en")
    prompt = model.get_prompt(tokenizer, [], without_timestamps=True)
    speech = readings.kennedy().astype(np.float32) / 32768
    found = []
    for window_s in WINDOWS_S:
        frames, most = int(window_s * 100), round(window_s * TOKENS_A_SECOND)
        features = model.feature_extractor(speech[: int((window_s - 1) * HEARING_RATE_HZ)])[:, :frames]
        features = np.pad(features, ((0, 0), (0, frames - features.shape[1])))
        for batch in BATCHES:
            whole = ctranslate2.StorageView.from_array(
                np.ascontiguousarray(np.stack([features] * batch), dtype=np.float32)
            )
            encodes, decodes, tokens = [], [], 0
            for number in range(REPEATS + 1):
                began = time.perf_counter()
                encoded = model.model.encode(whole)
                between = time.perf_counter()
                results = model.model.generate(
                    encoded, [prompt] * batch, beam_size=1, max_length=longest(most, len(prompt))
                )
                if number:  # the first one fills pools of memory
                    encodes.append(between - began)
                    decodes.append(time.perf_counter() - between)
                tokens = len(results[0].sequences_ids[0])
            times = PassTime(window_s, batch, statistics.median(encodes), statistics.median(decodes), tokens)
            say(f"{window_s:g} s, batch {batch}: {times.whole_s * 1000:.0f} ms, {tokens} tokens")
            found.append(times)
    return found


def _entry(each: PassTime) -> dict[str, Any]:
    return {
        "window_s": each.window_s,
        "batch": each.batch,
        "encode_s": round(each.encode_s, 4),
        "decode_s": round(each.decode_s, 4),
        "whole_s": round(each.whole_s, 4),
        "tokens": each.tokens,
    }
