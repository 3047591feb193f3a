"""Where time goes in a real room: the way of a sentence, from who speaks to the voice, across three processes."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest

from foundation.tracing.facts import PREFIX, Facts, SpanName
from protocol.attributes import INTERACTION
from tests.browser.real import real_stack
from tests.fakes.collector import Collected, Collector, collecting
from tests.live.guests import until
from tests.live.plain import plain_client, talking
from tests.live.server import binary

pytestmark = [pytest.mark.live, pytest.mark.engines]

LIMIT_S = 60.0
PAGES = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
WHOLE = {
    SpanName.INTERACTION: {SpanName.STT, SpanName.TRANSLATION, SpanName.SYNTHESIS},
    SpanName.STT: {SpanName.STT_PREPROCESSING, SpanName.STT_INFERENCE, SpanName.STT_POSTPROCESSING},
    SpanName.TRANSLATION: {
        SpanName.TRANSLATION_CONTEXT,
        SpanName.TRANSLATION_INFERENCE,
        SpanName.TRANSLATION_QUALITY,
    },
    SpanName.SYNTHESIS: {SpanName.SYNTHESIS_TEXT, SpanName.SYNTHESIS_AUDIO, SpanName.SYNTHESIS_DELIVERY},
}
"""Each span with its inner ones."""
CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9+_.,-]{0,39}")


async def test_a_sentence_is_one_trace_from_its_speaker_to_the_voice(tmp_path: Path) -> None:
    """All spans of one sentence hang together across the processes, and hold nothing but what is on the list."""
    async with (
        collecting() as collector,
        real_stack(binary(), tmp_path, traces=collector.url, drafts=False) as stack,
        talking(stack),
        plain_client(stack, "fr") as plain,
    ):
        await until(lambda: whole(collector), "a whole trace", LIMIT_S)
        await plain.room.local_participant.set_attributes(
            {INTERACTION: f"listen {time.time() * 1000:.0f} {PAGES}"}
        )
        await until(lambda: chosen(collector), "what a page did", LIMIT_S)
    assert [(span.name, span.attributes) for span in chosen(collector)] == [
        (SpanName.INTERACTION, {"hive.interaction": "listen"})
    ]
    words = {word for _, text in plain.captions for word in re.findall(r"\w{5,}", text.lower())}
    assert words

    found = whole(collector)
    assert found is not None
    print(collector.tree(found.trace))
    assert {span.service for span in collector.spans} == {"hive-worker", "hive-speech"}
    assert services(collector, found) == {
        SpanName.INTERACTION: {"hive-worker"},
        SpanName.STT: {"hive-speech"},
        SpanName.STT_PREPROCESSING: {"hive-speech"},
        SpanName.STT_INFERENCE: {"hive-speech"},
        SpanName.STT_POSTPROCESSING: {"hive-speech"},
        SpanName.TRANSLATION: {"hive-worker"},
        SpanName.TRANSLATION_CONTEXT: {"hive-worker"},
        SpanName.TRANSLATION_INFERENCE: {"hive-speech"},
        SpanName.TRANSLATION_QUALITY: {"hive-speech"},
        SpanName.SYNTHESIS: {"hive-worker"},
        SpanName.SYNTHESIS_TEXT: {"hive-worker"},
        SpanName.SYNTHESIS_AUDIO: {"hive-speech"},
        SpanName.SYNTHESIS_DELIVERY: {"hive-worker"},
    }
    nothing_but_the_list(collector)
    sent = b"".join(collector.raw).lower()
    assert [word for word in (*words, "emma", "plain", "unmodified") if word.encode() in sent] == []


def chosen(collector: Collector) -> list[Collected]:
    """The span that a page named."""
    return [span for span in collector.spans if f"00-{span.trace}-{span.id}-01" == PAGES]


def whole(collector: Collector) -> Collected | None:
    """The first span of a trace that has every part."""
    for first in collector.named(SpanName.INTERACTION):
        if has(collector, first, SpanName.INTERACTION):
            return first
    return None


def has(collector: Collector, span: Collected, name: SpanName) -> bool:
    """Whether all inner spans are there, and all of theirs in one of each."""
    parts = collector.within(span)
    return all(
        any(part.name == inner and (inner not in WHOLE or has(collector, part, inner)) for part in parts)
        for inner in WHOLE[name]
    )


def services(collector: Collector, first: Collected) -> dict[str, set[str]]:
    """Which processes made which of the spans of a trace."""
    found: dict[str, set[str]] = {}
    for span in collector.spans:
        if span.trace == first.trace:
            found.setdefault(span.name, set()).add(span.service)
    return found


def nothing_but_the_list(collector: Collector) -> None:
    """Spans and processes carry what is allowed, and texts are codes."""
    allowed = {PREFIX + name for name in Facts.__annotations__}
    for span in collector.spans:
        assert span.name in set(SpanName)
        assert span.attributes.keys() <= allowed
        assert all(CODE.fullmatch(value) for value in span.attributes.values() if isinstance(value, str))
    known = {"service.name", "service.namespace", "service.version", "service.instance.id"}
    assert all(resource.keys() == known for resource in collector.resources)
