"""The deployments of Ray Serve, one for each service, and what their copies are told of the settings."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from importlib import metadata
from typing import Any, Final

from config.placement import Placing, RaySettings
from config.settings import Rooms, Settings
from pipeline.engines.choice import EngineChoice
from pipeline.engines.placed.replicas import REPLICAS

AT_ONCE: Final = 64
"""Pieces of work that a copy takes at once: its models take them in batches."""
_WAITING: Final = 256
"""So many wait in this process for a copy; further ones are refused."""
_DRAINED_S: Final = 10.0
_LOOK_BACK_S: Final = 12.0
"""Over so long the queue is averaged; Ray Serve wants more than the 10 s between two of its own looks."""


def for_engines(settings: Settings, choice: EngineChoice) -> Settings:
    """What a copy needs to load the same engines as would be loaded here: no secret, no address, nothing of rooms."""
    recognition = replace(
        settings.recognition, engine=choice.recognition.engines[0], model=choice.recognition.model
    )
    return Settings(
        profile=settings.profile,
        models=settings.models,
        recognition=recognition,
        translation=replace(settings.translation, engines=choice.translation.engines),
        speech=replace(settings.speech, engines=choice.speech.engines),
        rooms=Rooms(source_language=settings.rooms.source_language, languages=settings.rooms.languages),
        logging=replace(settings.logging, format="json"),
    )


def fingerprint(settings: Settings, placing: Placing) -> str:
    """Tells deployments that are there already from those that are wanted."""
    told = repr((metadata.version("ray"), settings, placing))
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def application(role: str, settings: Settings, ray: RaySettings) -> Any:
    """What Ray Serve is to run for a service."""
    from ray import serve

    placing = ray.of(role)
    deployment = serve.deployment(
        REPLICAS[role],
        name=role,
        max_ongoing_requests=AT_ONCE,
        max_queued_requests=_WAITING,
        user_config={},  # has `reconfigure` called
        graceful_shutdown_timeout_s=_DRAINED_S,
        graceful_shutdown_wait_loop_s=0.2,
        ray_actor_options={"num_cpus": placing.cores, "num_gpus": placing.gpus},
        autoscaling_config={
            "min_replicas": placing.least,
            "max_replicas": placing.most,
            "target_ongoing_requests": placing.queue,
            "upscale_delay_s": ray.grow_s,
            "downscale_delay_s": ray.shrink_s,
            "look_back_period_s": _LOOK_BACK_S,
        },
        logging_config={"log_level": "WARNING", "enable_access_log": False},
    )
    return deployment.bind(settings, fingerprint(settings, placing))
