"""Which engines are there, which of them the settings mean, and how they are loaded."""

from __future__ import annotations

import asyncio
import importlib.util
from dataclasses import dataclass
from pathlib import Path

import structlog

from config.settings import Models, Profile, Rooms, Settings
from pipeline.engines import apertium_modes, kokoro, opus_models, piper
from pipeline.engines.protocols import EngineError, EngineMissing, Recognizer, Synthesizer, Translator
from pipeline.engines.table import ENGINES, Engine
from pipeline.engines.translators import TranslatorChain

log = structlog.get_logger(__name__)

_WHISPER_ON_CPU = ("small", "base", "small.en", "base.en", "tiny", "tiny.en")
_WHISPER_ON_GPU = ("large-v3-turbo", "large-v3", "medium", *_WHISPER_ON_CPU)
"""Names below `whisper/`, best first. On few cores the operator fetches a small one, so what is there fits."""


@dataclass(frozen=True, slots=True)
class Availability:
    """Whether an engine could be loaded now."""

    engine: Engine
    present: bool
    detail: str
    """What was found, or what is missing."""


@dataclass(frozen=True, slots=True)
class ProfileChoice:
    """What `auto` comes to on this machine."""

    profile: Profile
    """Never "auto"."""
    reasons: tuple[str, ...]
    """Why, for people: one for each role."""
    recognizer: str
    translators: tuple[str, ...]
    """In the order in which they are asked."""
    synthesizer: str
    whisper_model: str
    """Name or directory; empty when PocketSphinx recognises."""


def available(settings: Settings) -> tuple[Availability, ...]:
    """Looks for each engine of `ENGINES`, in that order; loads none. Blocking, a few file look-ups."""
    return tuple(_look(engine, settings.models) for engine in ENGINES)


def choose_profile(settings: Settings) -> ProfileChoice:
    """Settles what "auto" stands for: the best of which the models are on disk, else what needs none.

    A profile, an engine or a model that the settings name is taken as it is; whether it can be loaded shows
    when it is. Blocking: a few file look-ups and one of the GPU.
    """
    found = {state.engine.name: state for state in available(settings)}
    profile, why = _profile(settings, found)
    recognizer, model = _recognizer(settings, profile)
    translators = _translators(settings, profile, found)
    synthesizer = _synthesizer(settings, profile, found)
    return ProfileChoice(
        profile=profile,
        reasons=(
            why,
            *(f"{name}: {found[name].detail}" for name in (recognizer, *translators, synthesizer)),
        ),
        recognizer=recognizer,
        translators=translators,
        synthesizer=synthesizer,
        whisper_model=model,
    )


async def load_recognizer(settings: Settings) -> Recognizer:
    """Loads what turns speech into words. Raises EngineMissing, EngineError."""
    choice = await asyncio.to_thread(choose_profile, settings)
    log.info(
        "recognition engine", engine=choice.recognizer, model=choice.whisper_model, profile=choice.profile
    )
    if choice.recognizer == "pocketsphinx":
        from pipeline.engines.sphinx import SphinxRecognizer

        return await SphinxRecognizer.load(max_speakers=settings.recognition.max_speakers)
    from pipeline.engines.whisper import WhisperRecognizer

    return await WhisperRecognizer.load(
        choice.whisper_model,
        device=settings.recognition.device,
        compute_type=settings.recognition.compute_type,
        threads=settings.recognition.threads,
        models_dir=settings.models.directory / "whisper",
    )


async def load_translator(settings: Settings) -> Translator:
    """Loads what turns text into other languages: a chain of all that are chosen and there.

    Raises:
        EngineMissing: none of them is there.
        EngineError: one is there but cannot be used.
    """
    choice = await asyncio.to_thread(choose_profile, settings)
    loaded: list[Translator] = []
    missing: list[str] = []
    try:
        for name in choice.translators:
            try:
                loaded.append(await _load_translator(name, settings, choice.profile))
            except EngineMissing as error:
                missing.append(str(error))
    except BaseException:
        for engine in loaded:
            await engine.close()
        raise
    if not loaded:
        raise EngineMissing("; ".join(missing) or "no translation engine is chosen")
    for reason in missing:
        log.warning("translation engine is missing", reason=reason)
    chain = TranslatorChain(loaded)
    log.info("translation engines", engines=chain.info.name, languages=len(chain.info.languages))
    await _warm(chain, settings.rooms)
    return chain


async def load_synthesizer(settings: Settings) -> Synthesizer:
    """Loads what speaks. Raises EngineMissing, EngineError."""
    choice = await asyncio.to_thread(choose_profile, settings)
    log.info("speech engine", engine=choice.synthesizer, profile=choice.profile)
    if choice.synthesizer == "kokoro":
        from pipeline.engines.kokoro import KokoroSynthesizer

        return await KokoroSynthesizer.load(settings.models.directory / "kokoro")
    if choice.synthesizer == "piper":
        from pipeline.engines.piper import PiperSynthesizer

        return await PiperSynthesizer.load(
            settings.models.directory / "piper", allow_non_commercial=settings.models.allow_non_commercial
        )
    from pipeline.engines.espeak import EspeakSynthesizer

    return await EspeakSynthesizer.load()


async def _warm(chain: TranslatorChain, rooms: Rooms) -> None:
    """Has ready what the rooms are known to need; what cannot be had is found out again when it is asked for."""
    pairs = [
        (rooms.source_language, language)
        for language in rooms.languages
        if rooms.source_language not in ("auto", language)
    ]
    try:
        await chain.warm(pairs)
    except EngineError as error:
        log.warning("translation is not ready", reason=str(error))


