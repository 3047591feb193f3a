"""Kokoro through kokoro-onnx: natural voices for some languages, on CPU or GPU.

Blocking work runs in own threads, which give way to recognition. The library keeps its phonemizer behind one
lock for the whole process.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import structlog

from config.settings import Models
from pipeline.audio import AudioError, Pcm, pcm_from_floats
from pipeline.engines.giving_way import LiveFirst
from pipeline.engines.homes import Wanted, require_library
from pipeline.engines.onnx_options import session_options
from pipeline.engines.protocols import (
    EngineError,
    EngineInfo,
    EngineMissing,
    EngineOverloaded,
    SynthesisRequest,
    Synthesizer,
    UnknownLanguage,
    Voice,
)
from pipeline.engines.synthesis import kokoro_blends, kokoro_phonemes
from pipeline.engines.synthesis.blends import Blend, is_blend
from pipeline.engines.synthesis.kokoro_phonemes import FrontEnd
from pipeline.engines.synthesis.sound_shaping import Shaper
from pipeline.engines.synthesis.spoken_text import spoken_text
from pipeline.machine import voice_threads
from pipeline.priority import lower_thread_priority
from pipeline.text.splitting import sentences

log = structlog.get_logger(__name__)

MODEL_FILES = ("kokoro-v1.0.onnx", "kokoro-v1.0.fp16.onnx", "kokoro-v1.0.int8.onnx")
"""In order of preference."""
VOICES_FILE = "voices-v1.0.bin"

_PREFIXES = {
    "en": ("a", "b"), "en-us": ("a",), "en-gb": ("b", "a"), "es": ("e",), "fr": ("f",), "hi": ("h",),
    "it": ("i",), "ja": ("j",), "pt": ("p",), "pt-br": ("p",), "zh": ("z",),
}  # fmt: skip
"""First letters of the voices of a language."""

_PHONEMES = {"a": "en-us", "b": "en-gb", "e": "es", "f": "fr-fr", "h": "hi", "i": "it", "p": "pt-br"}
"""What espeak-ng's phonemizer calls the language of a voice."""

_FRONT_ENDS = {"j": "ja", "z": "zh"}
"""Voices whose phonemes `kokoro_phonemes` makes."""

_BEST = (
    "af_heart",
    "bf_emma",
    "ef_dora",
    "ff_siwis",
    "hf_alpha",
    "if_sara",
    "jf_alpha",
    "pf_dora",
    "zf_xiaobei",
)
"""Defaults, where the file has them."""

_REGISTERS = {"f": "high", "m": "low"}
_PIECE_CHARACTERS = 220


def look(models: Models) -> str:
    """See `Home.look`."""
    require_library("kokoro_onnx", "kokoro-onnx")
    name = model_file(models.directory / "kokoro").name
    lacking = []
    for language in kokoro_phonemes.LANGUAGES:
        try:
            kokoro_phonemes.check(language)
        except EngineMissing as error:
            lacking.append(str(error).removeprefix("Kokoro's phonemes "))
    return f"model {name}" + "".join(f"; {reason}" for reason in lacking)


async def load_synthesizer(wanted: Wanted) -> Synthesizer:
    """Raises EngineMissing, EngineError."""
    return await KokoroSynthesizer.load(wanted.settings.models.directory / "kokoro")


def model_file(directory: Path) -> Path:
    """The best model in a directory. Raises EngineMissing when there is none, or no voices beside it."""
    model = next((directory / name for name in MODEL_FILES if (directory / name).is_file()), None)
    if model is None or not (directory / VOICES_FILE).is_file():
        raise EngineMissing(
            f"there is no Kokoro model in {directory}; `hive models fetch kokoro`, or put "
            f"{MODEL_FILES[0]} and {VOICES_FILE} there"
        )
    return model


@dataclass(frozen=True, slots=True)
class _Said:
    """How a text is said."""

    blend: Blend
    letter: str
    """The first letter of the voices whose phonemes it has."""
    speed: float
    """As the model takes it."""


