"""The same model on the whole recording at once: what streaming is measured against."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bench.recording import Recording, with_quiet
from bench.streamed import processor_s
from config.settings import Settings
from pipeline.audio import HEARING_RATE_HZ
from pipeline.engines.whisper_models import find_or_fetch, open_model
from pipeline.text.languages import base

BEAM = 5


@dataclass(frozen=True, slots=True)
class Offline:
    """What a whole look at the recording gave."""

    text: str
    words: tuple[tuple[str, int, int], ...]
    """Each as it is written, with its first sample and the one behind its last."""
    processor_s: float
    took_s: float


class OfflineWhisper:
    """`faster_whisper.WhisperModel` as its library uses it.

    Args:
        model: shared with the plain loop.
        threads: what it was opened with.
    """

    def __init__(self, model: Any, threads: int) -> None:
        self.model, self.threads = model, threads

    @classmethod
    def open(cls, name: str, settings: Settings, *, threads: int = 0) -> OfflineWhisper:
        """Opens a model by its name or directory; 0 threads: one for each core, at most four, the library's own choice.

        Blocking, some seconds. Raises EngineMissing, EngineError.
        """
        place = find_or_fetch(
            Path(name) if os.sep in name else name,
            settings.models.directory / "whisper",
            download=settings.models.download,
        )
        threads = threads or min(4, os.cpu_count() or 1)
        recognition = settings.recognition
        model = open_model(
            place, device=recognition.device, compute_type=recognition.compute_type, threads=threads
        )
        return cls(model, threads)

    def transcribe(self, recording: Recording) -> Offline:
        """Recognises the whole recording with beam 5 and word times. Blocking."""
        began_s, used_s = time.monotonic(), processor_s()
        sound = with_quiet(recording.pcm).astype(np.float32) / 32768
        language = base(recording.language) if self.model.model.is_multilingual else None
        segments, _ = self.model.transcribe(sound, language=language, beam_size=BEAM, word_timestamps=True)
        words, text = [], ""
        for segment in segments:
            text += segment.text
            words += [
                (word.word, int(word.start * HEARING_RATE_HZ), int(word.end * HEARING_RATE_HZ))
                for word in segment.words or ()
            ]
        return Offline(
            text.strip(), tuple(words), processor_s() - used_s, time.monotonic() - began_s
        )
