"""Writes down what was said with a draft in hand: what the look before has written is checked, not written again.

Looks at a speaker's sound follow each other closely and say nearly the same. A decoder reads its weights once for each
token that it writes, and once for many that it only checks. What comes out is what it would have written token by
token, as a token counts only where it is the likeliest one behind those before it.

Source:
    Leviathan, Kalman and Matias 2023, arXiv 2211.17192 (speculative decoding, here greedy), with the look before as the
    drafting model; Saxena 2023, "Prompt Lookup Decoding", for going on in the draft behind a difference.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import structlog
from numpy.typing import NDArray

from pipeline.engines.onnx_options import session_options
from pipeline.engines.protocols import EngineError
from pipeline.engines.recognition.whisper import decoder_network
from pipeline.engines.recognition.whisper.decoder_network import BLOCKS, DecoderShape
from pipeline.engines.recognition.whisper.weights import read_weights

log = structlog.get_logger(__name__)

_AHEAD: Final = 8
"""So many tokens of the draft are checked at once behind a difference."""
_SEARCHED: Final = 12
"""So far behind a difference the draft may go on."""
_HIDDEN: Final = -1e9
_TOLERANCE: Final = 0.05

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Written:
    """What the decoder wrote, without the token that ends a text."""

    tokens: list[int]
    score: float
    """Mean log probability as CTranslate2 counts it: of all tokens and the end, by the number of tokens."""
    no_speech: float
    probabilities: list[float]
    """Of each token."""
    attention: Floats
    """(alignment heads, tokens + 1, places of the sound): while each token, and what is behind them, was found."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What a text may hold.

    Args:
        suppressed: tokens that are never written.
        end: ends a text.
        no_speech: stands for sound that nobody speaks in.
    """

    suppressed: tuple[int, ...]
    end: int
    no_speech: int


class DraftedDecoder:
    """Whisper's decoder on a CPU, one thread, one text at a time, weights of 8 bits. Everything blocks.

    Args:
        never_first: tokens that no text begins with.
    """

    def __init__(self, shape: DecoderShape, never_first: tuple[int, ...] = ()) -> None:
        self._shape, self.never_first = shape, never_first
        self._cross = _session(decoder_network.cross_model(shape))
        self._step = _session(decoder_network.step_model(shape))
        self._layers = range(shape.layers)

    @classmethod
    def load(cls, place: Path) -> DraftedDecoder | None:
        """The decoder of a model's directory; None: it, or this processor, is of another kind. Blocking."""
        try:
            weights = read_weights(place / "model.bin")
            settings: Mapping[str, Any] = json.loads((place / "config.json").read_text(encoding="utf-8"))
            heads = tuple((int(layer), int(head)) for layer, head in settings.get("alignment_heads") or ())
            shape = DecoderShape(weights, heads)
            if not heads or not shape.block or not products_are_right():
                return None
            return cls(shape, tuple(map(int, settings.get("suppress_ids_begin") or ())))
        except (EngineError, OSError, ValueError, KeyError) as error:
            # CTranslate2 has opened the same files, so nothing is wrong with them
            log.warning("looks are written without drafts", reason=f"{type(error).__name__}: {error}")
            return None

    def write(
        self, sound: Floats, prompt: Sequence[int], draft: Sequence[int], rules: Rules, limit: int, start: int
    ) -> Written:
        """Greedy decoding.

        Args:
            sound: (places, width), what the encoder made.
            prompt: what stands before the text.
            draft: what the text may be.
            limit: at most so many tokens are written.
            start: where in the prompt the token stands that begins a transcript.
        """
        text = _Text(self, sound, rules, start)
        # words that spell out one of the decoder's own signs, such as the one that ends a text, are read as that sign
        text.begin(list(prompt), [token for token in draft if token < rules.end][:limit])
        while not text.ended and len(text.tokens) < limit:
            text.go_on()
        return text.written(limit)

    def heard(self, sound: Floats) -> dict[str, Floats]:
        """Keys and values of the sound."""
        names = [each.name for each in self._cross.get_outputs()]
        return dict(zip(names, _computed(self._cross, {"sound": sound}), strict=True))

    def nothing_before(self) -> list[Floats]:
        """Keys and values of no tokens."""
        empty = np.zeros((self._shape.heads, 0, self._shape.head_width), np.float32)
        return [empty] * (2 * len(self._layers))

    def step(
        self, tokens: Sequence[int], rows: Sequence[int], before: list[Floats], heard: Mapping[str, Floats]
    ) -> tuple[Floats, Floats, list[Floats]]:
        """Scores of the rows, attention of all tokens, keys and values of what came before and of them."""
        count, known = len(tokens), before[0].shape[1]
        places = np.arange(known, known + count)
        feeds = {
            "tokens": np.array(tokens, np.int64),
            "places": places,
            "rows": np.array(rows, np.int64),
            "hidden": np.where(np.arange(known + count) <= places[:, None], 0, _HIDDEN).astype(np.float32),
            **heard,
        }
        for layer in self._layers:
            feeds[f"past_key_{layer}"], feeds[f"past_value_{layer}"] = before[2 * layer : 2 * layer + 2]
        *after, scores, attention = _computed(self._step, feeds)
        return scores, attention, after


