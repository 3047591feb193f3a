"""Voices give way to recognition."""

from __future__ import annotations

import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import psutil
import pytest

from pipeline.engines.synthesis.espeak import EspeakSynthesizer
from pipeline.priority import VOICE_NICENESS, lower_thread_priority

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="threads have a priority of their own on Linux only"
)


def test_only_the_thread_that_asks_gives_way() -> None:
    """The others, the caller's among them, stay as they were."""
    before = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
    with ThreadPoolExecutor(1, initializer=lower_thread_priority) as voices:
        lowered = voices.submit(lambda: os.getpriority(os.PRIO_PROCESS, threading.get_native_id())).result()

    assert lowered == VOICE_NICENESS
    assert os.getpriority(os.PRIO_PROCESS, threading.get_native_id()) == before


@pytest.mark.engines
async def test_the_helper_of_a_voice_gives_way() -> None:
    """The whole process."""
    espeak = await EspeakSynthesizer.load()
    try:
        assert espeak.pid is not None
        assert psutil.Process(espeak.pid).nice() == VOICE_NICENESS
    finally:
        await espeak.close()
