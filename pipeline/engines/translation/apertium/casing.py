"""Capitals for Apertium: found for text that has none, taken away where they are out of place.

Apertium's dictionaries know names only as they are written: "monday" or "france" is an unknown word to it.
A recogniser that writes no capitals is helped by the same dictionary: a word that it knows only with a
capital gets one. The other way round, Apertium leaves capitals inside its translations, where it moved or
dropped the word that began the sentence; those are taken away from words the dictionary of the target
language knows without.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Awaitable, Callable, Iterable, Sequence

from foundation.recent import Recent
from pipeline.engines.translation.apertium.pool import PipelinePool

_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_LOOKED_UP = re.compile(r"\^([^/$]+)/([^$]*)\$")
_REMEMBERED = 20_000
_AT_ONCE = 100
"""Words in one question to the dictionary."""


class Dictionary:
    """Tells whether words of one language are known; remembers the answers."""

    def __init__(self, analyser: PipelinePool) -> None:
        self._analyser = analyser
        self._known: Recent[str, bool] = Recent(_REMEMBERED)
        self._abbreviated: Recent[str, bool] = Recent(_REMEMBERED)

    async def known(self, words: Iterable[str]) -> dict[str, bool]:
        """Which of the words are in the dictionary exactly as they are written. Raises EngineError."""
        return await _remembered(words, self._known, self._look_up)

    async def abbreviations(self, words: Iterable[str]) -> set[str]:
        """Which of the words are in the dictionary as they are, and with a full stop as something else.

        Raises EngineError.
        """
        answers = await _remembered(words, self._abbreviated, self._look_up_abbreviated)
        return {word for word, abbreviated in answers.items() if abbreviated}

    async def close(self) -> None:
        await self._analyser.close()

    async def _look_up(self, words: Sequence[str]) -> dict[str, bool]:
        # full stops keep neighbours from being read as one expression
        answer = await self._analyser.ask(" . ".join(words))
        found = {surface: not readings.startswith("*") for surface, readings in _LOOKED_UP.findall(answer)}
        # what is read in parts is known if it is one word like "don't", not if it is two
        return {word: found.get(word, " " not in word) for word in words}

    async def _look_up_abbreviated(self, words: Sequence[str]) -> dict[str, bool]:
        answer = await self._analyser.ask("\n".join(f"{word}.\n{word} ," for word in words))
        found = {surface for surface, readings in _LOOKED_UP.findall(answer) if readings[:1] != "*"}
        return {word: word in found and f"{word}." in found for word in words}


async def _remembered(
    words: Iterable[str],
    known: Recent[str, bool],
    look_up: Callable[[Sequence[str]], Awaitable[dict[str, bool]]],
) -> dict[str, bool]:
    """The answer for each word; only those that are not known are looked up, some at once."""
    asked = list(dict.fromkeys(words))
    answers = {word: known[word] for word in asked if word in known}
    new = [word for word in asked if word not in answers]
    for start in range(0, len(new), _AT_ONCE):
        found = await look_up(new[start : start + _AT_ONCE])
        known.update(found)
        answers.update(found)
    return answers


async def with_capitals(text: str, dictionary: Dictionary) -> str:
    """Gives capitals to words that are known only with one, in a text without any but "I". Raises EngineError."""
    if any(map(_has_capitals, _WORD.findall(text))):
        return text
    words = [word for word in _WORD.findall(text) if len(word) > 1]
    names = await _only_names(words, dictionary)
    pairs = [pair for pair in itertools.pairwise(words) if not names.isdisjoint(pair)]
    text = await _with_names_of_two(text, pairs, dictionary)
    return _WORD.sub(lambda match: _capitalised(match[0]) if match[0] in names else match[0], text)


async def _only_names(words: Sequence[str], dictionary: Dictionary) -> set[str]:
    """Those that are known with a capital and not without."""
    known = await dictionary.known(form for word in words for form in (word, _capitalised(word)))
    return {word for word in words if not known[word] and known[_capitalised(word)]}


async def _with_names_of_two(text: str, pairs: Iterable[tuple[str, str]], dictionary: Dictionary) -> str:
    """Gives capitals to words that the dictionary knows together: "nueva york". Raises EngineError."""
    joined = {" ".join(pair): " ".join(map(_capitalised, pair)) for pair in pairs}
    known = await dictionary.known(joined.values())
    for plain, capitalised in joined.items():
        if known[capitalised]:
            text = re.sub(rf"\b{re.escape(plain)}\b", capitalised, text)
    return text


def _has_capitals(word: str) -> bool:
    return word != word.lower() and word.partition("'")[0] != "I"


async def without_stray_capitals(text: str, source: str, dictionary: Dictionary | None) -> str:
    """Takes capitals from words inside sentences that need none. Raises EngineError.

    A word keeps its capital when the source has the same word with one, or when it is not known without.
    """
    inside = _capitalised_inside(text) - set(_WORD.findall(source))
    if not inside:
        return text
    if dictionary is not None:
        return _rewrite(text, await _known_without(inside, text, dictionary))
    return text if _capitalised_inside(source) else _rewrite(text, inside)


def _capitalised_inside(text: str) -> set[str]:
    """Words with a capital that begin no sentence."""
    return {word for word, begins in _words(text) if not begins and _is_capitalised(word)}


async def _known_without(capitalised: set[str], text: str, dictionary: Dictionary) -> set[str]:
    """Those that are words without their capital, and no part of a name that the dictionary has. Raises EngineError."""
    known = await dictionary.known(map(str.lower, capitalised))
    strays = {word for word in capitalised if known[word.lower()]}
    pairs = [pair for pair in itertools.pairwise(_WORD.findall(text)) if not strays.isdisjoint(pair)]
    known = await dictionary.known(map(" ".join, pairs))
    return strays.difference(*(pair for pair in pairs if known[" ".join(pair)]))  # "Nueva York"


def begin_like(text: str, source: str) -> str:
    """Begins with a capital where the source does, without where the source does not."""
    first, model = _WORD.search(text), _WORD.search(source)
    if first is None or model is None or _is_always_capital(first[0]):
        return text
    letter = first[0][0].upper() if model[0][0].isupper() else first[0][0].lower()
    return text[: first.start()] + letter + text[first.start() + 1 :]


def _is_always_capital(word: str) -> bool:
    """ "I", and what is written in capitals."""
    return word == "I" or (len(word) > 1 and word.isupper())


def _rewrite(text: str, strays: set[str]) -> str:
    out: list[str] = []
    last = 0
    for match in _WORD.finditer(text):
        lower = match[0] in strays and not _begins_sentence(text, match.start())
        out += (text[last : match.start()], match[0].lower() if lower else match[0])
        last = match.end()
    return "".join((*out, text[last:]))


def _words(text: str) -> list[tuple[str, bool]]:
    """Each word, and whether it begins a sentence."""
    return [(match[0], _begins_sentence(text, match.start())) for match in _WORD.finditer(text)]


def _begins_sentence(text: str, position: int) -> bool:
    before = text[max(0, position - 12) : position].rstrip(" \n\t\"'“”«»‘’([¿¡")
    return (not before and position < 12) or before.endswith((".", "?", "!", "…", ":"))


def _capitalised(word: str) -> str:
    return word[0].upper() + word[1:]


def _is_capitalised(word: str) -> bool:
    return word[0].isupper() and word[1:].islower()
