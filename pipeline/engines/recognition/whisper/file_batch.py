"""Pieces of a file through Whisper: decoded together, tried again where the result cannot be what was said.

Source:
    faster-whisper (`transcribe.py`, `generate_with_fallback`) for the thresholds and the order of the attempts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from pipeline.audio import HEARING_RATE_HZ
from pipeline.engines.recognition.files import FilePiece, PieceHeard
from pipeline.engines.recognition.quality import Quality
from pipeline.engines.recognition.whisper.batch import WhisperBatch
from pipeline.engines.recognition.whisper.checks import COMPRESSION_LIMIT, compression_ratio, loop_start
from pipeline.engines.recognition.whisper.encoding import FULL_WINDOW_S, encode, may_hold_speech
from pipeline.engines.recognition.whisper.language import DECIDED_AFTER_SAMPLES, base, chances_of, likeliest
from pipeline.engines.recognition.whisper.words import alignments, without_echoes, words_of
from pipeline.events import Word
from pipeline.text.chinese_script import in_one_script
from pipeline.text.joining import confidence_of
from protocol.plain_text import says_anything

LONGEST_PROMPT: Final = 223
"""Half of the decoder's memory. Source: openai/whisper."""
_MOST_TOKENS: Final = 448
_UNLIKELY: Final = -1.0
"""Mean log probability below which an attempt has failed."""
_NO_SPEECH: Final = 0.6
_SURELY_SPEECH: Final = 0.4
_GUESSED: Final = 0.3
"""Mean probability of the words below which they are made up. Melodies gave 0.17 to 0.44; readings 0.60 to 0.97, and
0.35 to 0.71 in noise as loud as they and louder."""
_UNPLACED: Final = 0.5
"""The same for texts of which words take no time, as nothing in the sound is theirs. Readings had none of these."""
_UNPLACED_SHARE: Final = 0.125
_BY_CHANCE: Final = 0.02
"""Probability of a word that is hardly ever the likeliest."""
_TIMELESS_SAMPLES: Final = HEARING_RATE_HZ // 50
"""One step of the attention."""
_CERTAIN: Final = 0.95
"""From this probability on a piece is in another language than the file."""
_SAMPLED: Final = 5
"""So many texts an attempt with a temperature chooses from."""


@dataclass(frozen=True, slots=True)
class Effort:
    """What a quality means here."""

    beam: int
    temperatures: tuple[float, ...]
    """Of the attempts behind the first one."""


EFFORTS: Final[Mapping[Quality, Effort]] = MappingProxyType(
    {
        Quality.FAST: Effort(
            1, (0.4,)
        ),  # greedy decoding loops now and then, and all behind it would be lost
        Quality.BALANCED: Effort(5, (0.4,)),
        Quality.HIGH: Effort(5, (0.2, 0.4, 0.6, 0.8, 1.0)),
    }
)


@dataclass(frozen=True, slots=True)
class BatchOptions:
    """How a batch of one file is to be read."""

    language: str
    """BCP 47; empty: to be found in these pieces."""
    declared: bool
    """Whether it is what the caller said; else a piece may be in another one."""
    allowed: tuple[str, ...]
    hints: str
    effort: Effort


@dataclass(frozen=True, slots=True)
class _Attempt:
    tokens: list[int]
    score: float
    """Mean log probability of a token."""
    no_speech: float
    repeats: bool
    """It compresses too well, or loops."""


@dataclass(slots=True)
class _Draft:
    """A piece on its way."""

    piece: FilePiece
    language: str = ""
    attempts: list[_Attempt] = field(default_factory=list)
    heard: PieceHeard = field(default_factory=lambda: PieceHeard((), ""))


