"""No more speakers at once than the machine keeps up with."""

from __future__ import annotations

import pytest

from pipeline.capacity import Capacity
from pipeline.engines.limiting import limited
from pipeline.engines.protocols import EngineError, EngineOverloaded, HearingOptions
from tests.fakes.engines import ScriptedRecognizer

SPEAKER = HearingOptions("anna", "en")


async def test_one_more_is_refused_with_the_reason() -> None:
    """Until somebody has finished; closing twice gives one place back."""
    recognizer = limited(ScriptedRecognizer([]), Capacity(2, 0.5, (1, 1)))
    first = await recognizer.open(SPEAKER, first_sample=0)
    await recognizer.open(SPEAKER, first_sample=0)

    with pytest.raises(EngineOverloaded) as refused:
        await recognizer.open(SPEAKER, first_sample=0)
    assert str(refused.value) == (
        "recognition is overloaded: this machine keeps up with 2 people speaking at once, try again in 2 s"
    )

    await first.close()
    await first.close()
    await recognizer.open(SPEAKER, first_sample=0)
    with pytest.raises(EngineOverloaded):
        await recognizer.open(SPEAKER, first_sample=0)


async def test_a_stream_that_could_not_be_opened_takes_no_place() -> None:
    """The recogniser's own failure is passed on."""
    recognizer = limited(ScriptedRecognizer([], refusals=1), Capacity(1, 0.5, (1,)))

    with pytest.raises(EngineError, match="no free decoder"):
        await recognizer.open(SPEAKER, first_sample=0)
    await recognizer.open(SPEAKER, first_sample=0)


def test_nothing_is_limited_that_was_not_measured() -> None:
    """The recogniser itself."""
    recognizer = ScriptedRecognizer([])

    assert limited(recognizer, None) is recognizer
