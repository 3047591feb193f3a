"""What a machine can do at once, worked out from measured times. Pure: no clock, no engines.

A core is taken to have `USABLE` seconds of work in each second. Recognition is provided for first, then the
translation and the voice of each language that is heard.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.machine import Machine

USABLE = 0.85
"""Of each core; the rest is for rooms, media and the system."""
RECOGNITION_SHARE = 0.5
"""Of what is usable: the most that recognition should take of it with `COMFORTABLE_SPEAKERS`."""
COMFORTABLE_SPEAKERS = 2
"""At once; more come together rarely, and for moments."""
SHORTEST_INTERVAL_S, LONGEST_INTERVAL_S = 0.2, 1.5
"""Between two passes over one speaker's sound. With longer ones words come too late to be called live."""
SLACK = 1.25
"""A pass must be over before the next is due."""
CLAUSE_S = 3.0
"""How long a clause takes to be said, as a rule."""
DRAFTS = 2
"""So often a clause is translated before it is final."""
LIVE_VOICE = 0.5
"""Seconds of work for a second of speech, up to which a voice keeps up, and catches up when it is behind: translations
are longer than what was said, and looks at other speakers come between."""
MANY = 99
"""No limit worth telling."""


@dataclass(frozen=True, slots=True)
class PassTiming:
    """One look of a recogniser at a few seconds of speech."""

    engine: str
    model: str
    """Empty for an engine with one."""
    threads: int
    sound_s: float
    pass_s: float
    on_gpu: bool = False
    incremental: bool = False
    """Whether `pass_s` is spent once for the sound, rather than again with each look."""

    @property
    def core_s(self) -> float:
        """What it takes of the cores."""
        return 0.0 if self.on_gpu else self.pass_s * self.threads


@dataclass(frozen=True, slots=True)
class ClauseTiming:
    """One clause through a translator."""

    engine: str
    source: str
    target: str
    clause_s: float
    on_gpu: bool = False


@dataclass(frozen=True, slots=True)
class VoiceTiming:
    """A sentence spoken by an engine."""

    engine: str
    voice: str
    first_sound_s: float
    per_second_s: float
    """Seconds of work for each second of speech."""
    threads: int = 1


@dataclass(frozen=True, slots=True)
class TogetherTiming:
    """A recogniser's look while a voice speaks without pause."""

    model: str
    engine: str
    """Of the voice."""
    pass_s: float
    per_second_s: float


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured on a machine."""

    machine: Machine
    models: str
    """A digest of the models that were there: others are measured anew."""
    passes: tuple[PassTiming, ...] = ()
    clauses: tuple[ClauseTiming, ...] = ()
    voices: tuple[VoiceTiming, ...] = ()
    together: tuple[TogetherTiming, ...] = ()
    failures: tuple[str, ...] = ()
    """What could not be measured, and why."""
    busy: bool = False
    """Whether other work ran on the machine meanwhile: nothing is decided by such figures."""
    took_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Capacity:
    """What fits at once."""

    speakers: int
    """Who speak at the same time; one more is not recognised and is told so."""
    pass_interval_s: float
    """At which `COMFORTABLE_SPEAKERS` leave enough for everything else."""
    languages: tuple[int, ...]
    """For one, two … `speakers`: into how many languages they can be spoken."""
    places: Mapping[str, int] = field(default_factory=dict)
    """For each voice engine: how many languages it can speak at once; the next engine speaks what is beyond."""
    sentences: tuple[str, ...] = ()
    """The same for people."""


def best_pass(measured: Measured, engine: str, model: str) -> PassTiming | None:
    """The threads that a model is best run with: one, unless more are much faster and leave half of the cores.

    Threads of one pass wait for each other at every step: where other work takes one of their cores, all are slow.
    """
    found = [
        timing
        for timing in measured.passes
        if (timing.engine, timing.model) == (engine, model)
        and (timing.threads == 1 or 2 * timing.threads <= measured.machine.cores)
    ]
    return min(found, key=lambda timing: timing.pass_s * math.sqrt(timing.threads), default=None)


def keeps_up(timing: PassTiming, cores: int) -> bool:
    """Whether a recogniser serves `COMFORTABLE_SPEAKERS` at an interval that is still live."""
    if timing.incremental:
        return timing.core_s / timing.sound_s * COMFORTABLE_SPEAKERS <= RECOGNITION_SHARE * USABLE * cores
    return _interval(timing, cores) <= LONGEST_INTERVAL_S / 2


def voice_order(
    measured: Measured, engines: Sequence[str], model: str, *, plain: Collection[str]
) -> tuple[str, ...]:
    """Puts voice engines, best first, into the order in which they are asked on this machine.

    One that is too slow beside recognition comes last: half of what it should say would be skipped.

    Args:
        plain: those that cost next to nothing and sound like it; any other that keeps up comes before them.
    """
    costs = {name: _voice_cost(measured, name, model) for name in engines}
    natural = [name for name in engines if name not in plain]

    def rank(name: str) -> tuple[int, int]:
        cost = costs[name]
        if name in plain:
            return 1, engines.index(name)
        return (0 if cost is None or cost <= LIVE_VOICE else 2), natural.index(name)

    return tuple(sorted(engines, key=rank))


def work_out(
    measured: Measured,
    *,
    recognizer: tuple[str, str],
    translators: Iterable[str],
    voices: Sequence[str],
    most_speakers: int,
) -> Capacity | None:
    """What fits at once with the engines that were chosen; None if they were not measured.

    Args:
        recognizer: engine and model.
        voices: in the order in which they are asked.
        most_speakers: never more than these, whatever fits.
    """
    timing = best_pass(measured, *recognizer)
    if timing is None:
        return None
    usable = USABLE * measured.machine.cores
    interval_s = _interval(timing, measured.machine.cores)
    own = {name: voice for voice in measured.voices if (name := voice.engine) in voices}
    text = _text_cost(measured, set(translators))
    cheapest = min(map(_cores_of, own.values()), default=0.0)

    speakers = max(1, min(most_speakers, _speakers(timing, usable - cheapest - text)))
    languages = tuple(
        max(1, _count(usable - _recognition(timing, interval_s, count), cheapest + text * count))
        for count in range(1, speakers + 1)
    )
    free = usable - _recognition(timing, interval_s, 1)
    costs = {name: _voice_cost(measured, name, recognizer[1]) for name in voices if name in own}
    places = {
        # an engine speaks one piece after the other
        name: max(1, min(_count(LIVE_VOICE, cost), _count(free, _cores_of(own[name]) + text)))
        for name, cost in costs.items()
        if cost is not None
    }
    return Capacity(
        speakers, round(interval_s, 2), languages, places, _sentences(speakers, interval_s, languages, places)
    )


def _text_cost(measured: Measured, translators: Collection[str]) -> float:
    """Cores that one speaker's clauses and their drafts take in one language, with the quickest translator."""
    clause_s = min(
        (clause.clause_s for clause in measured.clauses if clause.engine in translators), default=0.0
    )
    return clause_s * (1 + DRAFTS) / CLAUSE_S


