"""What the captions that a client received say, and how much of it was changed after it was shown."""

from __future__ import annotations

from collections.abc import Sequence

from demo.participants import SeenCaption
from demo.webvtt import as_caption
from pipeline.retraction import RetractionCounter
from protocol.captions import COMMITTED, FINAL, SEGMENT, SEGMENT_ID, SOURCE_LANGUAGE
from protocol.events import ClauseKey


def final_texts(captions: Sequence[SeenCaption], language: str) -> dict[ClauseKey, str]:
    """Final captions of one language by speaker, take and clause number."""
    return {
        _key(seen): seen.text
        for seen in captions
        if seen.attributes.get("language") == language and _is_final(seen)
    }


def originals(captions: Sequence[SeenCaption]) -> dict[ClauseKey, str]:
    """What was recognised of each clause, in whatever language it was spoken."""
    return {
        _key(seen): seen.text
        for seen in captions
        if seen.attributes.get("language") == seen.attributes.get(SOURCE_LANGUAGE) and _is_final(seen)
    }


def committed_changes(captions: Sequence[SeenCaption]) -> int:
    """How many revisions changed characters that an earlier one had called committed."""
    committed: dict[str, str] = {}
    changes = 0
    for seen in sorted(captions, key=lambda caption: caption.order):
        segment = seen.attributes.get(SEGMENT_ID, "")
        promised = committed.get(segment, "")
        if not seen.text.startswith(promised.rstrip()):
            changes += 1
        stable = int(seen.attributes.get(COMMITTED) or 0)
        if len(seen.text[:stable]) >= len(promised):
            committed[segment] = seen.text[:stable]
    return changes


def steadiness(captions: Sequence[SeenCaption]) -> RetractionCounter:
    """Counts the words that were shown to a reader and those that later changed or vanished."""
    counter = RetractionCounter()
    for seen in sorted(captions, key=lambda caption: caption.order):
        counter.feed(as_caption(seen))
    return counter


def _is_final(seen: SeenCaption) -> bool:
    return seen.attributes.get(FINAL) == "true"


def _key(seen: SeenCaption) -> ClauseKey:
    return ClauseKey.of_segment(seen.attributes.get(SEGMENT, ""))
