"""Which engines and which model the settings mean on this machine: the best that is there, role by role."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from config.engines import ENGINES, Engine, EngineRole
from config.settings import Settings
from pipeline.capacity import Capacity, Measured, best_pass, voice_order, work_out
from pipeline.engines.availability import Availability, available
from pipeline.engines.measurements import kept
from pipeline.engines.recognition.whisper.models import installed
from pipeline.engines.recognition.whisper.ranking import best_model, english_only
from pipeline.machine import cores, has_gpu

_WHISPER = "whisper"
"""The one recogniser that has a choice of models."""
_OPUS_IS_BETTER = "OPUS-MT models, e.g. `hive models fetch opus-en-es`, one for each pair"
_NATURAL_VOICES_ARE_BETTER = (
    "natural voices, e.g. `hive models fetch kokoro` or `hive models fetch piper-es_ES-davefx-medium`"
)


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
    profile: str
    """All of it in a word: "embedded" when nothing had to be downloaded, else where the models run."""
    device: str
    """"cpu" or "cuda"."""
    threads: int
    """For one look of the recogniser; 0: not measured, the engine's own choice."""
    capacity: Capacity | None
    """What fits at once; None: not measured."""

    @property
    def roles(self) -> tuple[RoleChoice, ...]:
        return self.recognition, self.translation, self.speech


def chosen(settings: Settings, engines: Iterable[Engine] = ENGINES) -> EngineChoice:
    """Chooses with what was measured here before. Blocking: file look-ups and one of the GPU."""
    return choose(settings, kept(settings), engines=engines)


def choose(
    settings: Settings,
    measured: Measured | None = None,
    *,
    machine_cores: int | None = None,
    engines: Iterable[Engine] = ENGINES,
) -> EngineChoice:
    """Takes for each role the best that is there and that the machine keeps up with.

    The profile "embedded" takes what needs no download; an engine or a model that the settings name is taken as
    it is, and whether it can be loaded shows when it is. Blocking: file look-ups and one of the GPU.

    Args:
        machine_cores: for what was not measured; by default those of this machine.
        engines: those that there are.
    """
    if measured is not None and measured.busy:
        measured = None
    found = {state.engine.name: state for state in available(settings, engines)}
    on_gpu = _wants_gpu(settings) and has_gpu()
    trusted = math.inf if on_gpu else machine_cores or cores()
    recognition = _recognition(settings, found, on_gpu=on_gpu, measured=measured)
    translation = _translation(settings, found, recognition)
    speech = _speech(settings, found, recognition.model, measured, trusted_cores=trusted)
    device, where, threads = _of_device(measured, recognition, on_gpu=on_gpu)
    return EngineChoice(
        recognition,
        translation,
        speech,
        profile=where if _downloads(found, recognition, translation, speech) else "embedded",
        device=device,
        threads=threads,
        capacity=_capacity(settings, measured, recognition, translation, speech),
    )


def _of_device(measured: Measured | None, recognition: RoleChoice, *, on_gpu: bool) -> tuple[str, str, int]:
    """The device, the profile where models run on it, and how many threads one look takes."""
    return ("cuda", "gpu", 0) if on_gpu else ("cpu", "cpu", _threads(measured, recognition))


def _threads(measured: Measured | None, recognition: RoleChoice) -> int:
    """For one look; 0 where it was not measured."""
    timing = None if measured is None else best_pass(measured, recognition.engines[0], recognition.model)
    return 0 if timing is None else timing.threads


def _capacity(
    settings: Settings,
    measured: Measured | None,
    recognition: RoleChoice,
    translation: RoleChoice,
    speech: RoleChoice,
) -> Capacity | None:
    if measured is None:
        return None
    return work_out(
        measured,
        recognizer=(recognition.engines[0], recognition.model),
        translators=translation.engines,
        voices=speech.engines,
        most_speakers=settings.recognition.max_speakers,
    )