def _cores_of(voice: VoiceTiming) -> float:
    """Cores that a voice takes which speaks without pause."""
    return voice.per_second_s * voice.threads


def _interval(timing: PassTiming, cores: int) -> float:
    """How long between two passes, so that `COMFORTABLE_SPEAKERS` leave enough for everything else."""
    if timing.incremental:
        return SHORTEST_INTERVAL_S
    share = RECOGNITION_SHARE * USABLE * (1 if timing.on_gpu else cores)
    work_s = timing.pass_s if timing.on_gpu else timing.core_s
    return max(SHORTEST_INTERVAL_S, SLACK * timing.pass_s, COMFORTABLE_SPEAKERS * work_s / share)


def _recognition(timing: PassTiming, interval_s: float, speakers: int) -> float:
    """Cores that recognition takes."""
    if timing.incremental:
        return speakers * timing.core_s / timing.sound_s
    # more of them than are comfortable are looked at less often
    return min(speakers, COMFORTABLE_SPEAKERS) * timing.core_s / interval_s


def _speakers(timing: PassTiming, cores: float) -> int:
    if timing.incremental:
        return _count(cores, timing.core_s / timing.sound_s)
    if timing.on_gpu:
        return _count(USABLE, timing.pass_s / LONGEST_INTERVAL_S)
    # all looks are made by the same threads, however many cores there are
    return _count(min(cores, USABLE * timing.threads), timing.core_s / LONGEST_INTERVAL_S)


def _voice_cost(measured: Measured, engine: str, model: str) -> float | None:
    """Seconds of work for a second of speech beside recognition, else alone; None where it was not measured."""
    beside = [t.per_second_s for t in measured.together if (t.engine, t.model) == (engine, model)]
    alone = [voice.per_second_s for voice in measured.voices if voice.engine == engine]
    return max(beside or alone, default=None)


def _count(there: float, each: float) -> int:
    if each <= 0:
        return MANY
    return max(0, min(MANY, math.floor(there / each + 1e-9)))


def _sentences(
    speakers: int, interval_s: float, languages: Sequence[int], places: Mapping[str, int]
) -> tuple[str, ...]:
    people = "1 person" if speakers == 1 else f"{speakers} people"
    said = [f"{people} may speak at once, heard every {interval_s:.2f} s; one more waits for a pause"]
    said += [_spoken_in(count, most) for count, most in enumerate(languages[:2], 1)]
    for name, following in itertools.pairwise(places):
        if places[name] < languages[0]:
            said.append(f"{name} speaks {places[name]} of them, {following} those beyond where it has them")
    return tuple(said)


def _spoken_in(speakers: int, most: int) -> str:
    who = "one speaker" if speakers == 1 else f"{speakers} speakers"
    return f"{who} can be spoken in {most} languages" if most < MANY else f"{who} in any number of languages"