class KokoroSynthesizer:
    """One model with its file of voices.

    Args:
        kokoro: the library's loaded model.
        threads: what speaks; as many texts at the same time as it has threads.
        spoken: of `_FRONT_ENDS`, the languages whose packages are there.
        max_waiting: how many sentences may wait.
    """

    def __init__(
        self, kokoro: Any, threads: ThreadPoolExecutor, *, spoken: Sequence[str] = (), max_waiting: int = 64
    ) -> None:
        self._kokoro, self._threads = kokoro, threads
        letters = {*_PHONEMES, *(letter for letter, code in _FRONT_ENDS.items() if code in spoken)}
        self._blends = tuple(kokoro_blends.possible(kokoro.voices))
        self._names = tuple(name for name in (*kokoro.voices, *self._blends) if name[:1] in letters)
        self._front_ends: dict[str, FrontEnd] = {}
        self._waiting, self._max_waiting = 0, max_waiting
        self._turns = LiveFirst()
        languages = [language for language in _PREFIXES if "-" not in language and self._of(language)]
        self.info = EngineInfo("kokoro", "MIT", "Apache-2.0", True, True, tuple(sorted(languages)))

    @classmethod
    async def load(
        cls, directory: Path, *, at_once: int = 1, threads: int | None = None
    ) -> KokoroSynthesizer:
        """Loads the model from a directory, see `MODEL_FILES` and `VOICES_FILE`.

        Args:
            at_once: how many texts are spoken at the same time.
            threads: how many each of them may use; None leaves recognition its share, see `voice_threads`.

        Raises:
            EngineMissing, EngineError: as the name says.
        """
        model = model_file(directory)
        # the library's own threads inherit the priority of the one that loads the model
        pool = ThreadPoolExecutor(at_once, thread_name_prefix="kokoro", initializer=lower_thread_priority)
        try:
            kokoro = await asyncio.get_running_loop().run_in_executor(
                pool, _load, model, directory / VOICES_FILE, threads or voice_threads()
            )
        except BaseException:
            pool.shutdown(wait=False)
            raise
        return cls(kokoro, pool, spoken=_speakable())

    def voices(self, language: str) -> tuple[Voice, ...]:
        return tuple(
            Voice(name, language, _REGISTERS.get(name[1], "neutral"), blends=name not in self._blends)
            for name in self._of(language)
        )

    async def synthesize(self, request: SynthesisRequest) -> AsyncGenerator[Pcm, None]:
        names = self._of(request.language)
        if not names:
            raise UnknownLanguage(request.language, self.info.languages)
        voice = request.voice if request.voice in names or is_blend(request.voice) else names[0]
        blend = kokoro_blends.blend_of(self._kokoro.voices, voice)
        higher = kokoro_blends.pitch_factor(blend)
        said = _Said(blend, _variety(blend, names), min(max(request.speed / higher, 0.5), 2.0))
        shaper: Shaper | None = None
        for piece in sentences(spoken_text(request), _PIECE_CHARACTERS, request.language):
            pcm, rate_hz = await self._piece(piece.strip(), said, unhurried=request.unhurried)
            # spoken slower and played faster, a voice is higher, as if its throat were shorter
            shaper = shaper or Shaper(rate_hz * higher)
            if (ready := shaper.feed(pcm)).size:
                yield ready
        if shaper is not None and (ready := shaper.finish()).size:
            yield ready

    async def close(self) -> None:
        await asyncio.to_thread(self._threads.shutdown, wait=True, cancel_futures=True)
        self._kokoro.voices.close()

    async def _piece(self, text: str, said: _Said, *, unhurried: bool) -> tuple[Pcm, int]:
        if self._waiting >= self._max_waiting:
            raise EngineOverloaded("speech synthesis", 1.0)
        self._waiting += 1
        try:
            async with self._turns.unhurried() if unhurried else self._turns.live():
                return await asyncio.get_running_loop().run_in_executor(
                    self._threads, self._create, text, said
                )
        except RuntimeError as error:
            raise EngineError("Kokoro was closed") from error
        finally:
            self._waiting -= 1

    def _create(self, text: str, said: _Said) -> tuple[Pcm, int]:
        """Blocking; the library's messages may hold the text, so they are not passed on."""
        style, speed = kokoro_blends.style(self._kokoro.voices, said.blend), said.speed
        try:
            if front_end := self._front_end(said.letter):
                sound, rate_hz = self._kokoro.create(
                    front_end(text), voice=style, speed=speed, is_phonemes=True
                )
            else:
                lang = _PHONEMES[said.letter]
                sound, rate_hz = self._kokoro.create(text, voice=style, speed=speed, lang=lang)
            return pcm_from_floats(np.asarray(sound)), int(rate_hz)
        except EngineError:
            raise
        except AudioError as error:
            raise EngineError(f"Kokoro made unusable sound: {error}") from error
        except Exception as error:  # noqa: BLE001  onnxruntime and phonemizer share no base class of errors
            raise EngineError(f"Kokoro could not speak the text ({type(error).__name__})") from None

    def _front_end(self, letter: str) -> FrontEnd | None:
        """For languages that have one; its dictionaries are read when somebody first speaks it. Blocking."""
        language = _FRONT_ENDS.get(letter)
        if language is None:
            return None
        if language not in self._front_ends:
            self._front_ends[language] = kokoro_phonemes.front_end(language, self._english)
        return self._front_ends[language]

    def _english(self, text: str) -> str:
        return str(self._kokoro.tokenizer.phonemize(text, _PHONEMES["a"]))

    def _of(self, language: str) -> tuple[str, ...]:
        """Names of a language's voices, the default first."""
        tag = language.replace("_", "-").lower()
        prefixes = _PREFIXES.get(tag) or _PREFIXES.get(tag.partition("-")[0], ())
        fitting = [name for name in self._names if name[:1] in prefixes]
        return tuple(sorted(fitting, key=lambda name: (prefixes.index(name[0]), *self._place(name))))

    def _place(self, name: str) -> tuple[bool, bool, str]:
        """Sorts the best known voice first and blends last."""
        return name in self._blends, name not in _BEST, name


def _speakable() -> list[str]:
    """The languages with a front end of their own whose packages are there."""
    found = []
    for language in _FRONT_ENDS.values():
        try:
            kokoro_phonemes.check(language)
        except EngineMissing as error:
            log.info("Kokoro does not speak a language", language=language, reason=str(error))
        else:
            found.append(language)
    return found


def _load(model: Path, voices: Path, threads: int) -> Any:
    try:
        import onnxruntime
        from kokoro_onnx import Kokoro
    except ImportError as error:
        raise EngineMissing("kokoro-onnx is not installed; `pip install kokoro-onnx`") from error
    # at its debug level it would write down what people say
    logging.getLogger("kokoro_onnx").setLevel(logging.WARNING)
    wanted = ("CUDAExecutionProvider", "CPUExecutionProvider")
    providers = [name for name in wanted if name in onnxruntime.get_available_providers()]
    try:
        session = onnxruntime.InferenceSession(str(model), session_options(threads), providers=providers)
        return Kokoro.from_session(session, str(voices))
    except Exception as error:  # onnxruntime's errors share no base class
        raise EngineError(f"cannot load the Kokoro model {model.name}: {error}") from error


def _variety(blend: Blend, names: Sequence[str]) -> str:
    """Of a blend the part that is at home in the language tells its variety, else the default does."""
    return next((part[0] for part, _ in blend.parts if part in names), names[0][0])
