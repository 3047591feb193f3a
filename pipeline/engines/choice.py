"""Which engines and which model the settings mean on this machine: the best that is there, role by role."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from config.settings import Rooms, Settings
from pipeline.capacity import Capacity, Measured, best_pass, voice_order, work_out
from pipeline.engines.availability import Availability, available, has_gpu, whisper_models
from pipeline.engines.measurements import kept
from pipeline.engines.recognition.whisper.ranking import (
    MULTILINGUAL,
    by_languages,
    by_size,
    english_only,
    is_quick,
    quickest,
)
from pipeline.engines.table import EngineRole
from pipeline.machine import cores
from pipeline.text.languages import base

_SPEECH = ("kokoro", "piper", "espeak")
"""Best first."""

_CORES_FOR_KOKORO = 4
"""With fewer it is not trusted to keep up beside recognition before that was measured."""


@dataclass(frozen=True, slots=True)
class RoleChoice:
    """What does one of the three jobs."""

    role: EngineRole
    engines: tuple[str, ...]
    """In the order in which they are asked."""
    model: str
    """Name or directory, for recognition by Whisper; else empty."""
    why: str
    better: str
    """What better would need; empty where nothing better is known."""


@dataclass(frozen=True, slots=True)
class EngineChoice:
    """What "auto" comes to on this machine."""

    recognition: RoleChoice
    translation: RoleChoice
    speech: RoleChoice
    device: str
    """"cpu" or "cuda"."""
    threads: int
    """For one look of the recogniser; 0: not measured, the engine's own choice."""
    capacity: Capacity | None
    """What fits at once; None: not measured."""

    @property
    def roles(self) -> tuple[RoleChoice, ...]:
        return self.recognition, self.translation, self.speech

    @property
    def profile(self) -> str:
        """All of it in a word: "embedded" when nothing had to be downloaded, else where the models run."""
        if not {"whisper", "opus", "piper", "kokoro"} & {
            name for role in self.roles for name in role.engines
        }:
            return "embedded"
        return "gpu" if self.device == "cuda" else "cpu"


def chosen(settings: Settings) -> EngineChoice:
    """Chooses with what was measured here before. Blocking: file look-ups and one of the GPU."""
    return choose(settings, kept(settings))


def choose(
    settings: Settings, measured: Measured | None = None, *, machine_cores: int | None = None
) -> EngineChoice:
    """Takes for each role the best that is there and that the machine keeps up with.

    The profile "embedded" takes what needs no download; an engine or a model that the settings name is taken as
    it is, and whether it can be loaded shows when it is. Blocking: file look-ups and one of the GPU.

    Args:
        machine_cores: for what was not measured; by default those of this machine.
    """
    if measured is not None and measured.busy:
        measured = None
    found = {state.engine.name: state for state in available(settings)}
    on_gpu = _wants_gpu(settings) and has_gpu()
    recognition = _recognition(settings, found, on_gpu=on_gpu, measured=measured)
    translation = _translation(settings, found, recognition)
    few_cores = not on_gpu and (machine_cores or cores()) < _CORES_FOR_KOKORO
    speech = _speech(settings, found, recognition.model, measured, few_cores=few_cores)
    timing = None
    if measured is not None:
        timing = best_pass(measured, recognition.engines[0], recognition.model)
    capacity = None
    if measured is not None:
        capacity = work_out(
            measured,
            recognizer=(recognition.engines[0], recognition.model),
            translators=translation.engines,
            voices=speech.engines,
            most_speakers=settings.recognition.max_speakers,
        )
    return EngineChoice(
        recognition,
        translation,
        speech,
        device="cuda" if on_gpu else "cpu",
        threads=timing.threads if timing is not None and not on_gpu else 0,
        capacity=capacity,
    )


def _wants_gpu(settings: Settings) -> bool:
    if settings.recognition.device != "auto":
        return settings.recognition.device == "cuda"
    return settings.profile in ("auto", "gpu")


# --- recognition -----------------------------------------------------------------------------------------


def _recognition(
    settings: Settings, found: Mapping[str, Availability], *, on_gpu: bool, measured: Measured | None
) -> RoleChoice:
    if (asked := _asked_for(settings)) is not None:
        return asked
    there = whisper_models(settings.models) if found["whisper"].present else ()
    if there:
        return _best_model(there, settings.rooms, on_gpu=on_gpu, measured=measured)
    if settings.recognition.engine == "whisper" or settings.profile in ("cpu", "gpu"):
        name = "large-v3-turbo" if on_gpu or settings.profile == "gpu" else "base"
        return RoleChoice("recognition", ("whisper",), name, "set by the settings, not here yet", "")
    detail, _, advice = found["whisper"].detail.partition("; ")
    return RoleChoice("recognition", ("pocketsphinx",), "", detail, advice or _fetch("whisper-base"))


def _asked_for(settings: Settings) -> RoleChoice | None:
    """What the settings mean whatever is here; None where that counts."""
    wanted, model = settings.recognition.engine, settings.recognition.model
    if wanted == "pocketsphinx":
        return RoleChoice("recognition", ("pocketsphinx",), "", "set by the settings", _fetch("whisper-base"))
    if model:
        return RoleChoice("recognition", ("whisper",), model, "the model is set by the settings", "")
    if wanted == "auto" and settings.profile == "embedded":
        why = "profile embedded: nothing that needs a download"
        return RoleChoice("recognition", ("pocketsphinx",), "", why, "another profile")
    return None


