"""A clause's sound as text."""

from __future__ import annotations

import base64

import numpy as np
import pytest

from pipeline.audio import AudioError
from speech_service.wire import (
    MAX_MESSAGE_BYTES,
    TO_TRANSLATION,
    Translate,
    WireError,
    sound_from_text,
    sound_to_text,
)


def test_a_sound_is_little_endian_base64() -> None:
    """No sound is empty text; the smallest and the largest sample survive."""
    pcm = np.array([1, -2, 32_767, -32_768], np.int16)

    assert sound_to_text(pcm) == base64.b64encode(bytes.fromhex("0100feffff7f0080")).decode()
    back = sound_from_text(sound_to_text(pcm))
    assert back is not None
    assert back.dtype == np.int16
    assert back.tolist() == [1, -2, 32_767, -32_768]
    assert (sound_to_text(None), sound_from_text("")) == ("", None)


@pytest.mark.parametrize("text", ["*", "AAA", "AAAA", "AA==AA==", "AAE=\n", "hello world", "ÄÄÄÄ"])
def test_what_is_no_sound_is_refused(text: str) -> None:
    """Other characters, bad padding, half a sample."""
    with pytest.raises(AudioError):
        sound_from_text(text)


def test_a_request_carries_its_sound() -> None:
    """There and back; who sends none sends nothing that could not be read."""
    sound = sound_to_text(np.arange(100, dtype=np.int16))
    request = Translate(id=1, text="hola", source="es", target="en", sound=sound)

    assert TO_TRANSLATION.decode(TO_TRANSLATION.encode(request)) == request
    plain = '{"type": "translate", "id": 1, "text": "hola", "source": "es", "target": "en"}'
    assert TO_TRANSLATION.decode(plain) == Translate(id=1, text="hola", source="es", target="en")
    too_long = Translate(id=1, text="a", source="es", target="en", sound="A" * (MAX_MESSAGE_BYTES + 1))
    with pytest.raises(WireError, match="sound"):
        TO_TRANSLATION.decode(TO_TRANSLATION.encode(too_long))
