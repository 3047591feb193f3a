"""Whisper in batches: straight to CTranslate2, several speakers in one encode and one generate.

Source:
    faster-whisper (`transcribe.py`) for features, tokens and word alignment. Different from it: the encoder's
    window is cut to the sound at hand, the largest saving on short pieces, with a floor and a
    margin, and with the full 30 s window wherever the short one makes the decoder loop or run on; and a look that
    is no last one checks what the look before has written, on a CPU (`drafted_decoder.py`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np
import structlog

from pipeline.audio import HEARING_RATE_HZ
from pipeline.engines.protocols import EngineError
from pipeline.engines.recognition.whisper.attention import align
from pipeline.engines.recognition.whisper.checks import COMPRESSION_LIMIT, compression_ratio, loop_start
from pipeline.engines.recognition.whisper.drafted_decoder import DraftedDecoder, Rules, Written
from pipeline.engines.recognition.whisper.encoding import FULL_WINDOW_S, encode, may_hold_speech
from pipeline.engines.recognition.whisper.language import chances_of
from pipeline.engines.recognition.whisper.pieces import LONGEST_SAMPLES, Piece, Reading, Tuning
from pipeline.engines.recognition.whisper.words import alignments, places_in, without_echoes, words_of
from pipeline.events import Word
from pipeline.text import languages
from protocol.plain_text import says_anything

log = structlog.get_logger(__name__)

_PROMPT_STEP: Final = 16
_LONGEST_PROMPT: Final = 96
_LONGEST_OUTPUT: Final = 224


@dataclass(slots=True)
class _Draft:
    """A piece on its way through the model."""

    at: int
    piece: Piece
    prompt: list[int]
    window_s: int
    limit: int
    beam: int
    thorough: bool
    """A last look that may take its time."""
    tokens: list[int] = field(default_factory=list)
    score: float = 0.0
    no_speech: float = 0.0
    written: Written | None = None
    """With the decoder's attention, where it was the one for looks that wrote it."""
    reading: Reading = field(default_factory=Reading)

    @property
    def may_look_again(self) -> bool:
        """Whether it takes its time, and a larger window is left to try."""
        return self.thorough and self.window_s < FULL_WINDOW_S


