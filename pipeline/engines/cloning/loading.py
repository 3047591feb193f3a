"""What clones voices, where the settings name it; nothing else waits for it, nothing is loaded before it is asked."""

from __future__ import annotations

from dataclasses import dataclass

import structlog

from config.engines import ENGINES
from config.settings import Settings
from pipeline.engines import homes
from pipeline.engines.cloning.cloner import VoiceCloner
from pipeline.engines.protocols import EngineError, EngineMissing

log = structlog.get_logger(__name__)

OFF = "no voices are cloned here: the setting speech.cloning is off"


@dataclass(frozen=True, slots=True)
class CloningEngines:
    """What there is of it: one, or none."""

    cloner: VoiceCloner | None = None
    missing: str = OFF
    """Why there is none, and what to do."""

    def clones(self) -> VoiceCloner:
        """Raises EngineMissing."""
        if self.cloner is None:
            raise EngineMissing(self.missing)
        return self.cloner

    async def close(self) -> None:
        """Ends what was loaded."""
        if self.cloner is not None:
            await self.cloner.close()


async def load_cloning(settings: Settings, *, device: str = "cpu") -> CloningEngines:
    """Finds the one that the settings name; raises nothing where it is missing.

    Args:
        device: "cpu" or "cuda".
    """
    named = next((engine for engine in ENGINES if engine.name == settings.speech.cloning), None)
    if named is None:
        return CloningEngines()
    try:
        cloner = await homes.load_cloner(named, homes.Wanted(settings=settings, device=device))
    except EngineError as error:
        log.warning("voices are not cloned", reason=str(error))
        return CloningEngines(missing=str(error))
    log.info("cloning engine", engine=cloner.info.name, languages=len(cloner.info.languages))
    return CloningEngines(cloner, "")
