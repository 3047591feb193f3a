"""Where the voices of a synthesiser lie that have a name: measured once, then kept in the cache directory."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import TypeAdapter, ValidationError

from pipeline.engines.speakers.blend_search import MeasuredVoice

_KEPT: TypeAdapter[dict[str, tuple[float, list[float]]]] = TypeAdapter(dict[str, tuple[float, list[float]]])
"""By name: pitch and embedding."""


class NamedVoices:
    """What was measured, a file for each language; blocking, a few kilobytes.

    Args:
        directory: where it is kept.
        models: tells one set of models from another; with others all is measured anew.
    """

    def __init__(self, directory: Path, models: str) -> None:
        self._directory, self._models = directory, models

    def kept(self, language: str, sentence: str) -> dict[str, MeasuredVoice]:
        """Those that were measured before on this sentence; none where the file is not there or damaged."""
        try:
            found = _KEPT.validate_json(self._file(language, sentence).read_bytes())
        except (OSError, ValidationError):
            return {}
        return {
            name: MeasuredVoice(np.asarray(embedding, np.float32), pitch_hz)
            for name, (pitch_hz, embedding) in found.items()
        }

    def keep(self, language: str, sentence: str, voices: Mapping[str, MeasuredVoice]) -> None:
        """For the next time; nothing happens where it cannot be written."""
        tree: dict[str, Any] = {
            name: (voice.pitch_hz, [round(float(number), 6) for number in voice.embedding])
            for name, voice in voices.items()
        }
        file = self._file(language, sentence)
        with suppress(OSError):
            file.parent.mkdir(parents=True, exist_ok=True)
            partial = file.with_suffix(".partial")
            partial.write_text(json.dumps(tree))
            partial.replace(file)

    def _file(self, language: str, sentence: str) -> Path:
        key = hashlib.sha256(f"{self._models}\n{sentence}".encode()).hexdigest()[:24]
        return self._directory / f"{language}-{key}.json"
