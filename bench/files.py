"""How well and how soon a file is recognised: through the running service, and offline with the same model."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from bench import readings
from bench.hearing import Measurements, with_model
from bench.machine import describe
from bench.offline import OfflineWhisper
from bench.recording import LabelledRecording, read
from bench.result import markdown, number, percent
from bench.streamed import processor_s
from config.settings import Settings
from demo.scripts import PRESIDENT_SAYS
from demo.wer import errors, words_of
from pipeline.audio import HEARING_RATE_HZ
from pipeline.engines.recognition.files import ReadsFiles
from pipeline.engines.recognition.quality import Quality
from pipeline.engines.recognition.silero import SileroModel
from pipeline.engines.registry import load_recognizer
from speech_service.client.files import TranscriptionClient
from speech_service.limits import serving
from speech_service.stt import stt_app

_PAUSES_S: Final = (0.3, 2.0)


def joined(seconds: float) -> LabelledRecording:
    """The readings that come with the project, in an order that changes, with pauses between them."""
    parts = {**readings.AUSTEN, **readings.CARDS}
    sounds = {name: readings.sound(name) for name in parts}
    parts["kennedy"], sounds["kennedy"] = PRESIDENT_SAYS, readings.kennedy()
    dice = random.Random(1)
    pieces, texts, length_s = [], [], 0.0
    while length_s < seconds:
        for name in dice.sample(sorted(parts), len(parts)):
            pause = np.zeros(int(dice.uniform(*_PAUSES_S) * HEARING_RATE_HZ), np.int16)
            pieces += [sounds[name], pause]
            texts.append(parts[name])
            length_s += (len(sounds[name]) + len(pause)) / HEARING_RATE_HZ
            if length_s >= seconds:
                break
    return LabelledRecording("readings", np.concatenate(pieces), "en", " ".join(texts))


async def measure(
    recording: LabelledRecording, settings: Settings, model: str, *, say: Callable[[str], None]
) -> Measurements:
    """One file in each quality through the service over HTTP, then offline. Raises EngineError, OSError.

    Args:
        model: as for `bench.hearing.with_model`.
        say: gets progress.
    """
    settings = with_model(settings, model)
    services = replace(
        settings.services, max_audio_s=max(settings.services.max_audio_s, recording.seconds + 1)
    )
    settings = replace(settings, services=services)
    machine = describe()
    found: dict[str, Any] = {}
    recognizer = await load_recognizer(settings)
    try:
        app = stt_app(
            recognizer,
            SileroModel.load().detector,
            settings,
            files=recognizer.files if isinstance(recognizer, ReadsFiles) else None,
        )
        async with (
            serving(app, services, 0) as server,
            TranscriptionClient(replace(services, stt_url=server.url)) as client,
        ):
            for quality in Quality:
                say(f"through the service, {quality}")
                began_s, used_s = time.monotonic(), processor_s()
                transcript = await client.transcribe(
                    recording.pcm, language=recording.language, quality=quality.value
                )
                took_s = time.monotonic() - began_s
                found[quality.value] = _figures(recording, transcript.text, took_s, processor_s() - used_s)
    finally:
        await recognizer.close()
    if settings.recognition.model:
        say("offline, beam 5")
        offline = OfflineWhisper.open(settings.recognition.model, settings)
        looked = offline.transcribe(recording)
        found["offline"] = _figures(recording, looked.text, looked.took_s, looked.processor_s)
    return {
        "kind": "files",
        "model": model or "as set",
        "engine": recognizer.info.name,
        "recording": {
            "name": recording.name,
            "language": recording.language,
            "seconds": round(recording.seconds, 1),
            "words": len(recording.words),
        },
        "machine": machine | {"load_after": describe()["load_before"]},
        "results": found,
    }


def _figures(
    recording: LabelledRecording, text: str, took_s: float, used_s: float
) -> dict[str, float | None]:
    wrong = errors(recording.words, words_of(text, recording.language)) if recording.text else None
    return {
        "wrong": None if wrong is None else round(wrong.share, 4),
        "took_s": round(took_s, 2),
        "real_time_factor": round(took_s / recording.seconds, 3),
        "cores": round(used_s / recording.seconds, 3),
    }


def text(found: Measurements) -> str:
    """Markdown."""
    recording, machine = found["recording"], found["machine"]
    head = (
        f"# Files: {recording['name']} ({recording['seconds']:.0f} s, {recording['words']} words, "
        f"{recording['language']}), {found['engine']} {found['model']}\n\n"
        f"{machine['cores']} cores, load {machine['load_before']} before and {machine['load_after']} after\n"
    )
    rows = [
        (
            "offline, beam 5" if name == "offline" else f"service, {name}",
            percent(each["wrong"]),
            number(each["took_s"], 1),
            number(each["real_time_factor"], 3),
            number(each["cores"], 3),
        )
        for name, each in found["results"].items()
    ]
    columns = ("", "words wrong", "took, s", "real-time factor", "processor seconds a second")
    return "\n".join([head, markdown("A whole file", columns, rows)])


def read_or_join(file: Path | None, said: str, language: str, seconds: float) -> LabelledRecording:
    """A recording of the operator's, else the readings. Raises TalkError."""
    return read(file, said, language) if file is not None else joined(seconds)
