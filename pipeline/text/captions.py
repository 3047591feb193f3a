"""Clauses and translations as captions."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from pipeline.events import Caption, Clause, ClauseEnd, Draft, DraftTranslation, NotTranslated, Translation
from pipeline.text import function_words, languages
from pipeline.text.punctuation import Ending, ending

_FIRST_WORD: Final = re.compile(r"[^\W\d_]+")
_FULL_STOPS: Final = frozenset(".。．｡।۔።")
_SENTENCE_ENDS: Final = (ClauseEnd.PUNCTUATION, ClauseEnd.UTTERANCE, ClauseEnd.LANGUAGE)


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
        text = _in_its_sentence(outcome.text, outcome.language, outcome.clause)
        text = _ended_as_said(text, outcome.language, outcome.clause)
        caption = _caption(outcome.clause, outcome.language, text, "", final=True)
        return replace(caption, doubt=outcome.doubt)
    if isinstance(outcome, NotTranslated):
        original = caption_of(outcome.clause).committed
        return _caption(outcome.clause, outcome.language, original, "", final=True, note=outcome.note)
    settled = len(stable) if outcome.text.startswith(stable) else 0
    text = _in_its_sentence(outcome.text, outcome.language, outcome.draft)
    return _caption(outcome.draft, outcome.language, text[:settled], text[settled:], final=False)


def _in_its_sentence(text: str, language: str, segment: Clause | Draft) -> str:
    """A translation with the capital or small letter that its place in the sentence asks for; the length stays.

    Engines begin each clause as if it were a sentence. Only a word that can be no name gets a small letter, and only
    where the clause that was said begins with one.
    """
    if not segment.continues:
        return languages.capitalise(text, language)
    first = _FIRST_WORD.match(text)
    if first is None or segment.text[:1].isupper() or not languages.has_capitals(language):
        return text
    return text[0].lower() + text[1:] if _may_begin_small(first[0], language) else text


def _may_begin_small(word: str, language: str) -> bool:
    """Whether it has a capital for its place alone, and as many letters without."""
    if word[1:] != word[1:].lower() or len(word[0].lower()) != 1:
        return False
    return function_words.opens_phrase(word, language)


def _ended_as_said(text: str, language: str, clause: Clause) -> str:
    """A translation without the full stop that an engine puts behind every text, where the sentence goes on."""
    core = text.rstrip()
    if _is_over(clause) or len(core) < 2 or core[-1] not in _FULL_STOPS or core.endswith(("..", "。。")):
        return text
    # a dot that belongs to an abbreviation or a number stays
    return core[:-1] if ending(core, language) is Ending.SENTENCE else text


def _is_over(clause: Clause) -> bool:
    """Whether the sentence that was said ends with the clause."""
    said = clause.text.rstrip().rstrip(languages.closers(clause.language))
    return clause.end in (ClauseEnd.UTTERANCE, ClauseEnd.LANGUAGE) or said[-1:] in languages.TERMINATORS


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