def _wants_gpu(settings: Settings) -> bool:
    if settings.recognition.device != "auto":
        return settings.recognition.device == "cuda"
    return settings.profile in ("auto", "gpu")


def _downloads(found: Mapping[str, Availability], *roles: RoleChoice) -> bool:
    """Whether any of the engines that were chosen needs models."""
    return any(found[name].engine.downloads for role in roles for name in role.engines)


def _ranked(found: Mapping[str, Availability], role: EngineRole) -> list[Availability]:
    """The engines of a role, the best first."""
    states = (state for state in found.values() if role in state.engine.roles)
    return sorted(states, key=lambda state: state.engine.rank)


def _last_resort(ranked: Iterable[Availability]) -> Availability:
    """What a role has when nothing is there: the last of its engines that need no models."""
    return [state for state in ranked if not state.engine.downloads][-1]


# --- recognition -----------------------------------------------------------------------------------------


def _recognition(
    settings: Settings, found: Mapping[str, Availability], *, on_gpu: bool, measured: Measured | None
) -> RoleChoice:
    if (asked := _asked_for(settings, found)) is not None:
        return asked
    ranked = _ranked(found, "recognition")
    best = _best_recognizer(settings, ranked)
    if best is None:
        name = "large-v3-turbo" if on_gpu or settings.profile == "gpu" else "base"
        return RoleChoice("recognition", (_WHISPER,), name, "set by the settings, not here yet", "")
    if best.engine.name == _WHISPER:
        there = installed(settings.models.directory / "whisper")
        model = best_model(there, settings.rooms, on_gpu=on_gpu, measured=measured)
        return RoleChoice("recognition", (_WHISPER,), model.name, model.why, model.better)
    return _without_better(best, ranked[: ranked.index(best)])


def _best_recognizer(settings: Settings, ranked: list[Availability]) -> Availability | None:
    """None where the settings mean one with models and none is here."""
    there = [state for state in ranked if state.present and _is_meant(settings, state.engine)]
    leaves_open = settings.recognition.engine != _WHISPER and settings.profile not in ("cpu", "gpu")
    return next(iter(there), _last_resort(ranked) if leaves_open else None)


def _is_meant(settings: Settings, engine: Engine) -> bool:
    """Whether the settings mean a recogniser such as this one."""
    if settings.recognition.engine == _WHISPER:
        return engine.name == _WHISPER
    return engine.downloads or settings.profile not in ("cpu", "gpu")


def _without_better(taken: Availability, better: list[Availability]) -> RoleChoice:
    """A recogniser that is taken because the better ones are not there."""
    if not better:
        return RoleChoice("recognition", (taken.engine.name,), "", taken.detail, "")
    detail, _, advice = better[-1].detail.partition("; ")
    return RoleChoice("recognition", (taken.engine.name,), "", detail, advice or _fetch("whisper-base"))


def _asked_for(settings: Settings, found: Mapping[str, Availability]) -> RoleChoice | None:
    """What the settings mean whatever is here; None where that counts."""
    wanted, model = settings.recognition.engine, settings.recognition.model
    if wanted not in ("auto", _WHISPER):
        better = "" if found[wanted].engine.downloads else _fetch("whisper-base")
        return RoleChoice("recognition", (wanted,), "", "set by the settings", better)
    if model:
        return RoleChoice("recognition", (_WHISPER,), model, "the model is set by the settings", "")
    if wanted == "auto" and settings.profile == "embedded":
        why = "profile embedded: nothing that needs a download"
        plain = _last_resort(_ranked(found, "recognition")).engine.name
        return RoleChoice("recognition", (plain,), "", why, "another profile")
    return None


# --- translation -----------------------------------------------------------------------------------------


