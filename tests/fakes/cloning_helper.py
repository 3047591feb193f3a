"""A helper that clones tones: it speaks as high as its reference. `python -m tests.fakes.cloning_helper HOW`."""

from __future__ import annotations

import os
import socket
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.engines.processes.cloning_process import Cloning, FloatSound, StillWanted, stay_offline
from pipeline.engines.processes.helper import HelperError, serve

RATE_HZ = 22_050


class ToneCloner:
    """Half a second for each piece; "die", "hang", "fail", "call" and "whose" do what they say."""

    rate_hz = RATE_HZ

    def heard(self, reference: FloatSound, rate_hz: int, language: str) -> Any:
        if language == "xx":
            raise HelperError("no such language")
        spectrum = np.abs(np.fft.rfft(reference))
        return float(np.argmax(spectrum)) * rate_hz / len(reference)

    def say(self, text: str, language: str, voice: Any, wanted: StillWanted) -> FloatSound:
        match text.split(".", maxsplit=1)[0].split(maxsplit=1)[0].lower():
            case "die":
                os._exit(1)
            case "hang":
                time.sleep(60)
            case "fail":
                raise HelperError("cannot say that")
            case "call":
                socket.create_connection(("127.0.0.1", 9), timeout=1)
            case "long":
                Path(sys.argv[1], "begun").touch()
                while wanted():
                    time.sleep(0.01)
                Path(sys.argv[1], "given-up").touch()
        moments = np.arange(RATE_HZ // 2) / RATE_HZ
        return np.asarray(0.3 * np.sin(2 * np.pi * voice * moments), np.float32)


def create() -> Cloning:
    if Path(sys.argv[1], "unusable").exists():
        raise HelperError("there are no weights of tones; fetch them")
    if Path(sys.argv[1], "ends").exists():
        sys.exit(3)
    return Cloning(ToneCloner())


if __name__ == "__main__":
    stay_offline()
    serve(create)
