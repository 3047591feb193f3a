"""Piper: neural voices for some forty languages that run well on a plain CPU.

The library runs in a helper process (`piper_process.py`); this side knows the voices.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import structlog

from config.settings import Models
from pipeline.audio import Pcm
from pipeline.engines.homes import Wanted, require_library
from pipeline.engines.processes.child import HelperProcess
from pipeline.engines.protocols import (
    EngineError,
    EngineInfo,
    EngineMissing,
    SynthesisRequest,
    Synthesizer,
    UnknownLanguage,
    Voice,
)
from pipeline.engines.synthesis.sound_shaping import Leveller, Shaper
from pipeline.engines.synthesis.spoken_text import spoken_text
from pipeline.text.languages import base
from pipeline.text.splitting import sentences

log = structlog.get_logger(__name__)

_PIECE_CHARACTERS = 240
_MOST_SPEAKERS = 12
"""So many voices are offered of a model with hundreds of speakers."""
_NON_COMMERCIAL = re.compile(r"non[- ]?commercial|-nc-|\bnc\b|research only", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class PiperModel:
    """What the JSON file beside a voice says."""

    name: str
    """Its file's name without `.onnx`, e.g. "es_ES-davefx-medium"."""
    tag: str
    """BCP 47 with region, lower case, e.g. "es-es"."""
    rate_hz: int
    speakers: int

    @property
    def language(self) -> str:
        return base(self.tag)


def look(models: Models) -> str:
    """See `Home.look`."""
    require_library("piper", "piper-tts")
    voices = find(models.directory / "piper", allow_non_commercial=models.allow_non_commercial)
    return f"voices {', '.join(voice.name for voice in voices)}"


async def load_synthesizer(wanted: Wanted) -> Synthesizer:
    """Raises EngineMissing, EngineError."""
    models = wanted.settings.models
    return await PiperSynthesizer.load(
        models.directory / "piper", allow_non_commercial=models.allow_non_commercial
    )


def find(directory: Path, *, allow_non_commercial: bool = False) -> tuple[PiperModel, ...]:
    """The voices of a directory, by name; one whose card forbids commercial use only where that is accepted.

    Raises:
        EngineMissing: there are none.
        EngineError: the description of one of them cannot be read.
    """
    models: list[PiperModel] = []
    for file in sorted(directory.glob("*.onnx")):
        card = file.with_suffix(".card.txt")
        forbids = card.is_file() and _NON_COMMERCIAL.search(card.read_text("utf-8", "replace"))
        if forbids and not allow_non_commercial:
            log.warning("voice is for non-commercial use and is left out", voice=file.stem)
            continue
        models.append(_read(file))
    if not models:
        raise EngineMissing(
            f"there is no Piper voice in {directory}; put NAME.onnx and NAME.onnx.json there, "
            "or fetch one, e.g. `hive models fetch piper-es_ES-davefx-medium`"
        )
    return tuple(models)


class PiperSynthesizer:
    """Piper's voices in a directory.

    Args:
        models: see `find`.
        patience_s: how long the helper may be silent while it has work; loading a voice takes a second.
    """

    def __init__(
        self,
        directory: Path,
        models: Sequence[PiperModel],
        *,
        patience_s: float = 20.0,
        max_waiting: int = 64,
    ) -> None:
        self._helper = HelperProcess(
            "pipeline.engines.processes.piper_process",
            (str(directory.resolve()),),
            patience_s=patience_s,
            max_jobs=max_waiting,
            start_patience_s=30.0,
        )
        self._models = tuple(models)
        self._levellers: dict[str, Leveller] = {}
        self.info = EngineInfo(
            name="piper",
            code_licence="GPL-3.0-or-later",
            weights_licence="per model",
            commercial_use=True,
            downloads=True,
            languages=tuple(sorted({model.language for model in models})),
        )

    @classmethod
    async def load(
        cls, directory: Path, *, allow_non_commercial: bool = False, patience_s: float = 20.0
    ) -> PiperSynthesizer:
        """Finds the voices and starts the helper. Raises EngineMissing, EngineError."""
        require_library("piper", "piper-tts")
        models = await asyncio.to_thread(find, directory, allow_non_commercial=allow_non_commercial)
        engine = cls(directory, models, patience_s=patience_s)
        try:
            await engine._helper.start()
        except (Exception, asyncio.CancelledError):
            await engine.close()
            raise
        return engine

    @property
    def pid(self) -> int | None:
        """Process id of the helper that runs now."""
        return self._helper.pid

    def voices(self, language: str) -> tuple[Voice, ...]:
        return tuple(Voice(name, language) for name, _, _ in self._choices(language))

    async def synthesize(self, request: SynthesisRequest) -> AsyncGenerator[Pcm, None]:
        choices = self._choices(request.language)
        if not choices:
            raise UnknownLanguage(request.language, self.info.languages)
        named = (choice for choice in choices if choice[0] == request.voice)
        name, model, speaker = next(named, choices[0])
        leveller = self._levellers.setdefault(name, Leveller())
        shaper = Shaper(model.rate_hz)
        speed = min(max(request.speed, 0.5), 2.0)
        for piece in sentences(spoken_text(request), _PIECE_CHARACTERS, request.language):
            job = {"voice": model.name, "speaker": speaker, "speed": speed, "text": piece.strip()}
            async with aclosing(self._helper.speak(job)) as sound:
                async for data in sound:
                    if (pcm := shaper.feed(leveller.feed(np.frombuffer(data, np.int16)))).size:
                        yield pcm
        if (pcm := shaper.finish()).size:
            yield pcm

    async def close(self) -> None:
        await self._helper.close()

    def _choices(self, language: str) -> list[tuple[str, PiperModel, int | None]]:
        """Voice names of a language with model and speaker, the asked region first."""
        tag = language.replace("_", "-").lower()
        fitting = [model for model in self._models if model.language == base(tag)]
        fitting.sort(key=lambda model: model.tag != tag)
        choices: list[tuple[str, PiperModel, int | None]] = []
        for model in fitting:
            speakers = range(min(model.speakers, _MOST_SPEAKERS))
            if model.speakers > 1:
                choices.extend((f"{model.name}#{speaker}", model, speaker) for speaker in speakers)
            else:
                choices.append((model.name, model, None))
        return choices


def _read(file: Path) -> PiperModel:
    described = file.with_name(file.name + ".json")
    try:
        config = json.loads(described.read_bytes())
        code = config.get("language", {}).get("code") or config["espeak"]["voice"]
        return PiperModel(
            name=file.stem,
            tag=code.replace("_", "-").lower(),
            rate_hz=int(config["audio"]["sample_rate"]),
            speakers=int(config.get("num_speakers", 1)),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise EngineError(f"{described} does not describe a Piper voice: {error!r}") from error
