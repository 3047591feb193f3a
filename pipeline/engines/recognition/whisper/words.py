"""Whisper's tokens to words: where each begins and ends, how sure it is, whether a blank stood before it."""

from __future__ import annotations

import itertools
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from pipeline.audio import HEARING_RATE_HZ, Pcm
from pipeline.events import Word
from pipeline.text import languages
from pipeline.text.matching import spelling
from protocol.plain_text import says_anything

_TOKENS_PER_S: Final = 50
"""How finely attention moves through the sound."""

_END_TOLERANCE_S: Final = 0.06

_BLOCK_SAMPLES: Final = HEARING_RATE_HZ // 50
_SHORTEST_SAMPLES: Final = HEARING_RATE_HZ // 20
"""No word takes less time than 50 ms."""
_TIMELESS_SAMPLES: Final = HEARING_RATE_HZ // 50
"""One step of the attention."""
_FEW: Final = 2
"""Two words in a row may be said twice, and quickly: "a plan, a plan"."""
_QUIETEST_PART: Final = 0.1
"""A word is not 20 dB softer than what is around it."""


@dataclass(frozen=True, slots=True)
class _Part:
    """Some tokens that are never divided."""

    text: str
    begin: int
    end: int
    """The first token behind it."""


@dataclass(frozen=True, slots=True)
class _Written:
    """A word with the signs that stand at it, before it has its place in the sound."""

    text: str
    part: _Part
    glued: bool


def alignments(
    model: Any, encoded: Any, tokenizer: Any, texts: Sequence[list[int]], sounds: Sequence[Pcm]
) -> Sequence[Any]:
    """CTranslate2's `WhisperAlignmentResult` of each text of a batch; None for each where all are empty.

    Args:
        model: a `faster_whisper.WhisperModel`.
    """
    if not any(texts):
        return [None] * len(texts)
    frames = [2 * places_in(pcm) for pcm in sounds]
    found: Sequence[Any] = model.model.align(encoded, tokenizer.sot_sequence, texts, frames)
    return found


