"""What a room's process of the real worker does first in tests: engines that need no models."""

from __future__ import annotations

from livekit.agents import JobProcess

from config import logging as own_logging
from config.settings import Settings
from tests.fakes.engines import ToneSynthesizer
from tests.fakes.meeting import EchoTranslator, LoudnessHearing
from tests.live.guests import TONES_HZ
from worker.room_engines import RoomEngines


async def load_fakes(settings: Settings) -> RoomEngines:
    """Engines that count words and speak in tones."""
    return RoomEngines(
        LoudnessHearing(),
        EchoTranslator(*TONES_HZ),
        ToneSynthesizer(TONES_HZ, seconds_per_character=0.05),
        source_language="en",
        profile="embedded",
    )


def prepare(settings: Settings, process: JobProcess) -> None:
    """Stands in for `worker.host.prepare_process`."""
    own_logging.configure(settings.logging)
    process.userdata["settings"] = settings
    process.userdata["load_engines"] = load_fakes
