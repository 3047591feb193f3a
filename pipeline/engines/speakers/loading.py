"""What measures voices and finds ones that resemble somebody's, as far as it is there; nothing else waits for it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Final

import structlog

from config.cache import cache_directory
from config.settings import Settings
from pipeline.engines.measurements import models_digest
from pipeline.engines.protocols import (
    EngineError,
    EngineMissing,
    SpeakerEncoder,
    Synthesizer,
    VoiceMatcher,
)
from pipeline.engines.speakers import resemblyzer
from pipeline.engines.speakers.matcher import BlendMatcher
from pipeline.engines.speakers.named_voices import NamedVoices
from pipeline.engines.synthesis.blends import parts_of

log = structlog.get_logger(__name__)

_NO_BLENDS: Final = "no voice that is loaded can be blended; `hive models fetch kokoro`"


@dataclass(frozen=True, slots=True)
class LikenessEngines:
    """What there is of it."""

    encoder: SpeakerEncoder | None = None
    matcher: VoiceMatcher | None = None
    missing: str = "voices are not measured here"
    """Why something of it is not there, and what to do; empty: all is there."""

    def measures(self) -> SpeakerEncoder:
        """Raises EngineMissing."""
        if self.encoder is None:
            raise EngineMissing(self.missing)
        return self.encoder

    def finds(self) -> VoiceMatcher:
        """Raises EngineMissing."""
        if self.matcher is None:
            raise EngineMissing(self.missing)
        return self.matcher

    async def close(self) -> None:
        """Ends what was loaded."""
        if self.matcher is not None:
            await self.matcher.close()
        if self.encoder is not None:
            await self.encoder.close()


async def load_likeness(settings: Settings, synthesizer: Synthesizer) -> LikenessEngines:
    """Loads what there is; raises nothing where something is missing.

    Args:
        synthesizer: whose voices are blended; not closed with it.
    """
    try:
        encoder = await resemblyzer.load_encoder(settings.models)
    except EngineError as error:
        log.info("voices are not measured", reason=str(error))
        return LikenessEngines(missing=str(error))
    if not any(parts_of(synthesizer, engine) for engine in ("", "kokoro")):
        return LikenessEngines(encoder, None, _NO_BLENDS)
    models = await asyncio.to_thread(models_digest, settings)
    kept = NamedVoices(cache_directory() / "voices", models)
    return LikenessEngines(encoder, BlendMatcher(synthesizer, encoder, kept), "")