def places_in(pcm: Pcm) -> int:
    """How many places of the attention hold the sound, at least one."""
    return max(1, len(pcm) * _TOKENS_PER_S // HEARING_RATE_HZ)


def words_of(
    tokenizer: Any, tokens: list[int], alignment: Any, *, samples: int, first_sample: int, language: str
) -> tuple[Word, ...]:
    """Words with their places, by how the decoder's attention moves through the sound.

    A word is what stands between two blanks, whatever signs are in it ("aujourd'hui", "1,250.50"); in scripts
    without blanks every token is one, and a run of letters of another script.

    Args:
        tokenizer: faster-whisper's, for `language`.
        alignment: CTranslate2's `WhisperAlignmentResult` of these tokens.
        samples: how much sound there was; words that begin at its very end were not said: what Whisper invents
            behind the last word piles up there.
        first_sample: where the sound begins.

    Source:
        faster-whisper, `WhisperModel.find_alignment` and `merge_punctuations`.
    """
    spaceless = languages.base(language) in languages.SPACELESS
    parts = _parts(tokenizer, tokens, spaceless=spaceless)
    if not parts or not alignment.alignments:
        return ()
    begins_s = _begins_s(alignment)
    chances = list(alignment.text_token_probs)
    length_s = samples / HEARING_RATE_HZ
    words: list[Word] = []
    for written in _written([part for part in parts if part.end < len(begins_s)]):
        start_s, end_s = float(begins_s[written.part.begin]), float(begins_s[written.part.end])
        if start_s >= length_s - _END_TOLERANCE_S:
            break
        words.append(
            Word(
                written.text,
                first_sample + int(start_s * HEARING_RATE_HZ),
                first_sample + int(min(end_s, length_s) * HEARING_RATE_HZ),
                glued=written.glued,
                probability=_mean_chance(chances, written.part),
            )
        )
    if words:  # nothing stands before the first
        words[0] = replace(words[0], glued=None if spaceless else False)
    return tuple(words)


def _mean_chance(chances: Sequence[float], part: _Part) -> float | None:
    """How sure the model is of a word's tokens; None where it does not tell of all."""
    if part.end > len(chances):
        return None
    return float(np.mean(chances[part.begin : part.end]))


def _begins_s(alignment: Any) -> NDArray[np.float64]:
    """Where the attention moves on to each token, the one that ends the text included."""
    of_text, of_time = (np.array(column) for column in zip(*alignment.alignments, strict=True))
    jumps = np.pad(np.diff(of_text), (1, 0), constant_values=1).astype(bool)
    begins_s: NDArray[np.float64] = of_time[jumps] / _TOKENS_PER_S
    return begins_s


def _written(parts: list[_Part]) -> list[_Written]:
    """Words; signs that stand alone go to the one that they belong to, before them or behind."""
    words: list[_Written] = []
    opening = ""
    for part in parts:
        text = opening + part.text if opening else part.text.strip()
        if not text.strip():
            continue
        glued = not part.text[0].isspace() and not opening
        opening = ""
        if spelling(text):
            words.append(_Written(text, part, glued))
        elif _opens(text):
            opening = text
        elif words:
            words[-1] = replace(words[-1], text=words[-1].text + ("" if glued else " ") + text)
    return words


def _parts(tokenizer: Any, tokens: list[int], *, spaceless: bool) -> list[_Part]:
    """The pieces of whole characters, joined where no blank stands between them."""
    texts, pieces = tokenizer.split_tokens_on_unicode(list(tokens))
    parts: list[_Part] = []
    end = 0
    for text, piece in zip(texts, pieces, strict=True):
        begin, end = end, end + len(piece)
        if parts and not text[:1].isspace() and _belongs(parts[-1].text, text, spaceless=spaceless):
            parts[-1] = _Part(parts[-1].text + text, parts[-1].begin, end)
        else:
            parts.append(_Part(text, begin, end))
    return parts


def _opens(signs: str) -> bool:
    """Whether signs that stand alone belong to the word behind them: « in French, ¿, brackets."""
    return all(unicodedata.category(sign) in ("Ps", "Pi") or sign in "¿¡„" for sign in signs)


def _belongs(before: str, after: str, *, spaceless: bool) -> bool:
    if not spaceless or not before.strip() or not says_anything(after):
        return True
    return not languages.is_spaceless(before[-1]) and not languages.is_spaceless(after[0])


def without_echoes(words: tuple[Word, ...], pcm: Pcm, first_sample: int) -> tuple[Word, ...]:
    """Leaves out words at the end that say again what stands before them where nothing is to be heard.

    In windows shorter than those it was trained with Whisper says a short answer twice: "seven" becomes "7 7"; and
    behind a sentence whose sound is not over it may say the sentence again. The attention shows it: what comes
    a second time takes no time, or lies in the silence behind the first.

    Args:
        pcm: the sound, from `first_sample` on.
    """
    while (count := _timeless_echo(words)) > 0:
        last, echo = words[-count - 1], words[-1]
        words = words[:-count]
        if spelling(last.text) == spelling(echo.text):  # what was left of the sound is that word's
            words = (*words[:-1], replace(last, end_sample=max(last.end_sample, echo.end_sample)))
    while len(words) > 1 and spelling(words[-1].text) == spelling(words[-2].text):
        if _is_heard(words[-1], pcm, first_sample):
            break
        words = words[:-1]
    return words


def _is_heard(word: Word, pcm: Pcm, first_sample: int) -> bool:
    """Whether it takes time, and is not lost in silence."""
    if word.end_sample - word.first_sample < _SHORTEST_SAMPLES:
        return False
    sound = pcm[max(0, word.first_sample - first_sample) : max(0, word.end_sample - first_sample)]
    return _loudness(sound) >= _loudness(pcm) * _QUIETEST_PART


def _timeless_echo(words: tuple[Word, ...]) -> int:
    """How many words at the end, two or more, stand before them as well and take no time.

    The last of three and more may take what is left of the sound.
    """
    spelled = [spelling(word.text) for word in words]
    timeless = [word.end_sample - word.first_sample <= _TIMELESS_SAMPLES for word in words]
    possible = itertools.takewhile(lambda count: timeless[-count], range(_FEW, len(words) // 2 + 1))
    echoes = (
        count
        for count in possible
        if (count > _FEW or timeless[-1]) and _contains(spelled[:-count], spelled[-count:])
    )
    return max(echoes, default=0)


def _contains(texts: list[str], run: list[str]) -> bool:
    return any(texts[at : at + len(run)] == run for at in range(len(texts) - len(run) + 1))


def _loudness(pcm: Pcm) -> float:
    """Of the second loudest tenth of the blocks of 20 ms, so that a click does not count."""
    blocks = pcm[: len(pcm) // _BLOCK_SAMPLES * _BLOCK_SAMPLES].astype(np.float64).reshape(-1, _BLOCK_SAMPLES)
    if not len(blocks):
        return 0.0
    return float(np.quantile(np.sqrt(np.square(blocks).mean(axis=1)), 0.9))