class WhisperBatch:
    """The model. Everything blocks; one thread at a time.

    Args:
        model: a `faster_whisper.WhisperModel`.
        drafted: writes looks that are no last ones; None: CTranslate2 writes them as well.
    """

    def __init__(
        self, model: Any, tuning: Tuning | None = None, drafted: DraftedDecoder | None = None
    ) -> None:
        from faster_whisper.transcribe import get_suppressed_tokens

        self.model, self.tuning, self._drafted = model, tuning or Tuning(), drafted
        self.multilingual = bool(model.model.is_multilingual)
        self._tokenizers: dict[tuple[str, str], Any] = {}  # one for each of Whisper's languages and tasks
        tokenizer = self.tokenizer(self.languages[0])
        self.suppressed = list(get_suppressed_tokens(tokenizer, [-1]))
        self._rules = Rules(tuple(self.suppressed), tokenizer.eot, tokenizer.no_speech)

    @property
    def on_gpu(self) -> bool:
        """Whether the weights lie there."""
        return bool(self.model.model.device == "cuda")

    @property
    def languages(self) -> tuple[str, ...]:
        """Whisper's codes, sorted."""
        return tuple(sorted(self.model.supported_languages)) if self.multilingual else ("en",)

    def read(self, pieces: Sequence[Piece]) -> list[Reading | EngineError]:
        """Recognises pieces together, finals first; a piece that fails does not fail the others.

        A piece comes out the same whatever it shares the batch with: only pieces with the same window, the same
        length of prompt and the same language are computed together.
        """
        drafts = [self._draft(at, piece) for at, piece in enumerate(pieces)]
        groups: dict[tuple[bool, bool, int, int, int, str], list[_Draft]] = defaultdict(list)
        for draft in drafts:
            piece = draft.piece
            key = (
                not piece.final, piece.into_english, draft.beam, draft.window_s, len(draft.prompt), piece.language,
            )  # fmt: skip
            groups[key].append(draft)
        results: list[Reading | EngineError] = [Reading() for _ in pieces]
        for key in sorted(groups):
            for draft, result in self._safely(groups[key]):
                results[draft.at] = result
        return results

    # --- one group ---------------------------------------------------------------------------------------

    def _safely(self, group: list[_Draft]) -> list[tuple[_Draft, Reading | EngineError]]:
        try:
            self._read(group)
        except (RuntimeError, ValueError) as error:  # all that CTranslate2 raises, memory included
            if len(group) == 1:
                return [(group[0], EngineError(f"Whisper failed ({type(error).__name__})"))]
            log.warning("a batch failed and is tried one by one", size=len(group), exc_info=True)
            return [pair for draft in group for pair in self._safely([draft])]
        return [(draft, draft.reading) for draft in group]

    def _read(self, group: list[_Draft]) -> None:
        worth = [draft for draft in group if may_hold_speech(draft.piece.pcm)]
        if not worth:
            return
        encoded = self._encode(worth)
        self._detect(worth, encoded)
        if worth[0].piece.language:
            self._recognise(worth, encoded)

    def _detect(self, group: Sequence[_Draft], encoded: Any) -> None:
        """Notes how likely each language is, for the pieces that ask for it."""
        if not self.multilingual or not any(draft.piece.detect for draft in group):
            return
        for draft, ranking in zip(group, self.model.model.detect_language(encoded), strict=True):
            if draft.piece.detect:
                draft.reading = replace(draft.reading, languages=chances_of(ranking))

    def _recognise(self, group: Sequence[_Draft], encoded: Any) -> None:
        """Notes what was said; a last look that loops or runs on takes another one, any other is told as doubtful."""
        if self._drafted is not None and group[0].beam == 1 and not group[0].piece.into_english:
            self._check(self._drafted, group, encoded)
        else:
            self._generate(group, encoded)
        doubtful = [draft for draft in group if self._is_doubtful(draft)]
        again = [draft for draft in doubtful if draft.may_look_again]
        waived = [draft for draft in doubtful if not draft.thorough]
        self._align(group, encoded, but=[*again, *waived])  # a last look in the full window has no second one
        for draft in waived:
            draft.reading = replace(draft.reading, doubtful=True)
        if again:
            self._retry(again)

    def _retry(self, group: Sequence[_Draft]) -> None:
        """Another window makes most loops go away; what still loops is believed up to where it begins."""
        for draft in group:
            draft.window_s = int(min(FULL_WINDOW_S, draft.window_s + self.tuning.retry_s))
            draft.reading = replace(draft.reading, retried=True)
        encoded = self._encode(group)
        self._generate(group, encoded)
        self._align(group, encoded)

    def _encode(self, group: Sequence[_Draft]) -> Any:
        return encode(self.model, [draft.piece.pcm for draft in group], group[0].window_s)

    def _check(self, drafted: DraftedDecoder, group: Sequence[_Draft], encoded: Any) -> None:
        """Writes what was said, as far as possible by checking what is expected."""
        for draft, sound in zip(group, np.array(encoded), strict=True):
            tokenizer = self.tokenizer(draft.piece.language)
            written = drafted.write(
                sound,
                draft.prompt,
                _expected(draft.piece, tokenizer),
                self._rules,
                limit=draft.limit,
                start=draft.prompt.index(tokenizer.sot),
            )
            draft.written, draft.tokens = written, written.tokens
            draft.score, draft.no_speech = written.score, written.no_speech

    def _generate(self, group: Sequence[_Draft], encoded: Any) -> None:
        limit = max(draft.limit for draft in group)
        results = self.model.model.generate(
            encoded,
            [draft.prompt for draft in group],
            beam_size=group[0].beam,
            # CTranslate2 writes at most half of this, and no more than it leaves behind the prompt
            max_length=max(2 * limit, len(group[0].prompt) + limit),
            return_scores=True,
            return_no_speech_prob=True,
            suppress_blank=True,
            suppress_tokens=self.suppressed,
        )
        for draft, result in zip(group, results, strict=True):
            draft.tokens = list(result.sequences_ids[0])
            draft.score, draft.no_speech = float(result.scores[0]), float(result.no_speech_prob)

    def _is_doubtful(self, draft: _Draft) -> bool:
        text = self.tokenizer(draft.piece.language).decode(draft.tokens)
        ran_on = len(draft.tokens) >= draft.limit  # no end of text
        looped = loop_start(draft.tokens) is not None or compression_ratio(text) > COMPRESSION_LIMIT
        return ran_on or looped

    def _align(self, group: Sequence[_Draft], encoded: Any, but: Sequence[_Draft] = ()) -> None:
        """Notes the words and their places; of what was translated the text alone, which has none."""
        tokenizer = self.tokenizer(group[0].piece.language, group[0].piece.into_english)
        texts = [[] if draft in but else self._believed(draft, tokenizer.eot) for draft in group]
        if group[0].piece.into_english:
            for draft, tokens in zip(group, texts, strict=True):
                text = tokenizer.decode(tokens).strip()
                draft.reading = replace(draft.reading, text=text, log_probability=draft.score)
            return
        for draft, tokens, alignment in zip(
            group, texts, self._alignments(group, texts, encoded), strict=True
        ):
            words = _placed(draft.piece, tokenizer, tokens, alignment)
            dropped = "" if words or draft in but else self._dropped(draft, tokenizer)
            draft.reading = replace(draft.reading, words=words, log_probability=draft.score, dropped=dropped)

    def _alignments(self, group: Sequence[_Draft], texts: list[list[int]], encoded: Any) -> Sequence[Any]:
        """How the decoder's attention moves through each sound: as it was written, or in a look of its own."""
        sounds = [draft.piece.pcm for draft in group]
        written = [draft.written for draft in group if draft.written is not None]
        if not written:
            return alignments(self.model, encoded, self.tokenizer(group[0].piece.language), texts, sounds)
        return [
            align(each.attention[:, : len(tokens) + 1], each.probabilities[: len(tokens)], places_in(sound))
            for each, tokens, sound in zip(written, texts, sounds, strict=True)
        ]

    def _dropped(self, draft: _Draft, tokenizer: Any) -> str:
        """Why there are no words, where the model hears speech."""
        text = tokenizer.decode([token for token in draft.tokens if token < tokenizer.eot])
        if draft.no_speech >= self.tuning.surely_speech or not says_anything(text):
            return ""
        return "it was too unclear to be written down"

    def _believed(self, draft: _Draft, end_of_text: int) -> list[int]:
        """The tokens without what silence and loops make up."""
        tokens = [token for token in draft.tokens[: draft.limit] if token < end_of_text]
        tokens = tokens[: loop_start(tokens)]
        text = self.tokenizer(draft.piece.language).decode(tokens)
        made_up = self._is_silent(draft, tokens) or compression_ratio(text) > COMPRESSION_LIMIT
        return [] if made_up else tokens

    def _is_silent(self, draft: _Draft, tokens: Sequence[int]) -> bool:
        """Whether the model is so unsure of what it wrote that nobody will have said it."""
        if draft.no_speech > self.tuning.no_speech and draft.score < self.tuning.unlikely:
            return True
        return draft.score < self._hopeless(draft, tokens)

    def _hopeless(self, draft: _Draft, tokens: Sequence[int]) -> float:
        """A short answer has few tokens to be sure of: rightly heard ones reach -1.7 where speech is certain."""
        tuning = self.tuning
        short = len(tokens) <= tuning.short_tokens and draft.no_speech < tuning.surely_speech
        return tuning.hopeless_short if short else tuning.hopeless

    # --- one piece ---------------------------------------------------------------------------------------

    def _draft(self, at: int, piece: Piece) -> _Draft:
        tuning = self.tuning
        piece = replace(piece, pcm=piece.pcm[-LONGEST_SAMPLES:])
        length_s = len(piece.pcm) / HEARING_RATE_HZ
        thorough = piece.final and not piece.hurried
        limit = min(_LONGEST_OUTPUT, int(tuning.spare_tokens + tuning.tokens_per_s * length_s))
        beam = tuning.final_beam if thorough else tuning.beam
        window_s = self._window_s(piece, length_s, thorough=thorough)
        return _Draft(at, piece, self._prompt(piece), window_s, limit, beam, thorough)

    def _window_s(self, piece: Piece, length_s: float, *, thorough: bool) -> int:
        """How much the encoder looks at: the sound with a margin, in steps; all it can for what is short and final."""
        tuning = self.tuning
        if thorough and length_s < (tuning.short_english_s if piece.into_english else tuning.short_s):
            return FULL_WINDOW_S
        wanted = max(tuning.floor_s, length_s + tuning.margin_s) - tuning.floor_s
        return int(min(FULL_WINDOW_S, tuning.floor_s + np.ceil(wanted / tuning.step_s) * tuning.step_s))

    def _prompt(self, piece: Piece) -> list[int]:
        """What the decoder is told: the language, the task, and the words before."""
        tokenizer = self.tokenizer(piece.language or self.languages[0], piece.into_english)
        prompt = [*tokenizer.sot_sequence, tokenizer.no_timestamps]
        before = tokenizer.encode(" " + piece.prompt.strip()) if piece.prompt else []
        kept = min(_LONGEST_PROMPT, len(before))
        if not piece.into_english:
            # cut to a few lengths, as pieces of one batch must have prompts of the same length
            kept = kept // _PROMPT_STEP * _PROMPT_STEP
        return [tokenizer.sot_prev, *before[-kept:], *prompt] if kept else prompt

    def tokenizer(self, language: str, into_english: bool = False) -> Any:
        """faster-whisper's, for one of Whisper's languages."""
        from faster_whisper.tokenizer import Tokenizer

        key = (language, "translate" if into_english else "transcribe")
        if key not in self._tokenizers:
            self._tokenizers[key] = Tokenizer(
                self.model.hf_tokenizer, self.multilingual, task=key[1], language=language
            )
        return self._tokenizers[key]


def _expected(piece: Piece, tokenizer: Any) -> list[int]:
    """The tokens of what the look before has written; with a blank in front where the language knows blanks."""
    if not piece.expected:
        return []
    blank = "" if languages.base(piece.language) in languages.SPACELESS else " "
    return list(tokenizer.encode(blank + piece.expected))


def _placed(piece: Piece, tokenizer: Any, tokens: list[int], alignment: Any) -> tuple[Word, ...]:
    """The words of a piece, without those that say again what stands before them."""
    if not tokens:
        return ()
    words = words_of(
        tokenizer,
        tokens,
        alignment,
        samples=len(piece.pcm),
        first_sample=piece.first_sample,
        language=piece.language,
    )
    return without_echoes(words, piece.pcm, piece.first_sample)
