"""The same model on the whole recording at once: what streaming is measured against."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bench.recording import LabelledRecording, Stretch, with_quiet
from bench.streamed import processor_s
from config.settings import Settings
from pipeline.audio import HEARING_RATE_HZ
from pipeline.engines.recognition.whisper.models import find, open_model
from pipeline.text.languages import base

BEAM = 5

TimedText = tuple[str, int, int]
"""A word as it is written, its first sample and the one behind its last."""


@dataclass(frozen=True, slots=True)
class Offline:
    """What a whole look at the recording gave."""

    text: str
    words: tuple[TimedText, ...]
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
        place = find(Path(name) if os.sep in name else name, settings.models.directory / "whisper")
        threads = threads or min(4, os.cpu_count() or 1)
        recognition = settings.recognition
        model = open_model(
            place, device=recognition.device, compute_type=recognition.compute_type, threads=threads
        )
        return cls(model, threads)

    def transcribe(self, recording: LabelledRecording) -> Offline:
        """Recognises the whole recording with beam 5 and word times; a mixed one language by language. Blocking."""
        began_s, used_s = time.monotonic(), processor_s()
        pcm = with_quiet(recording.pcm)
        stretches = recording.stretches or (Stretch(0, len(pcm), recording.language),)
        words: list[TimedText] = []
        texts = []
        for stretch in stretches:
            sound = pcm[stretch.first_sample : stretch.end_sample].astype(np.float32) / 32768
            language = base(stretch.language) if self.model.model.is_multilingual else None
            segments, _ = self.model.transcribe(
                sound, language=language, beam_size=BEAM, word_timestamps=True
            )
            for segment in segments:
                texts.append(segment.text)
                words += [_placed(word, stretch.first_sample) for word in segment.words or ()]
        text = "".join(texts).strip()
        return Offline(text, tuple(words), processor_s() - used_s, time.monotonic() - began_s)


def _placed(word: Any, first_sample: int) -> TimedText:
    start, end = (first_sample + int(at_s * HEARING_RATE_HZ) for at_s in (word.start, word.end))
    return word.word, start, end
