"""What the server tells an interpreter."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.control import (
    MAX_BYTES,
    Configure,
    ControlError,
    Dismiss,
    JobMetadata,
    Wish,
    read_control,
    read_metadata,
)
from protocol.glossary import parse

GLOSSARY = {"entries": [{"source": "HIVE", "language": "en", "spoken": {"es": "jaiv"}}]}


def test_a_wish_and_a_dismissal_are_read() -> None:
    """The messages of the protocol, complete and with everything left out."""
    voices = {"es": "kokoro:ef_dora", "pt-BR": "pt+f2", "fr": "high"}
    message = {
        "type": "configure",
        "version": 7,
        "languages": ["es"],
        "muted": ["fr"],
        "voices": voices,
        "interprets": {"speaker-1": ["fr", "pt_BR"]},
        "consecutive": True,
        "glossary": GLOSSARY,
    }
    assert read_control(json.dumps(message).encode()) == Configure(
        version=7,
        languages=("es",),
        muted=("fr",),
        voices=voices,
        interprets={"speaker-1": ("fr", "pt-BR")},
        consecutive=True,
        glossary=parse(GLOSSARY),
    )
    assert read_control(b'{"type": "configure", "languages": null, "glossary": null}') == Configure()
    assert read_control(b'{"type": "dismiss"}') == Dismiss()


def test_job_metadata_is_the_same_without_a_type() -> None:
    """With those who have to leave first; none at all means the defaults."""
    assert read_metadata("") == JobMetadata()
    assert read_metadata(
        '{"version": 2, "languages": ["es", "pt-BR"], "after": ["agent-AJ_x"]}'
    ) == JobMetadata(
        configure=Configure(version=2, languages=("es", "pt-BR")), after=frozenset({"agent-AJ_x"})
    )


@pytest.mark.parametrize("after", ["agent-AJ_x", [""], [1], {"agent-AJ_x": 1}, None, ["a"] * 21, ["a" * 201]])
def test_whom_to_wait_for_is_a_short_list_of_identities(after: object) -> None:
    """Anything else is refused with the reason."""
    with pytest.raises(ControlError, match="after"):
        read_metadata(json.dumps({"after": after}))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff",
        b"[]",
        b"null",
        b'{"type": "other"}',
        b'{"languages": ["es"]}',
        b'{"type": "configure", "languages": "es"}',
        b'{"type": "configure", "languages": ["not a code"]}',
        b'{"type": "configure", "more": 1}',
        b'{"type": "configure", "after": ["agent-AJ_x"]}',
        b'{"type": "configure", "version": -1}',
        b'{"type": "configure", "version": "1"}',
        b'{"type": "configure", "version": true}',
        b'{"type": "configure", "version": 1.5}',
        b'{"type": "configure", "speed": 3}',
        b'{"type": "configure", "speed": "fast"}',
        b'{"type": "configure", "speed": null}',
        b'{"type": "configure", "speed": NaN}',
        b'{"type": "configure", "voices": ["es"]}',
        b'{"type": "configure", "consecutive": "yes"}',
        b'{"type": "configure", "interprets": ["speaker-1"]}',
        b'{"type": "configure", "interprets": {"speaker-1": "fr"}}',
        b'{"type": "configure", "interprets": {"": ["fr"]}}',
        b'{"type": "configure", "interprets": {"speaker-1": ["everything"]}}',
        b'{"type": "configure", "interprets": {"speaker-1": ["a1", "fr"]}}',
        b'{"type": "configure", "interprets": {"speaker-1": ["fr"' + b', "fr"' * 8 + b"]}}",
        b'{"type": "configure", "voices": {"es": ""}}',
        b'{"type": "configure", "voices": {"es": null}}',
        b'{"type": "configure", "voices": {"not a code": "es+f2"}}',
        b'{"type": "configure", "voices": {"es": "' + b"x" * 101 + b'"}}',
        b'{"type": "configure", "glossary": {"entries": [{}]}}',
        b"[" * 100_000,
        b" " * (MAX_BYTES + 1),
    ],
)
def test_what_cannot_be_understood_is_refused_with_a_reason(data: bytes) -> None:
    """Nothing is half obeyed."""
    with pytest.raises(ControlError):
        read_control(data)


WISHES = st.builds(
    Wish,
    languages=st.none() | st.lists(st.sampled_from(["es", "pt-BR", "zh-Hant"]), max_size=3).map(tuple),
    muted=st.lists(st.sampled_from(["es", "fr"]), max_size=2).map(tuple),
    glossary=st.sampled_from([None, {"entries": []}, GLOSSARY]),
    voices=st.dictionaries(st.sampled_from(["es", "fr"]), st.text(min_size=1, max_size=100), max_size=2),
    speed=st.sampled_from([0.8, 1.0, 1.15, 1.25]),
    interprets=st.dictionaries(
        st.text(min_size=1, max_size=200), st.lists(st.sampled_from(["es", "fr"]), max_size=8), max_size=2
    ),
    consecutive=st.booleans(),
)


@given(WISHES, st.integers(0, 10**9))
def test_what_the_service_writes_the_interpreter_reads(wish: Wish, version: int) -> None:
    """As a packet, as job metadata, and in the database."""
    message = {"version": version, **wish.message()}
    read = read_control(json.dumps({"type": "configure", **message}).encode())
    assert read == Configure(
        version=version,
        languages=wish.languages,
        muted=wish.muted,
        voices=wish.voices,
        speed=wish.speed,
        interprets={who: tuple(codes) for who, codes in wish.interprets.items()},
        consecutive=wish.consecutive,
        glossary=parse(wish.glossary),
    )
    assert read_metadata(json.dumps(message)).configure == read
    assert Wish.of(json.loads(json.dumps(wish.message()))) == wish
