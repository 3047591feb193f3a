"""Coqui's XTTS-v2: 17 languages, for those who may use weights that are not for commercial use.

Nobody sells another licence of them any more. The library, which lives on as `coqui-tts`, runs in an environment of its
own (`processes/xtts_process.py`).
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from types import MappingProxyType
from typing import Final

from config.settings import Models
from pipeline.engines.cloning import environments
from pipeline.engines.cloning.cloner import VoiceCloner
from pipeline.engines.cloning.synthesizer import CloningHelper, CloningSynthesizer
from pipeline.engines.homes import Wanted
from pipeline.engines.protocols import EngineError, EngineInfo, EngineMissing
from pipeline.recordings import watermark

NAME: Final = "xtts"
FILES: Final = ("config.json", "vocab.json", "model.pth")
"""Without which it does not speak."""
LICENCE: Final = "LicenseRef-CPML"
_CODES: Final = MappingProxyType(
    {code: code for code in "ar cs de en es fr hi hu it ja ko nl pl pt ru tr".split()} | {"zh": "zh-cn"}
)
LANGUAGES: Final = tuple(sorted(_CODES))
_PIECE_CHARACTERS: Final = MappingProxyType(
    {
        "": 160, "ar": 166, "cs": 186, "de": 240, "en": 240, "es": 239, "fr": 240, "hi": 150, "it": 213, "ja": 71,
        "ko": 95, "pl": 224, "pt": 203, "ru": 182, "zh": 82,
    }
)  # fmt: skip
"""Of the library, which warns beyond them that the end may be left out."""


def look(models: Models) -> str:
    """See `Home.look`."""
    note = environments.installed(NAME)
    watermark.look(models)
    _check(models)
    return f"{note.package}: {len(LANGUAGES)} languages, not for commercial use"


async def load_cloner(wanted: Wanted) -> VoiceCloner:
    """Raises EngineMissing, EngineError."""
    models = wanted.settings.models
    await asyncio.to_thread(environments.installed, NAME)
    marker = await watermark.load_watermark(wanted.settings.models)
    await asyncio.to_thread(_check, models)
    helper = CloningHelper(
        "pipeline.engines.processes.xtts_process", environments.place(NAME), _weights(models), wanted.device
    )
    info = EngineInfo(NAME, "MPL-2.0", LICENCE, False, True, LANGUAGES)
    return CloningSynthesizer(info, helper, marker, codes=_CODES, piece_characters=_PIECE_CHARACTERS)


def _weights(models: Models) -> Path:
    return models.directory / NAME


def _check(models: Models) -> None:
    if not models.allow_non_commercial:
        raise EngineError(
            "the weights of XTTS may not be used commercially; if yours is no such use, set models.allow_non_commercial"
        )
    if lacking := [name for name in FILES if not (_weights(models) / name).is_file()]:
        raise EngineMissing(
            f"{_weights(models)} lacks {', '.join(lacking)} of {NAME}; "
            f"`hive models fetch {NAME}` brings them from the hub"
        )
