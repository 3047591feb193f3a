"""Kyutai's pocket-tts: clones on a plain CPU, in seven languages.

The library runs in an environment of its own (`processes/pocket_tts_process.py`). The weights that clone are handed out
to those who accept the authors' terms, which forbid to clone anybody without their explicit consent.
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

NAME: Final = "pocket-tts"
FOLDERS: Final = MappingProxyType(
    {
        "de": "german",
        "en": "english",
        "es": "spanish",
        "fr": "french",
        "it": "italian",
        "nl": "dutch",
        "pt": "portuguese",
    }
)
"""What its authors call each language, and so its folder below `models.directory`/pocket-tts."""
WEIGHTS: Final = "model.safetensors"
TOKENIZER: Final = "tokenizer.json"
_PIECE_CHARACTERS: Final = MappingProxyType({"": 240})


def look(models: Models) -> str:
    """See `Home.look`."""
    note = environments.installed(NAME)
    watermark.look(models)
    return f"{note.package}: {' '.join(_languages(models.directory / NAME))}"


async def load_cloner(wanted: Wanted) -> VoiceCloner:
    """Raises EngineMissing, EngineError."""
    weights = wanted.settings.models.directory / NAME
    await asyncio.to_thread(environments.installed, NAME)
    marker = await watermark.load_watermark(wanted.settings.models)
    languages = await asyncio.to_thread(_languages, weights)
    helper = CloningHelper(
        "pipeline.engines.processes.pocket_tts_process",
        environments.place(NAME),
        weights,
        "cpu",  # its authors saw no gain from a GPU
    )
    info = EngineInfo(NAME, "MIT", "CC-BY-4.0", True, True, languages)
    codes = {language: FOLDERS[language] for language in languages}
    return CloningSynthesizer(info, helper, marker, codes=codes, piece_characters=_PIECE_CHARACTERS)


def _languages(weights: Path) -> tuple[str, ...]:
    """Those whose weights are there. Raises EngineMissing where there are none."""
    there = tuple(language for language, folder in FOLDERS.items() if _whole(weights / folder))
    if not there:
        raise EngineMissing(
            f"there are no weights of {NAME} in {weights}; its authors hand them out as kyutai/pocket-tts on the hub "
            f"to those who accept their terms: put {WEIGHTS} and {TOKENIZER} of a language into {weights}/LANGUAGE, "
            f"e.g. {weights}/spanish"
        )
    return there


def _whole(folder: Path) -> bool:
    return (folder / WEIGHTS).is_file() and (folder / TOKENIZER).is_file()
