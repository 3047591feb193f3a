"""The captions of a meeting as WebVTT, on the meeting's own time line."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from demo.participants import SeenCaption
from pipeline.audio import HEARING_RATE_HZ
from pipeline.events import Caption
from pipeline.text.captions import Transcript


def write_captions(path: Path, captions: Sequence[SeenCaption], language: str) -> None:
    """Writes the final captions of one language, each from its start to its end in the room."""
    transcript = Transcript()
    for seen in captions:
        attributes = seen.attributes
        if attributes.get("lk.transcription_final") != "true" or attributes.get("language") != language:
            continue
        transcript.add(
            Caption(
                speaker=seen.speaker,
                segment=attributes["translator.segment"],
                language=language,
                source_language=attributes["translator.source_language"],
                committed=seen.text,
                tentative="",
                final=True,
                first_sample=_samples(attributes["translator.start_ms"]),
                end_sample=_samples(attributes["translator.end_ms"]),
            )
        )
    path.write_text(transcript.webvtt(language), encoding="utf-8")


def _samples(milliseconds: str) -> int:
    return int(milliseconds) * HEARING_RATE_HZ // 1000