class _Text:
    """A text in the making."""

    def __init__(self, decoder: DraftedDecoder, sound: Floats, rules: Rules, start: int) -> None:
        self._decoder, self._rules, self._start = decoder, rules, start
        self._heard = decoder.heard(sound)
        self._before = decoder.nothing_before()
        self._draft: list[int] = []
        self._log_probabilities: list[float] = []  # among the tokens that may be written
        self._probabilities: list[float] = []  # among all
        self._attention: list[Floats] = []
        self._no_speech = 0.0
        self.tokens: list[int] = []
        self.ended = False

    def begin(self, prompt: list[int], draft: list[int]) -> None:
        """The first step, with the whole draft."""
        self._draft = draft
        last = len(prompt) - 1
        rows = [self._start, *range(last, last + len(draft) + 1)]
        scores, attention = self._run([*prompt, *draft], rows)
        self._no_speech = float(np.exp(_log_softmax(scores[:1]))[0, self._rules.no_speech])
        self._take(scores[1:], attention[:, last:], draft)

    def go_on(self) -> None:
        """A step behind the last token, with as much of the draft as may follow it."""
        ahead = self._draft[:_AHEAD]
        scores, attention = self._run([self.tokens[-1], *ahead], range(len(ahead) + 1))
        self._take(scores, attention, ahead)

    def written(self, limit: int) -> Written:
        """What there is."""
        tokens = self.tokens[:limit]
        attention = np.concatenate(self._attention, axis=1)[:, : len(tokens) + 1]
        if attention.shape[1] == len(tokens):  # cut off: what the next one would have looked at is not known
            attention = np.concatenate([attention, attention[:, -1:]], axis=1)
        score = sum(self._log_probabilities) / max(1, len(tokens))
        return Written(tokens, score, self._no_speech, self._probabilities[: len(tokens)], attention)

    def _run(self, tokens: Sequence[int], rows: Sequence[int]) -> tuple[Floats, Floats]:
        scores, attention, self._before = self._decoder.step(tokens, rows, self._before, self._heard)
        return scores, attention

    def _take(self, scores: Floats, attention: Floats, checked: Sequence[int]) -> None:
        """Keeps the draft as far as it is right, and the token behind that.

        Args:
            scores: behind the last token and behind each that is checked.
            checked: the beginning of the draft.
        """
        raw = scores.copy()
        scores[:, list(self._rules.suppressed)] = -np.inf
        if not self.tokens:
            scores[0, list(self._decoder.never_first)] = -np.inf
        best = scores.argmax(axis=1)
        right = _equal(best, checked)
        found, rows = best[: right + 1], np.arange(right + 1)
        self._log_probabilities += _log_softmax(scores[: right + 1])[rows, found].tolist()
        self._probabilities += np.exp(_log_softmax(raw[: right + 1])[rows, found]).tolist()
        self._attention.append(attention[:, : right + 1])
        wrong = len(checked) - right
        if wrong:  # what was computed for tokens that are none
            self._before = [each[:, :-wrong] for each in self._before]
        self.tokens += [int(each) for each in found]
        self._draft = _rest(self._draft[right:], self.tokens[-1])
        if self.tokens[-1] == self._rules.end:  # no draft holds it
            self.ended = True
            self.tokens.pop()


def products_are_right() -> bool:
    """Whether this processor's products of 8 bits are right where the numbers are largest.

    Some kernels for processors without VNNI add pairs of products in 16 bits, where the largest do not fit.
    """
    weight = np.tile(np.array([1.0, 0.98], np.float32), (16, 4 * BLOCKS[0]))
    session = _session(decoder_network.product_model(weight))
    for rows in (1, 4, 16):
        x = np.ones((rows, weight.shape[1]), np.float32)
        (found,) = _computed(session, {"x": x})
        if not np.allclose(found, x @ weight.T, rtol=_TOLERANCE):
            return False
    return True


def _session(model: bytes) -> Any:
    """Raises EngineError."""
    import onnxruntime

    try:
        return onnxruntime.InferenceSession(
            model, session_options(threads=1), providers=["CPUExecutionProvider"]
        )
    except Exception as error:  # onnxruntime raises classes of its own that share no base but this
        raise EngineError(f"ONNX Runtime cannot use the decoder ({type(error).__name__})") from error


def _computed(session: Any, feeds: Mapping[str, NDArray[Any]]) -> list[Floats]:
    """All outputs. Raises RuntimeError, as CTranslate2 does."""
    try:
        return list(session.run(None, dict(feeds)))
    except Exception as error:  # onnxruntime raises classes of its own that share no base but this
        raise RuntimeError(f"ONNX Runtime failed ({type(error).__name__})") from error


def _log_softmax(scores: Floats) -> Floats:
    above = scores - scores.max(axis=-1, keepdims=True)
    return np.asarray(above - np.log(np.exp(above).sum(axis=-1, keepdims=True)), np.float32)


def _equal(found: NDArray[np.int64], draft: Sequence[int]) -> int:
    """How many tokens of the draft are those that were found."""
    count = 0
    while count < len(draft) and found[count] == draft[count]:
        count += 1
    return count


def _rest(draft: list[int], token: int) -> list[int]:
    """How the draft may go on behind another token than its first one: behind the same token, or one further."""
    near = draft[:_SEARCHED]
    return draft[near.index(token) + 1 :] if token in near else draft[1:]
