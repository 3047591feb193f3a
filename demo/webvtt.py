"""The captions of a meeting as WebVTT, on the meeting's own time line."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from demo.participants import SeenCaption
from pipeline.events import Caption
from pipeline.text.captions import MeetingTranscript
from protocol.captions import CaptionAttributes


def write_captions(path: Path, captions: Sequence[SeenCaption], language: str) -> None:
    """Writes the final captions of one language, each from its start to its end in the room."""
    transcript = MeetingTranscript()
    for seen in captions:
        caption = as_caption(seen)
        if caption.final and caption.language == language:
            transcript.add(caption)
    path.write_text(transcript.webvtt(language), encoding="utf-8")


def as_caption(seen: SeenCaption) -> Caption:
    """A received caption as the pipeline knows it; 0 s is when the interpreter came."""
    said = CaptionAttributes.read(seen.attributes)
    return Caption(
        speaker=seen.speaker,
        segment=said.segment,
        language=said.language,
        source_language=said.source_language,
        committed=seen.text[: said.committed],
        tentative=seen.text[said.committed :],
        final=said.final,
        onset_at_s=said.start_ms / 1000,
        offset_at_s=said.end_ms / 1000,
        note=said.note,
    )
