"""Sound files made for tests: whole ones; tests cut and damage them."""

from __future__ import annotations

import io
import random
import wave
from collections.abc import Sequence
from fractions import Fraction

import av
import numpy as np

from pipeline.audio import HEARING_RATE_HZ, Pcm


def wav(pcm: Pcm, rate_hz: int = HEARING_RATE_HZ, channels: int = 1) -> bytes:
    """The same sound in each channel."""
    return wav_of([pcm] * channels, rate_hz)


def wav_of(channels: Sequence[Pcm], rate_hz: int = HEARING_RATE_HZ) -> bytes:
    """A sound for each channel."""
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(len(channels))
        file.setsampwidth(2)
        file.setframerate(rate_hz)
        file.writeframes(np.stack(channels, axis=1).astype("<i2").tobytes())
    return buffer.getvalue()


def float_wav(samples: Sequence[float]) -> bytes:
    """32-bit floats."""
    data = np.array(samples, "<f4").tobytes()
    head = wav(np.zeros(0, np.int16))
    form = b"fmt \x10\x00\x00\x00\x03\x00\x01\x00\x80\x3e\x00\x00\x00\xfa\x00\x00\x04\x00\x20\x00"
    body = b"WAVE" + form + b"data" + len(data).to_bytes(4, "little") + data
    return head[:4] + len(body).to_bytes(4, "little") + body


def encoded(
    pcm: Pcm, container: str, codec: str, rate_hz: int, *, layout: str = "stereo", **options: str
) -> bytes:
    """The sound in another container, at another rate; `options` are the container's."""
    buffer = io.BytesIO()
    with av.open(buffer, "w", format=container, options=options) as file:
        stream = file.add_stream(codec, rate=rate_hz, layout=layout)
        assert isinstance(stream, av.AudioStream)
        resampler = av.AudioResampler(
            format=stream.format.name, layout=layout, rate=rate_hz, frame_size=stream.frame_size or 960
        )
        whole = av.AudioFrame.from_ndarray(pcm.reshape(1, -1), format="s16", layout="mono")
        whole.rate = HEARING_RATE_HZ
        whole.time_base = Fraction(1, HEARING_RATE_HZ)
        for piece in (*resampler.resample(whole), *resampler.resample(None)):
            file.mux(stream.encode(piece))
        file.mux(stream.encode(None))
    return buffer.getvalue()


def rubbish(size: int) -> bytes:
    """Bytes that are nothing."""
    return random.Random(7).randbytes(size)