def _translation(
    settings: Settings, found: Mapping[str, Availability], recognition: RoleChoice
) -> RoleChoice:
    """OPUS-MT, then Whisper into English, which costs no further model, then Apertium."""
    ranked = _fitting_profile(settings, _ranked(found, "translation"))
    best = tuple(state.engine.name for state in ranked if _translates(state, settings, recognition))
    names = _in_order(settings.translation.engines, best or (_last_resort(ranked).engine.name,))
    has_models = any(found[name].present and _has_own_models(found[name].engine) for name in names)
    better = "" if has_models else _OPUS_IS_BETTER
    return RoleChoice("translation", names, "", _why(settings.translation.engines, names, found), better)


def _translates(state: Availability, settings: Settings, recognition: RoleChoice) -> bool:
    """Whether "auto" takes it: one that recognises as well does it with the model that hears."""
    if "recognition" in state.engine.roles:
        return recognition.engines == (state.engine.name,) and not english_only(recognition.model)
    return state.present or (settings.profile in ("cpu", "gpu") and _has_own_models(state.engine))


def _has_own_models(engine: Engine) -> bool:
    """Whether it has models for translation alone."""
    return engine.downloads and "recognition" not in engine.roles


# --- speech ----------------------------------------------------------------------------------------------


def _speech(
    settings: Settings,
    found: Mapping[str, Availability],
    model: str,
    measured: Measured | None,
    *,
    trusted_cores: float,
) -> RoleChoice:
    ranked = _ranked(found, "speech")
    here = [state for state in _fitting_profile(settings, ranked) if state.present] or [_last_resort(ranked)]
    best = tuple(state.engine.name for state in here)
    ordered = _keeping_up([state.engine for state in here], model, measured, trusted_cores)
    names = _in_order(settings.speech.engines, ordered)
    why = _why(settings.speech.engines, names, found)
    if ordered != best:
        why += "; in the order in which they keep up beside recognition"
    too_slow = best[0] if ordered[0] != best[0] and "auto" in settings.speech.engines else ""
    natural = any(found[name].engine.downloads for name in names)
    return RoleChoice("speech", names, "", why, _better_voices(too_slow, natural=natural))


def _better_voices(too_slow: str, *, natural: bool) -> str:
    """What better voices would need; `too_slow`: the best, where it cannot be the first."""
    if not natural:
        return _NATURAL_VOICES_ARE_BETTER
    return f"more cores or a GPU: {too_slow} is too slow beside recognition here" if too_slow else ""


def _fitting_profile(settings: Settings, ranked: Iterable[Availability]) -> list[Availability]:
    """Those that the profile does not leave out."""
    without_models = settings.profile == "embedded"
    return [state for state in ranked if not (without_models and state.engine.downloads)]


def _keeping_up(
    voices: list[Engine], model: str, measured: Measured | None, trusted_cores: float
) -> tuple[str, ...]:
    """Voices, best first, in the order in which they are asked on this machine."""
    if measured is None:  # a voice that falls behind is worse than a plain one
        voices = sorted(voices, key=lambda voice: voice.least_cores > trusted_cores)
        return tuple(voice.name for voice in voices)
    plain = {voice.name for voice in voices if not voice.downloads}
    return voice_order(measured, [voice.name for voice in voices], model, plain=plain)


def _in_order(wanted: tuple[str, ...], best: tuple[str, ...]) -> tuple[str, ...]:
    """What is wanted, with "auto" replaced by the best that are there."""
    if "auto" not in wanted:
        return tuple(dict.fromkeys(wanted))
    at = wanted.index("auto")
    behind = [name for name in wanted[at + 1 :] if name != "auto"]
    # what stands behind "auto" keeps its place there
    return tuple(dict.fromkeys([*wanted[:at], *(name for name in best if name not in behind), *behind]))


def _why(wanted: tuple[str, ...], names: tuple[str, ...], found: Mapping[str, Availability]) -> str:
    what = "; ".join(f"{name}: {found[name].detail}" for name in names)
    return what if "auto" in wanted else f"set by the settings; {what}"


def _fetch(name: str) -> str:
    return f"`hive models fetch {name}`"
