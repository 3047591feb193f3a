"""Failures on their way between processes."""

from __future__ import annotations

import pickle

import pytest

from pipeline.engines.placed.errors import EngineFailure
from pipeline.engines.protocols import (
    EngineError,
    EngineMissing,
    EngineOverloaded,
    UnknownLanguage,
    UnknownVoice,
)


@pytest.mark.parametrize(
    "error",
    [
        EngineError("it failed"),
        EngineMissing("fetch it"),
        UnknownVoice("it has no such voice"),
        UnknownLanguage("xx", ("en", "es")),
        EngineOverloaded("Whisper", 2.0, "too many"),
    ],
)
def test_a_failure_is_the_same_in_another_process(error: EngineError) -> None:
    arrived = pickle.loads(pickle.dumps(EngineFailure.of(error))).error()

    assert type(arrived) is type(error)
    assert str(arrived) == str(error)
    assert vars(arrived) == vars(error)