async def _load_translator(name: str, settings: Settings, profile: Profile) -> Translator:
    if name == "apertium":
        from pipeline.engines.apertium import ApertiumTranslator

        return await ApertiumTranslator.load()
    from pipeline.engines.opus import OpusTranslator

    return await OpusTranslator.load(
        settings.models.directory / "opus",
        device="auto" if profile == "gpu" else "cpu",
        allow_non_commercial=settings.models.allow_non_commercial,
    )


# --- choosing --------------------------------------------------------------------------------------------


def _profile(settings: Settings, found: dict[str, Availability]) -> tuple[Profile, str]:
    if settings.profile != "auto":
        return settings.profile, f"profile {settings.profile}: set by the settings"
    directory = settings.models.directory
    lacking = [
        name
        for name, there in (
            ("Whisper model", bool(settings.recognition.model) or found["whisper"].present),
            ("translation model", found["opus"].present),
        )
        if not there
    ]
    if lacking:
        return "embedded", f"profile embedded: {directory} has no {' and no '.join(lacking)}"
    if settings.recognition.device != "cpu" and _has_gpu():
        return "gpu", "profile gpu: there are a CUDA device and models"
    return "cpu", f"profile cpu: the models are in {directory}, there is no CUDA device"


def _recognizer(settings: Settings, profile: Profile) -> tuple[str, str]:
    wanted = settings.recognition.engine
    if wanted == "auto":
        wanted = "pocketsphinx" if profile == "embedded" and not settings.recognition.model else "whisper"
    if wanted == "pocketsphinx":
        return wanted, ""
    if settings.recognition.model:
        return wanted, settings.recognition.model
    names = _WHISPER_ON_GPU if profile == "gpu" else _WHISPER_ON_CPU
    there = _whisper_models(settings.models)
    return wanted, next(
        (name for name in names if name in there), "large-v3-turbo" if profile == "gpu" else "base"
    )


def _translators(settings: Settings, profile: Profile, found: dict[str, Availability]) -> tuple[str, ...]:
    names: list[str] = []
    for name in settings.translation.engines:
        if name != "auto":
            names.append(name)
        elif profile == "embedded":
            names.append("apertium")
            # asked to keep to what needs no models, only by name
            names += ["opus"] if settings.profile == "auto" and found["opus"].present else []
        else:
            names += ["opus"] + (["apertium"] if found["apertium"].present else [])
    return tuple(dict.fromkeys(names))


def _synthesizer(settings: Settings, profile: Profile, found: dict[str, Availability]) -> str:
    if settings.speech.engine != "auto":
        return settings.speech.engine
    if settings.profile == "embedded":
        return "espeak"
    return next((name for name in ("kokoro", "piper") if found[name].present), "espeak")


# --- looking ---------------------------------------------------------------------------------------------


def _look(engine: Engine, models: Models) -> Availability:
    try:
        return Availability(engine, True, _LOOKS[engine.name](models))
    except EngineError as error:
        return Availability(engine, False, str(error))


def _look_for_pocketsphinx(models: Models) -> str:
    _library("pocketsphinx", "pocketsphinx")
    return "installed, with its English model"


def _look_for_whisper(models: Models) -> str:
    _library("faster_whisper", "faster-whisper")
    names = _whisper_models(models)
    if not names:
        raise EngineMissing(
            f"there is no Whisper model in {models.directory / 'whisper'}; "
            "fetch one, e.g. `hive models fetch whisper-base`"
        )
    return f"models {', '.join(names)}"


def _look_for_apertium(models: Models) -> str:
    modes = apertium_modes.installed()
    return f"pairs {', '.join(f'{mode.source}→{mode.target}' for mode in modes if not mode.variant)}"


def _look_for_opus(models: Models) -> str:
    _library("ctranslate2", "ctranslate2")
    found = opus_models.find(models.directory / "opus")
    usable = [model for model in found if model.commercial_use or models.allow_non_commercial]
    if not usable:
        raise EngineMissing(
            "all translation models are for non-commercial use; if yours is, set models.allow_non_commercial"
        )
    return f"models {', '.join(model.name for model in usable)}"


def _look_for_espeak(models: Models) -> str:
    import ctypes.util

    library = ctypes.util.find_library("espeak-ng")
    if library is None:
        raise EngineMissing("libespeak-ng is not installed; on Debian: `apt-get install espeak-ng`")
    return f"library {library}"


def _look_for_piper(models: Models) -> str:
    _library("piper", "piper-tts")
    voices = piper.find(models.directory / "piper", allow_non_commercial=models.allow_non_commercial)
    return f"voices {', '.join(voice.name for voice in voices)}"


def _look_for_kokoro(models: Models) -> str:
    _library("kokoro_onnx", "kokoro-onnx")
    return f"model {kokoro.model_file(models.directory / 'kokoro').name}"


_LOOKS = {
    "pocketsphinx": _look_for_pocketsphinx,
    "whisper": _look_for_whisper,
    "apertium": _look_for_apertium,
    "opus": _look_for_opus,
    "espeak": _look_for_espeak,
    "piper": _look_for_piper,
    "kokoro": _look_for_kokoro,
}


def _library(module: str, package: str) -> None:
    if importlib.util.find_spec(module) is None:
        raise EngineMissing(f"{package} is not installed; `pip install {package}`")


def _whisper_models(models: Models) -> tuple[str, ...]:
    directory: Path = models.directory / "whisper"
    if not directory.is_dir():
        return ()
    return tuple(sorted(place.name for place in directory.iterdir() if (place / "model.bin").is_file()))


def _has_gpu() -> bool:
    try:
        import ctranslate2
    except ImportError:
        return False
    return bool(ctranslate2.get_cuda_device_count() > 0)
