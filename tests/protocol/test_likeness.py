"""Who is spoken in a voice that resembles theirs, as everybody in a room is told."""

from __future__ import annotations

import json
from typing import Any

import pytest

from protocol.codec import WireError
from protocol.likeness import (
    MOST_LANGUAGES,
    MOST_SPEAKERS,
    Likeness,
    Likenesses,
    LikenessState,
    Similarity,
    likenesses_attribute,
    read_likenesses,
)

TOLD: Likenesses = {
    "ana": Likeness(
        LikenessState.FOUND, voices={"es": Similarity(0.61, 0.74), "zh-Hant-TW": Similarity(-0.1, 0.0)}
    ),
    "bo": Likeness(LikenessState.GATHERING, speech_s=7),
    "cy": Likeness(LikenessState.SEARCHING),
    "di": Likeness(LikenessState.FAILED),
}


@pytest.mark.parametrize("told", [None, {}, TOLD])
def test_what_is_told_is_what_is_read(told: Likenesses | None) -> None:
    """Also that it is not possible here, which is another thing than that nobody wishes it."""
    assert read_likenesses(likenesses_attribute(told)) == told


def test_similarities_are_told_in_hundredths() -> None:
    """More would say more than was measured."""
    told = {"ana": Likeness(LikenessState.FOUND, voices={"es": Similarity(0.61234, 0.7399)})}
    assert json.loads(likenesses_attribute(told)) == {
        "ana": {"state": "found", "voices": {"es": {"before": 0.61, "after": 0.74}}}
    }


def test_more_than_everybody_can_be_told_of_are_left_out() -> None:
    """The attribute goes to everybody in the room."""
    voices = {f"a{chr(97 + at)}": Similarity(0.1, 0.2) for at in range(MOST_LANGUAGES + 3)}
    told = {str(at): Likeness(LikenessState.FOUND, voices=voices) for at in range(MOST_SPEAKERS + 3)}
    read = read_likenesses(likenesses_attribute(told))
    assert read is not None
    assert list(read) == [str(at) for at in range(MOST_SPEAKERS)]
    assert all(len(one.voices) == MOST_LANGUAGES for one in read.values())


FINE: dict[str, Any] = {"before": 0.1, "after": 0.2}


@pytest.mark.parametrize(
    "value",
    [
        [],
        "on",
        {"ana": "found"},
        {"ana": {}},
        {"ana": {"state": "cloned"}},
        {"ana": {"state": "found", "voice": "hers"}},
        {"ana": {"state": "found", "voices": {"not a language": FINE}}},
        {"ana": {"state": "found", "voices": {"es": {"before": 0.1}}}},
        {"ana": {"state": "found", "voices": {"es": {**FINE, "after": 1.5}}}},
        {"ana": {"state": "found", "voices": {f"a{chr(97 + at)}": FINE for at in range(MOST_LANGUAGES + 1)}}},
        {"ana": {"state": "gathering", "speech_s": -1}},
        {"ana": {"state": "gathering", "speech_s": 1e9}},
        {"": {"state": "found"}},
        {"a" * 257: {"state": "found"}},
        {str(at): {"state": "found"} for at in range(MOST_SPEAKERS + 1)},
    ],
)
def test_anything_else_is_refused(value: Any) -> None:
    """What another process says is checked."""
    with pytest.raises(WireError):
        read_likenesses(json.dumps(value))


@pytest.mark.parametrize(
    "text", ["on", "{", '{"ana": {"state": "found", "voices": {"es": {"before": NaN, "after": 1}}}}']
)
def test_what_is_no_json_is_refused(text: str) -> None:
    """Nor a number that is none."""
    with pytest.raises(WireError):
        read_likenesses(text)
