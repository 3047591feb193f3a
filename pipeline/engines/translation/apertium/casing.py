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
from collections.abc import Iterable, Sequence

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
        asked = list(dict.fromkeys(words))
        answers = {word: self._known[word] for word in asked if word in self._known}
        new = [word for word in asked if word not in answers]
        for start in range(0, len(new), _AT_ONCE):
            found = await self._look_up(new[start : start + _AT_ONCE])
            self._known.update(found)
            answers.update(found)
        return answers

    async def abbreviations(self, words: Iterable[str]) -> set[str]:
        """Which of the words are in the dictionary as they are, and with a full stop as something else.

        Raises EngineError.
        """
        asked = list(dict.fromkeys(words))
        answers = {word: self._abbreviated[word] for word in asked if word in self._abbreviated}
        new = [word for word in asked if word not in answers]
        for start in range(0, len(new), _AT_ONCE):
            found = await self._look_up_abbreviated(new[start : start + _AT_ONCE])
            self._abbreviated.update(found)
            answers.update(found)
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


async def with_capitals(text: str, dictionary: Dictionary) -> str:
    """Gives capitals to words that are known only with one, in a text without any but "I". Raises EngineError."""
    if any(map(_has_capitals, _WORD.findall(text))):
        return text
    words = [word for word in _WORD.findall(text) if len(word) > 1]
    known = await dictionary.known(form for word in words for form in (word, _capitalised(word)))
    names = {word for word in words if not known[word] and known[_capitalised(word)]}
    text = await _with_names_of_two(
        text, [pair for pair in itertools.pairwise(words) if names & {*pair}], dictionary
    )
    return _WORD.sub(lambda match: _capitalised(match[0]) if match[0] in names else match[0], text)


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
    inside = {word for word, begins in _words(text) if not begins and _is_capitalised(word)}
    inside -= set(_WORD.findall(source))
    if not inside:
        return text
    if dictionary is None:
        named = any(_is_capitalised(word) and not begins for word, begins in _words(source))
        return _rewrite(text, set() if named else inside)
    return _rewrite(text, await _known_without(inside, text, dictionary))


async def _known_without(capitalised: set[str], text: str, dictionary: Dictionary) -> set[str]:
    """Those that are words without their capital, and no part of a name that the dictionary has. Raises EngineError."""
    known = await dictionary.known(word.lower() for word in capitalised)
    strays = {word for word in capitalised if known[word.lower()]}
    pairs = [pair for pair in itertools.pairwise(_WORD.findall(text)) if strays.intersection(pair)]
    known = await dictionary.known(" ".join(pair) for pair in pairs)
    return strays - {word for pair in pairs if known[" ".join(pair)] for word in pair}  # "Nueva York"


def begin_like(text: str, source: str) -> str:
    """Begins with a capital where the source does, without where the source does not."""
    first, model = _WORD.search(text), _WORD.search(source)
    if first is None or model is None or first[0] == "I" or (len(first[0]) > 1 and first[0].isupper()):
        return text
    letter = first[0][0].upper() if model[0][0].isupper() else first[0][0].lower()
    return text[: first.start()] + letter + text[first.start() + 1 :]


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