class FileBatch:
    """Reads pieces of files with a model. Blocking; several threads may, each a batch of its own."""

    def __init__(self, model: WhisperBatch) -> None:
        self._model = model

    def read(self, pieces: Sequence[FilePiece], reading: BatchOptions) -> list[PieceHeard]:
        """Recognises pieces together. Raises RuntimeError and ValueError, as CTranslate2 does."""
        drafts = [_Draft(piece, heard=PieceHeard((), reading.language)) for piece in pieces]
        worth = [draft for draft in drafts if may_hold_speech(draft.piece.pcm)]
        if worth:
            self._read_by_language(worth, reading)
        return [draft.heard for draft in drafts]

    def _read_by_language(self, worth: Sequence[_Draft], reading: BatchOptions) -> None:
        encoded = self._encode(worth)
        self._find_languages(worth, encoded, reading)
        groups: dict[str, list[_Draft]] = defaultdict(list)
        for draft in worth:
            groups[draft.language].append(draft)
        for group in groups.values():
            self._read(group, encoded if len(groups) == 1 else self._encode(group), reading)

    def _encode(self, group: Sequence[_Draft]) -> Any:
        return encode(self._model.model, [draft.piece.pcm for draft in group], FULL_WINDOW_S)

    def _find_languages(self, group: Sequence[_Draft], encoded: Any, reading: BatchOptions) -> None:
        """That of the file for each piece, unless the piece is certainly in another."""
        known = reading.language
        if not self._model.multilingual:
            known = known or self._model.languages[0]
        for draft in group:
            draft.language = known
        if not reading.declared and self._model.multilingual:
            self._hear_languages(group, encoded, reading)

    def _hear_languages(self, group: Sequence[_Draft], encoded: Any, reading: BatchOptions) -> None:
        chances = [chances_of(ranking) for ranking in self._model.model.model.detect_language(encoded)]
        most = reading.language or likeliest(_together(group, chances), reading.allowed)[0]
        for draft, of_piece in zip(group, chances, strict=True):
            draft.language = _certain_language(draft, of_piece, reading) or most

    def _read(self, group: Sequence[_Draft], encoded: Any, reading: BatchOptions) -> None:
        self._generate(group, encoded, reading, temperature=0.0)
        for temperature in reading.effort.temperatures:
            again = [draft for draft in group if _has_failed(draft.attempts[-1])]
            if not again:
                break
            self._generate(again, self._encode(again), reading, temperature=temperature)
        self._align(group, encoded)

    def _generate(
        self, group: Sequence[_Draft], encoded: Any, reading: BatchOptions, *, temperature: float
    ) -> None:
        tokenizer = self._model.tokenizer(base(group[0].language))
        prompt = [*tokenizer.sot_sequence, tokenizer.no_timestamps]
        if reading.hints:
            hints = tokenizer.encode(" " + reading.hints.strip())[:LONGEST_PROMPT]
            prompt = [tokenizer.sot_prev, *hints, *prompt]
        sampled: dict[str, Any] = {"beam_size": reading.effort.beam, "patience": 1}
        if temperature > 0:
            sampled = {
                "beam_size": 1, "num_hypotheses": _SAMPLED, "sampling_topk": 0, "sampling_temperature": temperature
            }  # fmt: skip
        results = self._model.model.model.generate(
            encoded,
            [prompt] * len(group),
            max_length=_MOST_TOKENS,
            return_scores=True,
            return_no_speech_prob=True,
            suppress_blank=True,
            suppress_tokens=self._model.suppressed,
            **sampled,
        )
        for draft, result in zip(group, results, strict=True):
            tokens = [token for token in result.sequences_ids[0] if token < tokenizer.eot]
            length = max(1, len(tokens))
            draft.attempts.append(
                _Attempt(
                    tokens,
                    float(result.scores[0]) * length / (length + 1),
                    float(result.no_speech_prob),
                    loop_start(tokens) is not None
                    or compression_ratio(tokenizer.decode(tokens)) > COMPRESSION_LIMIT,
                )
            )

    def _align(self, group: Sequence[_Draft], encoded: Any) -> None:
        """Words with their places, of the best attempt of each."""
        tokenizer = self._model.tokenizer(base(group[0].language))
        texts = [_believed(_best(draft.attempts)) for draft in group]
        sounds = [draft.piece.pcm for draft in group]
        results = alignments(self._model.model, encoded, tokenizer, texts, sounds)
        for draft, tokens, result in zip(group, texts, results, strict=True):
            words = _placed(draft, tokenizer, tokens, result)
            dropped = "" if words else _dropped(_best(draft.attempts), tokenizer)
            draft.heard = PieceHeard(words, draft.language, dropped)


def _placed(draft: _Draft, tokenizer: Any, tokens: list[int], alignment: Any) -> tuple[Word, ...]:
    """The words of a piece in its script, without echoes; none where they are made up."""
    if not tokens:
        return ()
    piece, language = draft.piece, draft.language
    found = words_of(
        tokenizer,
        tokens,
        alignment,
        samples=len(piece.pcm),
        first_sample=piece.first_sample,
        language=base(language),
    )
    words = in_one_script(without_echoes(found, piece.pcm, piece.first_sample), language)
    return () if are_made_up(words) else words


def _dropped(best: _Attempt, tokenizer: Any) -> str:
    """Why there are no words, where the model hears speech."""
    if best.no_speech >= _SURELY_SPEECH or not says_anything(tokenizer.decode(best.tokens)):
        return ""
    return "it was too unclear to be written down"


def _certain_language(draft: _Draft, chances: Mapping[str, float], reading: BatchOptions) -> str:
    """Of a piece that is long enough to tell; empty where it does not."""
    best, share = likeliest(chances, reading.allowed)
    return best if share >= _CERTAIN and len(draft.piece.pcm) >= DECIDED_AFTER_SAMPLES else ""


def _together(group: Sequence[_Draft], chances: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """How likely each language is in all pieces, longer ones counting more."""
    total: dict[str, float] = defaultdict(float)
    for draft, of_piece in zip(group, chances, strict=True):
        for language, chance in of_piece.items():
            total[language] += chance * len(draft.piece.pcm)
    return total


def are_made_up(words: Sequence[Word]) -> bool:
    """Whether Whisper wrote what nobody said: it is not sure of it, and less so where it finds no place for it."""
    confidence = confidence_of(words)
    if confidence is None:
        return False
    unplaced = sum(map(_has_no_place, words))
    return confidence < (_UNPLACED if unplaced >= _UNPLACED_SHARE * len(words) else _GUESSED)


def _has_no_place(word: Word) -> bool:
    """Whether nothing in the sound asked for it: it takes no time, or chance alone chose it."""
    timeless = word.end_sample - word.first_sample <= _TIMELESS_SAMPLES
    return timeless or (word.probability is not None and word.probability < _BY_CHANCE)


def _has_failed(attempt: _Attempt) -> bool:
    """Whether another attempt is worth its time: never where nobody speaks."""
    return attempt.repeats or (attempt.score < _UNLIKELY and attempt.no_speech <= _NO_SPEECH)


def _best(attempts: Sequence[_Attempt]) -> _Attempt:
    """The first that holds, else the likeliest of those that do not repeat themselves."""
    held = [attempt for attempt in attempts if not _has_failed(attempt)]
    if held:
        return held[0]
    return max(attempts, key=lambda attempt: (not attempt.repeats, attempt.score))


def _believed(attempt: _Attempt) -> list[int]:
    """The tokens without what silence and loops make up."""
    if attempt.no_speech > _NO_SPEECH and attempt.score < _UNLIKELY:
        return []
    return attempt.tokens[: loop_start(attempt.tokens)]
