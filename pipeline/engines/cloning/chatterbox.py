"""Resemble AI's Chatterbox, multilingual: 23 languages, weights under a permissive licence, for a GPU.

The library runs in an environment of its own (`processes/chatterbox_process.py`). It marks what it makes as we do.
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
from pipeline.engines.protocols import EngineInfo, EngineMissing
from pipeline.recordings import watermark

NAME: Final = "chatterbox"
FILES: Final = (
    "ve.pt",
    "s3gen.pt",
    "grapheme_mtl_merged_expanded_v1.json",
    "t3_mtl23ls_v2.safetensors",
    "Cangjie5_TC.json",
)
"""Without which it does not speak."""
LANGUAGES: Final = tuple("ar da de el en es fi fr he hi it ja ko ms nl no pl pt ru sv sw tr zh".split())
_PIECE_CHARACTERS: Final = MappingProxyType({"": 240, "zh": 80, "ja": 80, "ko": 100})
"""It speaks forty seconds at once at most, and begins to invent before that."""


def look(models: Models) -> str:
    """See `Home.look`."""
    note = environments.installed(NAME)
    watermark.look(models)
    _check(models.directory / NAME)
    return f"{note.package}: {len(LANGUAGES)} languages"


async def load_cloner(wanted: Wanted) -> VoiceCloner:
    """Raises EngineMissing, EngineError."""
    weights = wanted.settings.models.directory / NAME
    await asyncio.to_thread(environments.installed, NAME)
    marker = await watermark.load_watermark(wanted.settings.models)
    await asyncio.to_thread(_check, weights)
    helper = CloningHelper(
        "pipeline.engines.processes.chatterbox_process",
        environments.place(NAME),
        weights,
        wanted.device,
        patience_s=300.0,  # it says nothing until a sentence is done
    )
    info = EngineInfo(NAME, "MIT", "MIT", True, True, LANGUAGES)
    codes = {language: language for language in LANGUAGES}
    return CloningSynthesizer(info, helper, marker, codes=codes, piece_characters=_PIECE_CHARACTERS)


def _check(weights: Path) -> None:
    if lacking := [name for name in FILES if not (weights / name).is_file()]:
        raise EngineMissing(
            f"{weights} lacks {', '.join(lacking)} of {NAME}; `hive models fetch {NAME}` brings them from the hub"
        )
