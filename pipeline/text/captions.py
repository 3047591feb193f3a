"""Clauses and translations as captions, how steady captions were, and what is kept of them.

Source:
    Share of changed words: Shangguan et al., Analyzing the Quality and Stability of a Streaming End-to-End
    On-Device Speech Recognizer, 2020 (arXiv 2006.01416). Files: W3C WebVTT; SubRip has no standard.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import Final

from foundation.recent import Recent
from pipeline.events import Caption, Clause, ClauseEnd, Draft, DraftTranslation, NotTranslated, Translation
from pipeline.text import languages
from pipeline.text.matching import spelling

_SENTENCE_ENDS: Final = (ClauseEnd.PUNCTUATION, ClauseEnd.UTTERANCE, ClauseEnd.LANGUAGE)

_CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_NO_TEXT: Final = re.compile(r"\ufeff")
"""The byte order mark."""
_TURNING: Final = re.compile(r"[\u202a-\u202e\u2066-\u2069]")
"""Embeddings, overrides and isolates of the bidirectional algorithm (UAX 9)."""

_SEGMENTS_REMEMBERED: Final = 256
"""So many captions a counter compares with; older ones are not expected to change."""


def segment_id(segment: Clause | Draft) -> str:
    """The same for a clause, its drafts and all its translations."""
    return f"{segment.utterance}-{segment.number}"


def caption_of(segment: Clause | Draft) -> Caption:
    """What was said, in its own language."""
    if isinstance(segment, Clause):
        committed = languages.readable(
            segment.text,
            segment.language,
            begins_sentence=not segment.continues,
            ends_sentence=segment.end in _SENTENCE_ENDS,
        )
        return _caption(segment, segment.language, committed, "", final=True)
    shown = languages.readable(
        segment.text, segment.language, begins_sentence=not segment.continues, ends_sentence=False
    )
    settled = len(segment.committed)
    return _caption(segment, segment.language, shown[:settled], shown[settled:], final=False)


def translated_caption(
    outcome: Translation | NotTranslated | DraftTranslation, *, stable: str = ""
) -> Caption:
    """A translation, or the source text with the reason why there is none.

    Args:
        stable: the beginning of a draft's translation that will not change any more.
    """
    if isinstance(outcome, Translation):
        caption = _caption(outcome.clause, outcome.language, outcome.text, "", final=True)
        return replace(caption, doubt=outcome.doubt)
    if isinstance(outcome, NotTranslated):
        original = caption_of(outcome.clause).committed
        return _caption(outcome.clause, outcome.language, original, "", final=True, note=outcome.reason)
    settled = len(stable) if outcome.text.startswith(stable) else 0
    return _caption(
        outcome.draft, outcome.language, outcome.text[:settled], outcome.text[settled:], final=False
    )


def _caption(
    segment: Clause | Draft, language: str, committed: str, tentative: str, *, final: bool, note: str = ""
) -> Caption:
    return Caption(
        speaker=segment.speaker,
        segment=segment_id(segment),
        language=language,
        source_language=segment.language,
        committed=committed,
        tentative=tentative,
        final=final,
        onset_at_s=segment.onset_at_s,
        offset_at_s=segment.offset_at_s,
        note=note,
        confidence=segment.confidence if isinstance(segment, Clause) else None,
    )


class RetractionCounter:
    """Counts how many of the words that were shown were changed or taken away again.

    Interim: a word counts once for each time that it is put on the screen; spelling alone counts, not case
    or punctuation; a word that moves on to the next caption of its speaker has not changed. Committed: words
    marked as final that changed in any way, which must never happen.
    """

    def __init__(self) -> None:
        self.shown = 0
        """Words put on the screen."""
        self.changed = 0
        """Of these, words that later changed or vanished."""
        self._committed_changed = 0
        self._segments: Recent[tuple[str, str, str], Caption] = Recent(_SEGMENTS_REMEMBERED)
        self._moving: dict[tuple[str, str], list[str]] = {}
        """Words that fell off a caption when it became final, until the next caption of that line is seen."""

    @property
    def share(self) -> float:
        """Changed words by shown words, 0…1."""
        return self.changed / self.shown if self.shown else 0.0

    @property
    def committed_changed(self) -> int:
        """Words that were marked as final and changed nevertheless."""
        return self._committed_changed

    def feed(self, caption: Caption) -> None:
        """Takes the next caption, in the order in which they were shown."""
        key = (caption.speaker, caption.language, caption.segment)
        before = self._segments.get(key)
        if before is not None and not caption.committed.startswith(before.committed):
            self._committed_changed += _lost_words(before.committed, caption.committed)
        self._count(caption, _spelled(before.text) if before is not None else [])
        self._segments[key] = caption

    def _count(self, caption: Caption, before: list[str]) -> None:
        line, now = (caption.speaker, caption.language), _spelled(caption.text)
        moved = self._moving.pop(line, [])
        carried = 0
        while carried < min(len(moved), len(now)) and moved[carried] == now[carried]:
            carried += 1
        if caption.final and len(now) < len(before) and before[: len(now)] == now:
            self._moving[line] = before[len(now) :]
            before = now
        kept = _common(before, now)
        self.changed += len(moved) - carried + len(before) - kept
        self.shown += max(0, len(now) - kept - carried)


def _spelled(text: str) -> list[str]:
    """Words; characters where no spaces divide words."""
    parts = "".join(
        f" {character} " if languages.is_spaceless(character) else character for character in text
    )
    return [form for word in parts.split() if (form := spelling(word))]


def _common(before: list[str], now: list[str]) -> int:
    matcher = SequenceMatcher(None, before, now, autojunk=False)
    return sum(block.size for block in matcher.get_matching_blocks())


def _lost_words(before: str, now: str) -> int:
    same = 0
    for a, b in zip(before.split(), now.split(), strict=False):
        if a != b:
            break
        same += 1
    return max(1, len(before.split()) - same)


@dataclass(frozen=True, slots=True)
class _Cue:
    start_ms: int
    end_ms: int
    caption: Caption


class Transcript:
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
        end = max(start + 1, round(caption.offset_at_s * 1000))
        self._cues[caption.speaker, caption.segment, caption.language] = _Cue(start, end, caption)
        while len(self._cues) > self._capacity:
            self._cues.popitem(last=False)
            self.dropped += 1

    def webvtt(self, language: str) -> str:
        """A WebVTT file with the speakers as voices."""
        cues = [
            f"{_time(cue.start_ms, '.')} --> {_time(cue.end_ms, '.')}\n"
            f"<v {_escaped(_name(cue.caption))}>{_escaped(_shown(cue.caption))}</v>\n"
            for cue in self._in(language)
        ]
        return "\n".join(["WEBVTT\n", *cues])

    def srt(self, language: str) -> str:
        """A SubRip file; the speaker stands before the text."""
        cues = [
            f"{number}\n{_time(cue.start_ms, ',')} --> {_time(cue.end_ms, ',')}\n{_plain(cue.caption)}\n"
            for number, cue in enumerate(self._in(language), start=1)
        ]
        return "\n".join(cues)

    def text(self, language: str) -> str:
        """One line a caption: who said it, and what."""
        return "".join(f"{_name(cue.caption)}: {_shown(cue.caption)}\n" for cue in self._in(language))

    def as_json(self) -> list[dict[str, object]]:
        """What was said in order, each with all its languages side by side; fit for `json.dumps`."""
        segments: dict[tuple[str, str], dict[str, object]] = {}
        texts: dict[tuple[str, str], dict[str, str]] = {}
        notes: dict[tuple[str, str], dict[str, str]] = {}
        doubts: dict[tuple[str, str], dict[str, str]] = {}
        for cue in sorted(self._cues.values(), key=_order):
            caption = cue.caption
            key = (caption.speaker, caption.segment)
            if caption.note:
                notes.setdefault(key, {})[caption.language] = caption.note
                texts.setdefault(key, {}).setdefault(caption.source_language, caption.committed)
            else:
                texts.setdefault(key, {})[caption.language] = caption.committed
            if caption.doubt:
                doubts.setdefault(key, {})[caption.language] = caption.doubt
            segments.setdefault(
                key,
                {
                    "speaker": caption.speaker,
                    "segment": caption.segment,
                    "start_ms": cue.start_ms,
                    "end_ms": cue.end_ms,
                    "source_language": caption.source_language,
                    "confidence": caption.confidence,
                },
            )
        return [
            {
                **segment,
                "texts": texts.get(key, {}),
                "missing": notes.get(key, {}),
                "doubts": doubts.get(key, {}),
            }
            for key, segment in segments.items()
        ]

    def _in(self, language: str) -> list[_Cue]:
        chosen = [
            cue for cue in self._cues.values() if languages.same_language(cue.caption.language, language)
        ]
        return sorted(chosen, key=_order)


def _order(cue: _Cue) -> tuple[int, str, int]:
    number = cue.caption.segment.rpartition("-")[2]
    return cue.start_ms, cue.caption.speaker, int(number) if number.isdecimal() else 0


def _time(milliseconds: int, decimal_sign: str) -> str:
    seconds, rest = divmod(milliseconds, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}{decimal_sign}{rest:03}"


def _one_line(text: str) -> str:
    return " ".join(_NO_TEXT.sub("", _CONTROLS.sub(" ", text)).split())


def _name(caption: Caption) -> str:
    """Who spoke, without marks that would turn round the writing direction of the words behind the name."""
    return _one_line(_TURNING.sub("", caption.speaker)) or "?"


def _shown(caption: Caption) -> str:
    """The text; one that could not be translated is marked with its own language."""
    text = _one_line(caption.committed)
    return f"[{caption.source_language}] {text}" if caption.note else text


def _plain(caption: Caption) -> str:
    # Players read "<" as the beginning of a tag, and there is no way to escape it.
    line = f"{_name(caption)}: {_shown(caption)}"
    return line.replace("-->", "→").replace("<", "‹").replace(">", "›")


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
