"""Whisper's models by what their names say and what was measured: the best first, and those that are quick."""

from __future__ import annotations

from typing import Final

from pipeline.capacity import Measured, best_pass, keeps_up

MULTILINGUAL: Final[tuple[str, ...]] = (
    "large-v3-turbo",
    "large-v3",
    "large-v2",
    "large-v1",
    "medium",
    "small",
    "base",
    "tiny",
)
_ENGLISH: Final[tuple[str, ...]] = (
    "distil-large-v3.5",
    "distil-large-v3",
    "medium.en",
    "distil-medium.en",
    "small.en",
    "base.en",
    "tiny.en",
)
"""Names below `whisper/`, best first; any other is taken for one of many languages that is worse than these."""

_QUICK: Final[tuple[str, ...]] = ("small", "base", "tiny", "small.en", "base.en", "tiny.en")
"""What a CPU is trusted with before anything was measured."""


def by_languages(there: tuple[str, ...]) -> tuple[list[str], list[str]]:
    """Models of many languages and of English alone, the best first; those of names that nobody knows behind."""
    many = [name for name in MULTILINGUAL if name in there]
    many += [name for name in there if name not in MULTILINGUAL and not english_only(name)]
    english = [name for name in _ENGLISH if name in there]
    english += [name for name in there if english_only(name) and name not in english]
    return many, english


def english_only(name: str) -> bool:
    """By its name."""
    return name.endswith(".en") or name.startswith("distil-")


def by_size(many: list[str], english: list[str]) -> list[str]:
    """Of two of the same size the English one, which is the better for English alone."""
    size = {name: index for index, name in enumerate(MULTILINGUAL)}

    def rank(name: str) -> tuple[int, bool]:
        plain = name.removesuffix(".en").removeprefix("distil-").replace("v3.5", "v3")
        return size.get(plain, len(size)), name in many

    return sorted([*many, *english], key=rank)


def is_quick(name: str, measured: Measured | None) -> bool:
    """Whether a CPU keeps up with a model, as measured, else by its size."""
    timing = None if measured is None else best_pass(measured, "whisper", name)
    if measured is None or timing is None:
        return name in _QUICK
    return keeps_up(timing, measured.machine.cores)


def quickest(names: list[str], measured: Measured | None) -> str:
    """The model that takes the least time for a look, of some that stand with the best first."""

    def cost(name: str) -> float:
        timing = None if measured is None else best_pass(measured, "whisper", name)
        return timing.pass_s if timing is not None else float("inf")

    return min(reversed(names), key=cost)  # of those that were not measured the last, which is the smallest
