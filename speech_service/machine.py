"""What the services say of their machine: at the start, and under `machine` in /performance."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

import structlog

from config.settings import Settings
from pipeline.capacity import Measured
from pipeline.engines.choice import EngineChoice
from pipeline.engines.recognition.whisper.recognizer import LOOK_INTERVAL_S

log = structlog.get_logger(__name__)

LONGEST_INTERVAL_S = 0.7
"""No longer is waited for the next look, whatever was measured."""


def suited(settings: Settings, choice: EngineChoice) -> Settings:
    """The settings, with no more passes of the recogniser than the machine keeps up with."""
    if choice.capacity is None:
        return settings
    wanted_s, least_s = settings.recognition.pass_interval_s, choice.capacity.pass_interval_s
    if not wanted_s and least_s <= LOOK_INTERVAL_S:
        return settings  # the engine's own interval is long enough
    # a slow machine looks less often by itself: a look begins only when the one before it is over
    interval_s = max(wanted_s, min(least_s, LONGEST_INTERVAL_S))
    return replace(settings, recognition=replace(settings.recognition, pass_interval_s=interval_s))


def tell(choice: EngineChoice) -> None:
    """Logs what was chosen and what fits."""
    for role in choice.roles:
        names = ", ".join(role.engines)
        log.info("chosen", role=role.role, engines=names, model=role.model, why=role.why, better=role.better)
    for line in choice.capacity.sentences if choice.capacity is not None else ():
        log.info("capacity", says=line)


def facts(choice: EngineChoice, figures: Measured | None) -> dict[str, Any]:
    """As JSON has it: `choice` by role, `capacity` and `measured`, which are null where nothing was measured."""
    return {
        "profile": choice.profile,
        "choice": {role.role: asdict(role) for role in choice.roles},
        "capacity": None if choice.capacity is None else asdict(choice.capacity),
        "measured": None if figures is None else asdict(figures),
    }
