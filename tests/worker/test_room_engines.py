"""What a room interprets with where the services are somewhere else."""

from __future__ import annotations

import asyncio
from dataclasses import asdict, replace

from pipeline.capacity import Capacity
from speech_service.mt import mt_app
from speech_service.tts import tts_app
from tests.fakes.engines import ScriptedTranslator, ToneSynthesizer
from tests.speech_service.serving import listening, settings
from worker.room_engines import load_engines

BOX = Capacity(2, 0.4, (5, 3), {"tones": 4})


async def test_a_room_learns_what_the_services_machine_keeps_up_with() -> None:
    """From the services it uses; nothing of it is left when the room ends."""
    before = asyncio.all_tasks()
    tts = tts_app(ToneSynthesizer({"es": 440.0}), settings())
    tts.state.measures.state("machine", {"capacity": asdict(BOX)})
    mt = mt_app(ScriptedTranslator({("es", "hello"): "hola"}), settings())
    async with (
        asyncio.timeout(30),
        listening(tts, settings().services, 0) as tts_url,
        listening(mt, settings().services, 0) as mt_url,
    ):
        chosen = replace(settings(stt_url=tts_url, mt_url=mt_url, tts_url=tts_url), profile="embedded")
        engines = await load_engines(chosen)
        while engines.capacity() is None:
            await asyncio.sleep(0.01)
        assert engines.capacity() == BOX
        await engines.close()

    assert [task for task in asyncio.all_tasks() - before if not task.done()] == []
