"""Who says what in a room of a load, and when."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from bench.rooms.shape import LoadShape, script, speeches
from demo.talk import RATE_HZ


def test_all_speak_at_once_unless_they_take_turns() -> None:
    """In turns nobody speaks into another's reading."""
    together = speeches(LoadShape(speakers=3, seconds=30), 0)
    turns = speeches(LoadShape(speakers=3, at_once=1, seconds=60), 0)

    assert all(each.utterances[0].starts_s < 3.0 for each in together)
    every = sorted((one.starts_s, one.ends_s) for each in turns for one in each.utterances)
    assert all(before[1] < after[0] for before, after in itertools.pairwise(every))
    assert {each.speaker for each in turns if each.utterances} == {"speaker-1", "speaker-2", "speaker-3"}


def test_an_utterance_lies_where_it_says() -> None:
    """And nothing is said between two of them."""
    (speech,) = speeches(LoadShape(seconds=30), 0)

    loud = np.abs(speech.pcm.astype(np.int32)) > 2000
    inside = np.zeros(len(loud), bool)
    for each in speech.utterances:
        inside[round(each.starts_s * RATE_HZ) : round(each.ends_s * RATE_HZ)] = True
        assert loud[round(each.starts_s * RATE_HZ) : round(each.ends_s * RATE_HZ)].any()
    assert not speech.pcm[~inside].any()
    assert len(speech.pcm) == 30 * RATE_HZ


def test_a_script_knows_every_word() -> None:
    shape = LoadShape(speakers=2, languages=("es", "fr"), seconds=20)
    said = speeches(shape, 1)
    written = script(said, shape)

    assert written.hear == ("es", "fr")
    assert [part.text for part in written.parts] == [
        " ".join(one.text for one in each.utterances) for each in said
    ]
    assert written.parts[0].text != written.parts[1].text


def test_a_load_has_bounds() -> None:
    assert LoadShape(rooms=5, speakers=20, languages=("es",)).clients == 115
    with pytest.raises(ValueError, match="161 clients are more than the 160"):
        LoadShape(rooms=7, speakers=20, languages=("es",))
    with pytest.raises(ValueError, match="needs rooms"):
        LoadShape(rooms=0)


def test_a_shape_has_a_name() -> None:
    assert LoadShape(rooms=2, speakers=1, languages=("es", "fr")).name == "2 rooms, 1 speaker, 2 languages"
    assert LoadShape(speakers=4, at_once=1).name == "1 room, 4 speakers, 1 language, 1 at once"
