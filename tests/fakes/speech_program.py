"""The real speech services with fake engines, as a process: `python -m tests.fakes.speech_program STT MT TTS` (ports).

Words are counted by loudness, translations name their language, voices are tones. Settings come from the environment.
"""

from __future__ import annotations

import asyncio
import sys
from contextlib import AsyncExitStack
from typing import Any

from config import logging as own_logging
from config.reading import load
from foundation.signals import until_signal
from pipeline.audio import AudioFrame
from pipeline.channel import Channel
from pipeline.engines.protocols import HearingOptions
from pipeline.events import Heard
from speech_service.limits import serving
from speech_service.mt import mt_app
from speech_service.stt import stt_app
from speech_service.tts import tts_app
from tests.fakes.engines import LoudnessDetector, ScriptedRecognizer, ToneSynthesizer
from tests.fakes.meeting import EchoTranslator, LoudnessHearing

TONES_HZ = {"en": 1200.0, "es": 600.0}


async def _hear(
    frames: Channel[AudioFrame], heard: Channel[Heard], *, options: HearingOptions, **_: Any
) -> None:
    await LoudnessHearing()(frames, heard, options)


async def run(ports: list[int]) -> None:
    """Serves until it is cancelled."""
    settings = load()
    own_logging.configure(settings.logging)
    apps = (
        stt_app(ScriptedRecognizer([]), LoudnessDetector, settings, stage=_hear),
        mt_app(EchoTranslator(*TONES_HZ), settings),
        tts_app(ToneSynthesizer(TONES_HZ, seconds_per_character=0.05), settings),
    )
    async with AsyncExitStack() as stack:
        for app, port in zip(apps, ports, strict=True):
            await stack.enter_async_context(serving(app, settings.services, port))
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(until_signal(run([int(port) for port in sys.argv[1:]])))
