"""Events as JSON and back."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.codec import WireError
from protocol.events import EVENTS, ClauseKey, Event, SoundDropped

readings = st.floats(allow_nan=False, allow_infinity=False)
texts = st.text(st.characters(codec="utf-8"), max_size=20)


def any_of(kind: type[Event]) -> st.SearchStrategy[Event]:
    """An event of one kind, with numbers and texts that JSON can hold."""
    kinds = {"float": readings, "str": texts, "int": st.integers(0, 2**53), "bool": st.booleans()}
    kinds["float | None"] = st.none() | readings
    return st.builds(kind, **{field.name: kinds[str(field.type)] for field in fields(kind)})


@pytest.mark.parametrize("kind", get_args(Event))
@given(data=st.data())
def test_what_is_written_is_read_again(kind: type[Event], data: st.DataObject) -> None:
    """Every kind of event, with whatever it holds."""
    event = data.draw(any_of(kind))

    assert EVENTS.decode(EVENTS.encode(event)) == event


def test_an_event_is_one_flat_object() -> None:
    """As docs/protocol.md says."""
    told = SoundDropped(speaker="ana", lost_s=1.5, at_s=7.0)

    assert json.loads(EVENTS.encode(told)) == {
        "type": "sound_lost",
        "at_s": 7.0,
        "speaker": "ana",
        "lost_s": 1.5,
    }


def test_a_field_that_is_not_known_is_passed_over() -> None:
    """A newer interpreter may tell more."""
    told = SoundDropped(speaker="ana", lost_s=1.5)
    newer = json.dumps(json.loads(EVENTS.encode(told)) | {"why": "late"})

    assert EVENTS.decode(newer) == told


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"type": "sound_lost"}', '{"type": "sound_lost", "speaker": 1}']
)
def test_anything_else_is_refused(text: str) -> None:
    """With the reason."""
    with pytest.raises(WireError):
        EVENTS.decode(text)


def test_captions_name_clauses_alike() -> None:
    """A caption's segment says which clause it is of; an identity may hold anything but a slash at its end."""
    assert ClauseKey.of_segment("ana/1f2e.3.4-15") == ClauseKey("ana", 3, 15)
    assert ClauseKey.of_segment("a.b/c-d/1f2e.1.4-1") == ClauseKey("a.b/c-d", 1, 1)


@pytest.mark.parametrize(
    "wrong", ["", "ana", "ana/4-15", "ana/1f2e.x.4-15", "ana/1f2e.3.4-", "ana/1.2.3.4-5"]
)
def test_a_segment_that_names_no_clause_is_refused(wrong: str) -> None:
    """Rather than taken for another one's."""
    with pytest.raises(ValueError, match=r"int|unpack"):
        ClauseKey.of_segment(wrong)
