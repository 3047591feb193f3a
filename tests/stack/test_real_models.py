"""The real weights that `make test` brings are the ones that the catalogue knows."""

from __future__ import annotations

import numpy as np
import pytest

from config.reading import load
from stack import catalogue
from stack.models import ModelStore
from stack.pins import KOKORO_VOICE_SHAPE
from stack.provision import FOR_TESTS
from tests.models import real_model


@pytest.mark.parametrize("name", FOR_TESTS)
async def test_real_weights_are_what_is_known(name: str) -> None:
    """Every byte of a fetched model has the SHA-256 that is pinned for it."""
    real_model(name)

    assert await ModelStore(load().models).check(catalogue.find(name)) == []


def test_kokoro_has_voices_for_its_languages() -> None:
    """54 voices in nine varieties, each of the shape that the model takes."""
    with np.load(real_model("kokoro-int8") / "voices-v1.0.bin") as voices:
        assert len(voices.files) == 54
        assert {name[0] for name in voices.files} == set("abefhijpz")
        assert {voices[name].shape for name in voices.files} == {KOKORO_VOICE_SHAPE}
