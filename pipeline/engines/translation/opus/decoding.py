"""One loaded OPUS-MT model: text to tokens, a batch through CTranslate2, tokens to text, and a look at the result.

Blocking; `opus.py` runs it in a thread.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.engines.translation.opus.models import ModelDescriptionError, ModelDirection, OpusModel, knows
from pipeline.machine import runs_on_gpu

_MAX_TOKENS = 240
"""Small models know 256 positions, usual ones 512; text is split long before, this is the last resort."""
_END = "</s>"
_UNKNOWN = "⁇"
"""What the tokenizer writes for a token that has no text."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A piece of text for a model."""

    text: str
    pair: ModelDirection
    beam: int
    context: tuple[str, str] | None = None
    """What was said just before, and how it was translated."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """A translated piece of text."""

    text: str
    score: float
    """Mean log probability of a token."""
    tokens: int


@dataclass(frozen=True, slots=True)
class _Row:
    """One line of a batch."""

    source: list[str]
    prefix: list[str]


class LoadedModel:
    """A CTranslate2 translator with its two tokenizers.

    Args:
        device: "cpu", "cuda" or "auto".
        compute_type: as CTranslate2 names it; "default" is int8 on CPU, int8_float16 on GPU.
        threads: for each batch; 0 for what CTranslate2 thinks best.

    Raises:
        ModelDescriptionError: the model lacks a token that its description names.
        RuntimeError, ValueError, OSError: the files are not usable.
    """

    def __init__(self, model: OpusModel, *, device: str, compute_type: str, threads: int) -> None:
        import ctranslate2
        import sentencepiece

        if compute_type == "default":
            compute_type = "int8_float16" if runs_on_gpu(device) else "int8"
        self._model = model
        self._translator: Any = ctranslate2.Translator(
            str(model.directory), device=device, compute_type=compute_type, intra_threads=threads
        )
        self._source: Any = sentencepiece.SentencePieceProcessor(
            model_file=str(model.directory / "source.spm")
        )
        self._target: Any = sentencepiece.SentencePieceProcessor(
            model_file=str(model.directory / "target.spm")
        )
        for pair in model.pairs:
            if pair.prefix and not knows(model.directory, pair.prefix):
                raise ModelDescriptionError(
                    f"{model.name}: the model does not know the prefix {pair.prefix} of its hive.json"
                )

    def translate(self, sentences: Sequence[Sentence]) -> list[Decoded]:
        """Translates all sentences in one batch for each beam width.

        A sentence with context is decoded twice, with and without; the one with context is taken where it
        holds what the other says (see `continues`). One that repeats itself is decoded again, more carefully.
        """
        results: dict[int, Decoded] = {}
        for beam in {sentence.beam for sentence in sentences}:
            chosen = [i for i, sentence in enumerate(sentences) if sentence.beam == beam]
            results |= zip(chosen, self._search([sentences[i] for i in chosen], beam), strict=True)
        results |= self._more_carefully(sentences, results)
        return [results[i] for i in range(len(sentences))]

    def _more_carefully(
        self, sentences: Sequence[Sentence], results: Mapping[int, Decoded]
    ) -> dict[int, Decoded]:
        """Those again that came out as loops."""
        again = [i for i, sentence in enumerate(sentences) if _loops(results[i], sentence)]
        careful = self._decode([self._row(sentences[i]) for i in again], 4, no_repeat_ngram_size=3)
        return dict(zip(again, careful, strict=True))

    def _search(self, sentences: Sequence[Sentence], beam: int) -> list[Decoded]:
        """Each alone; those with context in it, where that holds what the other says."""
        results = self._decode([self._row(sentence) for sentence in sentences], beam)
        with_context = [i for i, sentence in enumerate(sentences) if sentence.context is not None]
        rows = [self._row_in_context(sentences[i]) for i in with_context]
        for i, in_context in zip(with_context, self._decode(rows, beam), strict=True):
            if continues(in_context.text, results[i].text, sentences[i].text):
                results[i] = in_context
        return results

    def _row(self, sentence: Sentence) -> _Row:
        tokens = self._source.encode(sentence.text, out_type=str)[:_MAX_TOKENS]
        return _Row(self._framed(tokens, sentence.pair), [])

    def _row_in_context(self, sentence: Sentence) -> _Row:
        assert sentence.context is not None
        before, translated = sentence.context
        tokens = self._source.encode(f"{before} {sentence.text}", out_type=str)[:_MAX_TOKENS]
        return _Row(self._framed(tokens, sentence.pair), self._target.encode(translated, out_type=str))

    def _framed(self, tokens: list[str], pair: ModelDirection) -> list[str]:
        prefix = [pair.prefix] if pair.prefix else []
        return [*prefix, *tokens, *([] if self._model.adds_end_token else [_END])]

    def _decode(self, rows: Sequence[_Row], beam: int, **options: Any) -> list[Decoded]:
        if not rows:
            return []
        longest = max(len(row.source) + len(row.prefix) for row in rows)
        results = self._translator.translate_batch(
            [row.source for row in rows],
            target_prefix=[row.prefix or None for row in rows],
            beam_size=beam,
            max_decoding_length=min(2 * longest + 16, 250),
            max_input_length=_MAX_TOKENS + 2,
            return_scores=True,
            **options,
        )
        return [self._decoded(row, result) for row, result in zip(rows, results, strict=True)]

    def _decoded(self, row: _Row, result: Any) -> Decoded:
        tokens = result.hypotheses[0][len(row.prefix) :]
        text = self._target.decode(tokens).replace(_UNKNOWN, "").strip()
        return Decoded(text, min(result.scores[0], 0.0), len(tokens))


_WORDS = re.compile(r"\w+")
_DIGITS = re.compile(r"\d+")


def repeats(text: str, times: int = 3) -> bool:
    """Whether a run of one to six words follows itself so many times: the decoder was caught in a loop."""
    words = _WORDS.findall(text.lower())
    for length in range(1, 7):
        run = 0
        for index in range(length, len(words)):
            run = run + 1 if words[index] == words[index - length] else 0
            if run >= length * (times - 1):
                return True
    return False


def continues(in_context: str, alone: str, source: str) -> bool:
    """Whether a translation made in context says the same sentence as the one made without.

    With the previous translation as prefix a model may end early, merge sentences or say the previous one
    again; such a result is recognised by its length, its numbers, names and other words, and dropped.
    """
    if not in_context or repeats(in_context):
        return False
    new, plain = _WORDS.findall(in_context.lower()), _WORDS.findall(alone.lower())
    if not new or not 0.6 <= len(new) / max(len(plain), 1) <= 1.6:
        return False
    if sorted(_DIGITS.findall(in_context)) != sorted(_DIGITS.findall(alone)):
        return False
    names = set(_WORDS.findall(source.lower())) & set(plain)
    return names <= set(new) and 2 * len(set(new) & set(plain)) >= len(set(plain))


_LEANING = re.compile(
    r"(?i)(?:it|he|she|they|this|that|these|those|him|her|them|and|but|so|or|because|which|who|"
    r"él|ella|ello|ellos|ellas|esto|eso|este|ese|y|pero|porque|"
    r"il|elle|ils|elles|ça|cela|ce|et|mais|parce|er|sie|es|das|dies|und|aber|weil)\b"
)


def wants_context(text: str) -> bool:
    """Whether the sentence before is likely to help: a short piece, or one that begins with what leans on it."""
    return len(_WORDS.findall(text)) <= 5 or _LEANING.match(text.lstrip()) is not None


def _loops(decoded: Decoded, sentence: Sentence) -> bool:
    """Whether the model says again and again what was said once."""
    return repeats(decoded.text) and not repeats(sentence.text)
