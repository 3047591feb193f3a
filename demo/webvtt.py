"""The captions of a meeting as a WebVTT file (W3C), on the meeting's own time line."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from demo.participants import SeenCaption
from pipeline.events import Caption
from pipeline.text import languages
from protocol.captions import CaptionAttributes

_CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_SHORTEST_MS: Final = 500
"""Every cue stays at least this long."""
_NO_TEXT: Final = re.compile(r"\ufeff")
"""The byte order mark."""
_TURNING: Final = re.compile(r"[\u202a-\u202e\u2066-\u2069]")
"""Embeddings, overrides and isolates of the bidirectional algorithm (UAX 9)."""


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


@dataclass(frozen=True, slots=True)
class _Cue:
    start_ms: int
    end_ms: int
    caption: Caption


class MeetingTranscript:
    """The final captions of a meeting, in all languages; files begin where the captions' clock is at 0.

    Args:
        capacity: so many captions are kept; the oldest make room.
    """

    def __init__(self, capacity: int = 100_000) -> None:
        if capacity < 1:
            raise ValueError(f"capacity must be at least 1, got {capacity}")
        self.dropped = 0
        self._capacity = capacity
        self._cues: OrderedDict[tuple[str, str, str], _Cue] = OrderedDict()

    def add(self, caption: Caption) -> None:
        """Keeps a final caption; drafts are passed over, a repeated caption replaces its first version."""
        if not caption.final or not _one_line(caption.committed):
            return
        start = max(0, round(caption.onset_at_s * 1000))
        end = max(start, round(caption.offset_at_s * 1000))
        self._cues[caption.speaker, caption.segment, caption.language] = _Cue(start, end, caption)
        while len(self._cues) > self._capacity:
            self._cues.popitem(last=False)
            self.dropped += 1

    def webvtt(self, language: str) -> str:
        """A WebVTT file with the speakers as voices."""
        cues = [
            f"{_time(cue.start_ms)} --> {_time(cue.end_ms)}\n"
            f"<v {_escaped(_name(cue.caption))}>{_escaped(_shown(cue.caption))}</v>\n"
            for cue in _one_after_the_other(self._in(language))
        ]
        return "\n".join(["WEBVTT\n", *cues])

    def _in(self, language: str) -> list[_Cue]:
        chosen = [
            cue for cue in self._cues.values() if languages.same_language(cue.caption.language, language)
        ]
        return sorted(chosen, key=_order)


def _one_after_the_other(cues: Sequence[_Cue]) -> list[_Cue]:
    """No cue begins before the last has ended; each can be read. See `cuesOf` in web/src/logic/transcriptFiles.ts."""
    earliest, result = 0, []
    for at, cue in enumerate(cues):
        start = max(earliest, cue.start_ms)
        end = min([cue.end_ms, *(following.start_ms for following in cues[at + 1 : at + 2])])
        earliest = max(start + _SHORTEST_MS, end)
        result.append(_Cue(start, earliest, cue.caption))
    return result


def _order(cue: _Cue) -> tuple[int, str, int]:
    number = cue.caption.segment.rpartition("-")[2]
    return cue.start_ms, cue.caption.speaker, int(number) if number.isdecimal() else 0


def _time(milliseconds: int) -> str:
    seconds, rest = divmod(milliseconds, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{rest:03}"


def _one_line(text: str) -> str:
    return " ".join(_NO_TEXT.sub("", _CONTROLS.sub(" ", text)).split())


def _name(caption: Caption) -> str:
    """Who spoke, without marks that would turn round the writing direction of the words behind the name."""
    return _one_line(_TURNING.sub("", caption.speaker)) or "?"


def _shown(caption: Caption) -> str:
    """The text; one that could not be translated is marked with its own language."""
    text = _one_line(caption.committed)
    return f"[{caption.source_language}] {text}" if caption.note else text


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
