"""Captions are signed so that nobody else in the room can make one; the page checks the same examples."""

from __future__ import annotations

import asyncio
import json
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from foundation.tasks import Tasks
from pipeline.events import Caption
from protocol.attributes import KEY
from protocol.captions import SIGNATURE, SIGNED_ATTRIBUTES
from tests.fakes.clock import HandClock
from tests.fakes.livekit_room import FakePost
from worker.captions import MAX_CHARACTERS, MAX_REASON_CHARACTERS, Captions, Epoch, Line, stream_attributes
from worker.hearing_choices import ORIGINAL
from worker.signing import CaptionKey, statement

EXAMPLES: Mapping[str, Any] = json.loads(
    (Path(__file__).parents[1] / "data" / "signed-captions.json").read_text(encoding="utf-8")
)
"""Shared with the page's tests in web/tests/logic/signatures.test.ts."""

LINE = Line(Caption("anna", "1-2", "en", "en", "good ", "morn", False, 101.0, 101.5), 1)
EPOCH = Epoch(100.0, "3f9a")


@dataclass(frozen=True, slots=True)
class Stream:
    speaker: str
    text: str
    attributes: Mapping[str, str]


SIGNED = Stream("anna", "good morn", stream_attributes(LINE, "TR_1", EPOCH))


def verify(stream: Stream) -> None:
    """Raises InvalidSignature unless the key that a stream names has signed it."""
    key, _, signature = stream.attributes[SIGNATURE].partition(".")
    public = Ed25519PublicKey.from_public_bytes(urlsafe_b64decode(key + "="))
    stated = statement(stream.speaker, stream.text, stream.attributes)
    public.verify(urlsafe_b64decode(signature + "=="), stated)


def signed(key: CaptionKey, stream: Stream) -> Stream:
    return replace(stream, attributes=key.signed(stream.speaker, stream.text, stream.attributes))


@pytest.mark.parametrize("example", EXAMPLES["captions"], ids=lambda example: example["name"])
def test_the_examples_that_the_page_checks_are_signed_so(example: Mapping[str, Any]) -> None:
    """The canonical form, byte for byte, and the signature, which Ed25519 makes the same each time."""
    key = CaptionKey(Ed25519PrivateKey.from_private_bytes(bytes.fromhex(EXAMPLES["private_key"])))
    assert key.public == EXAMPLES["public_key"]
    sender, text, attributes = example["sender"], example["text"], example["attributes"]
    assert statement(sender, text, attributes).decode() == example["statement"]
    assert key.signed(sender, text, attributes)[SIGNATURE] == example["signature"]


def test_every_attribute_that_a_caption_may_carry_is_signed() -> None:
    """A stream with everything that there is has nothing that could be changed on the way."""
    full = replace(
        LINE.caption, language="es", final=True, note="a", doubt="b", confidence=0.5, likeness=True
    )
    assert stream_attributes(Line(full, 1), "TR_1", EPOCH, history=True).keys() == set(SIGNED_ATTRIBUTES)


@pytest.mark.parametrize("name", SIGNED_ATTRIBUTES)
def test_no_attribute_can_be_changed_added_or_taken_away(name: str) -> None:
    """Whichever it is, the signature no longer holds."""
    stream = signed(CaptionKey(), SIGNED)
    verify(stream)
    kept = {other: value for other, value in stream.attributes.items() if other != name}
    for changed in (
        {**kept, name: "true"},
        {**kept, name: "99"},
        *([kept] if name in SIGNED.attributes else []),
    ):
        with pytest.raises(InvalidSignature):
            verify(replace(stream, attributes=changed))


@pytest.mark.parametrize(
    "other",
    [
        replace(SIGNED, speaker="bob"),
        replace(SIGNED, speaker="ann"),
        replace(SIGNED, text="good morning"),
        replace(SIGNED, text="good morn "),
        replace(SIGNED, text=""),
        # the end of one field and the beginning of the next are not the same as another division of them
        replace(SIGNED, speaker="annag", text="ood morn"),
        replace(SIGNED, speaker="anna9:good morn,", text=""),
    ],
)
def test_a_signature_holds_for_nothing_else(other: Stream) -> None:
    """Another speaker, other words, or the same letters divided otherwise."""
    signature = signed(CaptionKey(), SIGNED).attributes[SIGNATURE]
    with pytest.raises(InvalidSignature):
        verify(replace(other, attributes={**other.attributes, SIGNATURE: signature}))


def test_each_interpreter_has_a_key_of_its_own() -> None:
    """What one signed is not signed by another; the attribute on the interpreter names only the public half."""
    one, other = CaptionKey(), CaptionKey()
    assert one.public != other.public
    assert len(urlsafe_b64decode(one.public + "=")) == 32
    assert KEY == "translator.key"


async def test_all_that_is_sent_is_signed(tasks: Tasks) -> None:
    """Interims, finals, translations, and what is sent again to somebody who comes late."""
    post, key = FakePost(), CaptionKey()
    captions = Captions(
        post,
        key=key,
        tasks=tasks,
        track_sid=lambda who: f"TR_{who}",
        shown=lambda _: None,
        now=HandClock(100.0),
    )
    captions.read_by({"es": frozenset({"bea"}), ORIGINAL: frozenset({"bea"})}, frozenset({"bea"}))
    spanish = replace(LINE.caption, language="es", committed="buenos días", tentative="", final=True)
    for number, caption in enumerate((LINE.caption, replace(LINE.caption, final=True), spanish), start=1):
        captions.show(Line(caption, 1))
        await sent_by(post, number)
    captions.read_by({"es": frozenset({"carl"})}, frozenset({"carl"}))
    await sent_by(post, 4)
    sent = [Stream(sender, text, attributes) for text, _, attributes, sender in post.streams]
    assert [stream.attributes.get("translator.history", "") for stream in sent[-1:]] == ["true"]
    assert len(sent) == 4
    for stream in sent:
        verify(stream)
        assert stream.attributes[SIGNATURE].startswith(key.public)


async def test_nothing_longer_is_sent_than_readers_take(tasks: Tasks) -> None:
    """Words without end and long reasons are cut, and what is sent is what was signed."""
    post = FakePost()
    captions = Captions(
        post,
        key=CaptionKey(),
        tasks=tasks,
        track_sid=lambda _: "",
        shown=lambda _: None,
        now=HandClock(100.0),
    )
    captions.read_by({"en": frozenset({"bea"})}, frozenset())
    long = replace(
        LINE.caption, committed="ä" * 100_000, tentative="", final=True, note="n" * 5000, doubt="d" * 5000
    )
    captions.show(Line(long, 1))
    await sent_by(post, 1)
    [(text, _, attributes, sender)] = post.streams
    assert text == "ä" * MAX_CHARACTERS
    assert attributes["translator.committed"] == str(MAX_CHARACTERS)
    assert attributes["translator.note"] == "n" * MAX_REASON_CHARACTERS
    assert attributes["translator.doubt"] == "d" * MAX_REASON_CHARACTERS
    verify(Stream(sender, text, attributes))


async def sent_by(post: FakePost, streams: int) -> None:
    """Returns once so many streams were sent."""
    async with asyncio.timeout(5):
        while len(post.streams) < streams:
            await asyncio.sleep(0)
