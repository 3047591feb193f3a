"""All engines that settings may name, a row each. A new one is its row here and the module that the row names."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

EngineRole = Literal["recognition", "translation", "speech", "cloning"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """An engine that settings may name."""

    name: str
    roles: tuple[EngineRole, ...]
    """What it does, its own work first."""
    home: str
    """The module that tells whether it is there and that loads it, see `pipeline.engines.homes`."""
    rank: int
    """Of the engines of a role that are there, the one with the lowest is asked first."""
    code_licence: str
    """SPDX."""
    weights_licence: str
    """SPDX, "none", or "per model"."""
    models: str = ""
    """Where the files of its models lie below `models.directory`, as a pattern; empty: it needs none."""
    least_cores: int = 1
    """With fewer it is not trusted to keep up beside recognition before that was measured."""
    incremental: bool = False
    """A recogniser that works on sound once, as it comes, and not again with each look."""

    @property
    def downloads(self) -> bool:
        """Whether it needs models, which have to be fetched."""
        return bool(self.models)


ENGINES: Final = (
    Engine(
        name="pocketsphinx",
        roles=("recognition",),
        home="pipeline.engines.recognition.sphinx",
        rank=2,
        code_licence="BSD-2-Clause",
        weights_licence="BSD-2-Clause",
        incremental=True,
    ),
    Engine(
        name="whisper",
        roles=("recognition", "translation"),
        home="pipeline.engines.recognition.whisper",
        rank=1,
        code_licence="MIT",
        weights_licence="MIT",
        models="whisper/*/model.bin",
    ),
    Engine(
        name="apertium",
        roles=("translation",),
        home="pipeline.engines.translation.apertium",
        rank=2,
        code_licence="GPL-2.0-or-later",
        weights_licence="GPL-2.0-or-later",
    ),
    Engine(
        name="opus",
        roles=("translation",),
        home="pipeline.engines.translation.opus",
        rank=0,
        code_licence="MIT",
        weights_licence="per model",
        models="opus/*/model.bin",
    ),
    Engine(
        name="espeak",
        roles=("speech",),
        home="pipeline.engines.synthesis.espeak",
        rank=2,
        code_licence="GPL-3.0-or-later",
        weights_licence="none",
    ),
    Engine(
        name="piper",
        roles=("speech",),
        home="pipeline.engines.synthesis.piper",
        rank=1,
        code_licence="GPL-3.0-or-later",
        weights_licence="per model",
        models="piper/*.onnx",
    ),
    Engine(
        name="kokoro",
        roles=("speech",),
        home="pipeline.engines.synthesis.kokoro",
        rank=0,
        code_licence="MIT",
        weights_licence="Apache-2.0",
        models="kokoro/*.onnx",
        least_cores=4,
    ),
    # those that clone speak for nobody unless the settings name one, and run in an environment of their own
    Engine(
        name="pocket-tts",
        roles=("cloning",),
        home="pipeline.engines.cloning.pocket_tts",
        rank=0,
        code_licence="MIT",
        weights_licence="CC-BY-4.0",
        models="pocket-tts/*/model.safetensors",
    ),
    Engine(
        name="chatterbox",
        roles=("cloning",),
        home="pipeline.engines.cloning.chatterbox",
        rank=1,
        code_licence="MIT",
        weights_licence="MIT",
        models="chatterbox/*.safetensors",
    ),
    Engine(
        name="xtts",
        roles=("cloning",),
        home="pipeline.engines.cloning.xtts",
        rank=2,
        code_licence="MPL-2.0",
        weights_licence="LicenseRef-CPML",
        models="xtts/model.pth",
    ),
)


def best_first(role: EngineRole, engines: Iterable[Engine] = ENGINES) -> tuple[Engine, ...]:
    """The engines of a role."""
    return tuple(sorted((engine for engine in engines if role in engine.roles), key=lambda it: it.rank))


def names(role: EngineRole, engines: Iterable[Engine] = ENGINES) -> tuple[str, ...]:
    """What settings may name for a role, the best first."""
    return tuple(engine.name for engine in best_first(role, engines))


if TYPE_CHECKING:  # what stands in a table is no type to a checker that does not run it
    RecognitionEngine = str
    TranslationEngine = str
    SpeechEngine = str
    CloningEngine = str
else:
    RecognitionEngine = Literal["auto", *names("recognition")]
    TranslationEngine = Literal["auto", *names("translation")]
    SpeechEngine = Literal["auto", *names("speech")]
    CloningEngine = Literal["off", *names("cloning")]