def _best_model(
    there: tuple[str, ...], rooms: Rooms, *, on_gpu: bool, measured: Measured | None
) -> RoleChoice:
    """The best model the machine keeps up with; rooms that need more than English get one that has more."""
    many, english = by_languages(there)
    order = [*many, *english] if _more_than_english(rooms) else by_size(many, english)
    quick = [name for name in order if on_gpu or is_quick(name, measured)]
    if quick:
        name, why = quick[0], _why_quick(quick[0], measured, on_gpu=on_gpu)
    else:
        candidates = many if many and _more_than_english(rooms) else order
        name = quickest(candidates, measured)
        best = name if len(candidates) == 1 else f"the quickest of {', '.join(candidates)}"
        why = f"{best}, which hears what these rooms speak; none keeps up with two speakers on this machine"
    too_slow = [other for other in order[: order.index(name)] if other not in quick]
    lacks_languages = name in english and _more_than_english(rooms)
    better = _better(name, too_slow, lacks_languages=lacks_languages, on_gpu=on_gpu)
    return RoleChoice("recognition", ("whisper",), name, why, better)


def _better(name: str, too_slow: list[str], *, lacks_languages: bool, on_gpu: bool) -> str:
    """What it would take to hear better."""
    if too_slow:
        return f"more cores or a GPU: {', '.join(too_slow)} would be too slow here"
    if lacks_languages:
        return f"it hears English only; {_fetch('whisper-base')}"
    return _larger(name, on_gpu=on_gpu)


def _larger(name: str, *, on_gpu: bool) -> str:
    """How to get a model that hears better; empty where none is known to."""
    if on_gpu:
        return "" if name == MULTILINGUAL[0] else _fetch("whisper-large-v3-turbo")
    larger = {"tiny": "base", "base": "small"}.get(name)
    return f"{_fetch(f'whisper-{larger}')}, if the machine keeps up with it" if larger else ""


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


# --- translation -----------------------------------------------------------------------------------------


def _translation(
    settings: Settings, found: Mapping[str, Availability], recognition: RoleChoice
) -> RoleChoice:
    """OPUS-MT, then Whisper into English, which costs no further model, then Apertium."""
    whisper = (
        ("whisper",) if recognition.engines == ("whisper",) and not english_only(recognition.model) else ()
    )
    if settings.profile == "embedded":
        best: tuple[str, ...] = ("apertium",)
    elif settings.profile in ("cpu", "gpu"):
        best = ("opus", *whisper, *(("apertium",) if found["apertium"].present else ()))
    else:
        best = tuple(
            name for name in ("opus", *whisper, "apertium") if name in whisper or found[name].present
        ) or ("apertium",)
    names = _in_order(settings.translation.engines, best)
    better = ""
    if "opus" not in names or not found["opus"].present:
        better = "OPUS-MT models, e.g. `hive models fetch opus-en-es`, one for each pair"
    return RoleChoice("translation", names, "", _why(settings.translation.engines, names, found), better)


# --- speech ----------------------------------------------------------------------------------------------


def _speech(
    settings: Settings,
    found: Mapping[str, Availability],
    model: str,
    measured: Measured | None,
    *,
    few_cores: bool,
) -> RoleChoice:
    if settings.profile == "embedded":
        best: tuple[str, ...] = ("espeak",)
    else:
        best = tuple(name for name in _SPEECH if found[name].present) or ("espeak",)
    ordered = best
    if measured is not None:
        ordered = voice_order(measured, best, model)
    elif few_cores:  # not measured, a voice that falls behind is worse than a plain one
        ordered = tuple(sorted(best, key=lambda name: name == "kokoro"))
    names = _in_order(settings.speech.engines, ordered)
    why = _why(settings.speech.engines, names, found)
    if ordered != best:
        why += "; in the order in which they keep up beside recognition"
    better = ""
    if not {"kokoro", "piper"} & set(names):
        better = (
            "natural voices, e.g. `hive models fetch kokoro` or `hive models fetch piper-es_ES-davefx-medium`"
        )
    elif ordered[0] != best[0] and "auto" in settings.speech.engines:
        better = f"more cores or a GPU: {best[0]} is too slow beside recognition here"
    return RoleChoice("speech", names, "", why, better)


def _in_order(wanted: tuple[str, ...], best: tuple[str, ...]) -> tuple[str, ...]:
    """What is wanted, with "auto" replaced by the best that are there."""
    named = set(wanted)
    names = [name for want in wanted for name in ((want,) if want != "auto" else best)]
    if "auto" in named:  # what stands behind "auto" keeps its place there
        behind = wanted[wanted.index("auto") + 1 :]
        names = [
            *wanted[: wanted.index("auto")],
            *(name for name in best if name not in behind),
            *behind,
        ]
    return tuple(dict.fromkeys(names))


def _why(wanted: tuple[str, ...], names: tuple[str, ...], found: Mapping[str, Availability]) -> str:
    what = "; ".join(f"{name}: {found[name].detail}" for name in names)
    return what if "auto" in wanted else f"set by the settings; {what}"


def _fetch(name: str) -> str:
    return f"`hive models fetch {name}`"
