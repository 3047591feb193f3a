"""Whisper's models by what their names say and what was measured: the best first, and those that are quick."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from config.settings import Rooms
from pipeline.capacity import Measured, best_pass, keeps_up
from pipeline.text.languages import base

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


@dataclass(frozen=True, slots=True)
class BestModel:
    """The best of some models."""

    name: str
    why: str
    better: str
    """What better would need; empty where nothing better is known."""


def best_model(there: tuple[str, ...], rooms: Rooms, *, on_gpu: bool, measured: Measured | None) -> BestModel:
    """The best model the machine keeps up with; rooms that need more than English get one that has more."""
    many, english = by_languages(there)
    if beyond_english := _more_than_english(rooms):
        order, candidates = [*many, *english], many or english
    else:
        order = candidates = by_size(many, english)
    quick = [name for name in order if on_gpu or is_quick(name, measured)]
    if quick:
        name, why = quick[0], _why_quick(quick[0], measured, on_gpu=on_gpu)
    else:
        name, why = _quickest_of(candidates, measured)
    too_slow = [other for other in order[: order.index(name)] if other not in quick]
    lacks_languages = name in english and beyond_english
    return BestModel(name, why, _better(name, too_slow, lacks_languages=lacks_languages, on_gpu=on_gpu))


def _quickest_of(candidates: list[str], measured: Measured | None) -> tuple[str, str]:
    """The model that falls behind least, and why it is taken."""
    name = quickest(candidates, measured)
    best = name if len(candidates) == 1 else f"the quickest of {', '.join(candidates)}"
    return (
        name,
        f"{best}, which hears what these rooms speak; none keeps up with two speakers on this machine",
    )


def _better(name: str, too_slow: list[str], *, lacks_languages: bool, on_gpu: bool) -> str:
    """What it would take to hear better."""
    if too_slow:
        return f"more cores or a GPU: {', '.join(too_slow)} would be too slow here"
    if lacks_languages:
        return "it hears English only; `hive models fetch whisper-base`"
    return _larger(name, on_gpu=on_gpu)


def _larger(name: str, *, on_gpu: bool) -> str:
    """How to get a model that hears better; empty where none is known to."""
    if on_gpu:
        return "" if name == MULTILINGUAL[0] else "`hive models fetch whisper-large-v3-turbo`"
    larger = {"tiny": "base", "base": "small"}.get(name)
    return f"`hive models fetch whisper-{larger}`, if the machine keeps up with it" if larger else ""


def _more_than_english(rooms: Rooms) -> bool:
    """Whether anything else than English may be spoken: whoever listens in a language may speak it, too."""
    languages = {base(code) for code in (rooms.source_language, *rooms.languages)}
    return languages != {"en"} or not rooms.languages


def _why_quick(name: str, measured: Measured | None, *, on_gpu: bool) -> str:
    timing = None if measured is None else best_pass(measured, "whisper", name)
    where = "on the GPU" if on_gpu else "on the CPU"
    if timing is None:
        return f"the best model that is here for this machine, {where}, not measured"
    look = f"a look at {timing.sound_s:.1f} s of speech takes {timing.pass_s:.2f} s {where}"
    return f"the best model that keeps up: {look}"


def by_languages(there: tuple[str, ...]) -> tuple[list[str], list[str]]:
    """Models of many languages and of English alone, the best first; those of names that nobody knows behind."""
    english = [name for name in there if english_only(name)]
    many = [name for name in there if not english_only(name)]
    return _best_first(many, MULTILINGUAL), _best_first(english, _ENGLISH)


def _best_first(names: list[str], ranked: tuple[str, ...]) -> list[str]:
    rank = {name: place for place, name in enumerate(ranked)}
    return sorted(names, key=lambda name: rank.get(name, len(rank)))


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
