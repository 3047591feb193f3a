"""Apertium's programs: rules for close languages, for trying HIVE."""

from __future__ import annotations

from config.settings import Models
from pipeline.engines.homes import Wanted
from pipeline.engines.protocols import Translator


def look(_models: Models) -> str:
    """See `Home.look`."""
    from pipeline.engines.translation.apertium import modes

    pairs = [f"{mode.source}→{mode.target}" for mode in modes.installed() if not mode.variant]
    return f"pairs {', '.join(pairs)}"


async def load_translator(_wanted: Wanted) -> Translator:
    """Raises EngineMissing, EngineError."""
    from pipeline.engines.translation.apertium.translator import ApertiumTranslator

    return await ApertiumTranslator.load()
