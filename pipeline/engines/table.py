"""All engines that settings may name, with their licences."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pipeline.engines.translation.apertium import modes as apertium_modes

EngineRole = Literal["recognition", "translation", "speech"]


@dataclass(frozen=True, slots=True)
class Engine:
    """An engine that settings may name."""

    name: str
    role: EngineRole
    code_licence: str
    """SPDX."""
    weights_licence: str
    """SPDX, "none", or "per model"."""
    commercial_use: bool
    """Whether its usual weights may be used commercially; single models may still forbid it."""
    downloads: bool
    languages: str
    """In words: which can be told only with its models."""
    requires: str
    """What has to be installed, in words."""


ENGINES = (
    Engine(
        "pocketsphinx", "recognition", "BSD-2-Clause", "BSD-2-Clause", True, False,
        "English", "nothing, it comes with its model",
    ),
    Engine(
        "whisper", "recognition", "MIT", "MIT", True, True,
        "99 languages", "a model, e.g. `hive models fetch whisper-base`",
    ),
    Engine(
        "apertium", "translation", "GPL-2.0-or-later", "GPL-2.0-or-later", True, False,
        "the installed pairs, and pivots through them", f"the programs: {apertium_modes.INSTALL_HINT}",
    ),
    Engine(
        "opus", "translation", "MIT", "per model", True, True,
        "a model for each pair, and pivots through them", "models, e.g. `hive models fetch opus-en-es`",
    ),
    Engine(
        "espeak", "speech", "GPL-3.0-or-later", "none", True, False,
        "some seventy languages", "the library, on Debian `apt-get install espeak-ng`",
    ),
    Engine(
        "piper", "speech", "GPL-3.0-or-later", "per model", True, True,
        "some forty languages, a voice for each",
        "`pip install piper-tts` and voices, e.g. `hive models fetch piper-es_ES-davefx-medium`",
    ),
    Engine(
        "kokoro", "speech", "MIT", "Apache-2.0", True, True,
        "en es fr hi it ja pt zh", "`pip install kokoro-onnx` and `hive models fetch kokoro`",
    ),
)  # fmt: skip
