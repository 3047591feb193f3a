"""Measures this machine: a look of each recogniser, a clause of each translator, a sentence of each voice.

Everything goes through the engines' protocols, as in a meeting; nothing is fetched. What runs on one thread is timed
by the processor's clock, helper processes included, and so is not disturbed by a moment's other work.
"""

from __future__ import annotations

import asyncio
import fcntl
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass, replace
from importlib import resources

import av
import numpy as np
import psutil
import structlog

from config.cache import cache_directory
from config.engines import Engine, best_first
from config.settings import Settings
from foundation.process_use import processor_time_s
from pipeline.audio import HEARING_RATE_HZ, SPEAKING_RATE_HZ, Pcm
from pipeline.capacity import (
    ClauseTiming,
    Measured,
    PassTiming,
    TogetherTiming,
    VoiceTiming,
    best_pass,
)
from pipeline.engines import homes
from pipeline.engines.availability import available
from pipeline.engines.choice import choose
from pipeline.engines.homes import Wanted
from pipeline.engines.measurements import keep, kept, models_digest
from pipeline.engines.protocols import (
    EngineError,
    Recognizer,
    SynthesisRequest,
    Synthesizer,
    TranslationRequest,
    Translator,
)
from pipeline.engines.recognition.whisper.models import installed
from pipeline.engines.timed_looks import looks_anew, somebody_speaks, timed
from pipeline.machine import Machine, this_machine, voice_threads

log = structlog.get_logger(__name__)

LIMIT_S = 60.0
"""What is not measured by then is left out."""
TOO_SLOW_S = 4.0
"""After a look that takes longer, larger models are not tried."""
_BUSY = 1.3
_OTHERS = 0.25
"""So much of a core may others use meanwhile: more, and cores that share their caches are slowed down."""
_TELLING_S = 3.0
"""Times as long as it worked, a thread took for its work."""

_SENTENCES = {
    "en": "The committee will talk about the new budget on Monday morning.",
    "es": "El comité hablará del nuevo presupuesto el lunes por la mañana.",
    "fr": "Le comité parlera du nouveau budget lundi matin.",
    "de": "Der Ausschuss spricht am Montagmorgen über den neuen Haushalt.",
    "it": "Il comitato parlerà del nuovo bilancio lunedì mattina.",
    "pt": "O comité falará do novo orçamento na segunda-feira de manhã.",
}
_ANY_LANGUAGE = "1, 2, 3, 4, 5, 6, 7, 8, 9, 10."


async def measured(settings: Settings) -> Measured | None:
    """What was measured here, now if never before; None where nothing has a price that matters.

    Processes that start together wait for the one that measures. Failures are logged, never raised; on a machine
    that is busy it ends soon, with figures by which nothing is decided, and is tried again at the next start.
    """
    known = await asyncio.to_thread(kept, settings)
    if known is not None or not await asyncio.to_thread(_has_models, settings):
        return known
    async with _alone():
        if (known := await asyncio.to_thread(kept, settings)) is not None:
            return known
        log.info("measuring this machine, once; some seconds")
        return await measure_and_keep(settings, patient=False)


async def measure_and_keep(
    settings: Settings, say: Callable[[str], None] = lambda line: None, *, patient: bool = True
) -> Measured:
    """Measures in any case; figures of a busy machine are not kept. See `measure`."""
    result = await measure(settings, say, patient=patient)
    if result.busy:
        return result
    try:
        await asyncio.to_thread(keep, result)
    except OSError as error:
        log.warning("what was measured cannot be kept", reason=str(error))
    return result


async def measure(
    settings: Settings, say: Callable[[str], None] = lambda line: None, *, patient: bool = True
) -> Measured:
    """Times every engine that is there, at most `LIMIT_S`. Raises nothing: what fails is in `failures`.

    Args:
        say: gets a line for people about what is being measured.
        patient: whether to go on when the machine turns out to be busy with other work.
    """
    settings = replace(settings, models=replace(settings.models, download=False))
    machine = await asyncio.to_thread(this_machine)
    began_s = time.monotonic()
    session = _Session(settings, machine, say, patient=patient)
    try:
        async with asyncio.timeout(LIMIT_S):
            await session.run()
    except TimeoutError:
        session.failures.append(f"not everything was measured within {LIMIT_S:g} s")
    result = session.result(await asyncio.to_thread(models_digest, settings))
    result = replace(result, took_s=round(time.monotonic() - began_s, 1))
    for reason in result.failures:
        log.warning("not measured", reason=reason)
    log.info("machine measured", cores=machine.cores, processor=machine.processor, took_s=result.took_s)
    return result


class _Session:
    """One measurement of everything, in the order in which it matters."""

    def __init__(
        self, settings: Settings, machine: Machine, say: Callable[[str], None], *, patient: bool
    ) -> None:
        self._settings, self._machine, self._say, self._patient = settings, machine, say, patient
        self._present = [state.engine for state in available(settings) if state.present]
        self._on_gpu = choose(settings).device == "cuda"
        self.passes: list[PassTiming] = []
        self.clauses: list[ClauseTiming] = []
        self.voices: list[VoiceTiming] = []
        self.together: list[TogetherTiming] = []
        self.failures: list[str] = []
        self._wall_s = self._processor_s = 0.0
        self._began_s, self._others_s = time.monotonic(), _others_s()

    @property
    def busy(self) -> bool:
        """Whether work that a core to itself would have done at once had to wait for one."""
        if self._wall_s > _BUSY * self._processor_s:
            return True
        passed_s = time.monotonic() - self._began_s
        return passed_s > _TELLING_S and (_others_s() - self._others_s) > _OTHERS * passed_s

    def result(self, models: str) -> Measured:
        return Measured(
            self._machine,
            models,
            tuple(self.passes),
            tuple(self.clauses),
            tuple(self.voices),
            tuple(self.together),
            tuple(self.failures),
            self.busy,
        )

    async def run(self) -> None:
        pcm = await asyncio.to_thread(speech)
        recognizers = best_first("recognition", self._present)
        for engine in recognizers:
            if engine.name == "whisper":
                await self._whisper(engine, pcm)
        if self.busy:
            self.failures.append(
                "the machine is busy with other work; `hive doctor --measure` when it is not"
            )
            if not self._patient:
                return
        for engine in recognizers:
            if engine.name != "whisper":
                await self._noting(engine.name, self._recognises(engine, pcm))
        for engine in best_first("translation", self._present):
            if engine not in recognizers:
                await self._noting(engine.name, self._translates(engine))
        for engine in best_first("speech", self._present):
            await self._noting(engine.name, self._speaks(engine, pcm))

    async def _noting(self, name: str, work: Awaitable[None]) -> None:
        try:
            await work
        except EngineError as error:
            self.failures.append(f"{name}: {error}")

    async def _whisper(self, whisper: Engine, pcm: Pcm) -> None:
        directory = self._settings.models.directory / "whisper"
        names = installed(directory)
        for name in sorted(names, key=lambda name: (directory / name / "model.bin").stat().st_size):
            for threads in (1,) if self._on_gpu or self._machine.cores < 4 else (1, 2):
                await self._noting(f"whisper {name}", self._model(whisper, name, threads, pcm))
            if self._gives_up_behind(name):
                return

    def _gives_up_behind(self, name: str) -> bool:
        """Whether larger models than this one are not worth their time."""
        if self.busy and not self._patient:
            return True
        quickest = best_pass(self.result(""), "whisper", name)
        if quickest is None or quickest.pass_s <= TOO_SLOW_S:
            return False
        self.failures.append(f"whisper: models larger than {name} are too slow here")
        return True

    async def _model(self, whisper: Engine, name: str, threads: int, pcm: Pcm) -> None:
        self._say(f"whisper {name}, {threads} thread{'s' if threads > 1 else ''}")
        async with (
            self._recognizer(whisper, name, threads) as recognizer,
            somebody_speaks(recognizer, pcm) as look,
        ):
            took = await timed(look, times=1)
            if took.wall_s <= TOO_SLOW_S:
                took = await timed(look)
        if threads == 1 and not self._on_gpu:
            self._wall_s += took.wall_s
            self._processor_s += took.processor_s
        self.passes.append(
            PassTiming(
                "whisper",
                name,
                threads,
                len(pcm) / HEARING_RATE_HZ,
                took.wall_s if self._on_gpu or threads > 1 else took.processor_s,
                on_gpu=self._on_gpu,
            )
        )

    async def _recognises(self, engine: Engine, pcm: Pcm) -> None:
        self._say(engine.name)
        async with self._recognizer(engine, "", 1) as recognizer:
            took = await looks_anew(recognizer, pcm)
        sound_s = len(pcm) / HEARING_RATE_HZ
        self.passes.append(
            PassTiming(engine.name, "", 1, sound_s, took.processor_s, incremental=engine.incremental)
        )

    async def _translates(self, engine: Engine) -> None:
        self._say(engine.name)
        device = "cuda" if self._on_gpu else "cpu"
        translator = await homes.load_translator(engine, Wanted(settings=self._settings, device=device))
        try:
            source, target = _pair(translator)
            request = TranslationRequest(_SENTENCES.get(source, _ANY_LANGUAGE), source, target)
            await translator.translate(request)  # loads what it needs
            took = await timed(lambda: translator.translate(request))
        finally:
            await translator.close()
        on_gpu = self._on_gpu and engine.downloads
        clause_s = took.wall_s if on_gpu else took.processor_s
        self.clauses.append(ClauseTiming(engine.name, source, target, clause_s, on_gpu))

    async def _speaks(self, engine: Engine, pcm: Pcm) -> None:
        self._say(engine.name)
        voice = await homes.load_synthesizer(engine, Wanted(settings=self._settings))
        try:
            request = _sentence(voice)
            await _spoken(voice, request)  # loads what it needs
            threads = voice_threads() if engine.downloads else 1
            spoken = await _spoken(voice, request)
            per_second_s = (spoken.processor_s if threads == 1 else spoken.wall_s) / spoken.sound_s
            self.voices.append(
                VoiceTiming(engine.name, request.voice, spoken.first_s, round(per_second_s, 4), threads)
            )
            if engine.downloads:  # one without a model costs next to nothing
                await self._beside(voice, request, pcm)
        finally:
            await voice.close()

    async def _beside(self, voice: Synthesizer, request: SynthesisRequest, pcm: Pcm) -> None:
        """The recogniser that would be chosen so far, while the voice speaks without pause.

        Both share caches and memory: together they take longer than one after the other. How much longer is
        taken to be the same for both.
        """
        role = choose(self._settings, self.result("")).recognition
        look, alone = best_pass(self.result(""), role.engines[0], role.model), self.voices[-1]
        if look is None or look.incremental or look.on_gpu:
            return
        hearing = next(engine for engine in self._present if engine.name == role.engines[0])
        self._say(f"{alone.engine} beside {hearing.name} {role.model}".rstrip())
        looks = 0
        async with (
            self._recognizer(hearing, role.model, look.threads) as recognizer,
            somebody_speaks(recognizer, pcm) as look_again,
        ):
            await look_again()
            began_s = processor_time_s()
            speaking = asyncio.create_task(_spoken(voice, request))
            try:
                while not speaking.done():
                    await look_again()
                    looks += 1
                spoken = await speaking
            finally:
                speaking.cancel()
                await asyncio.wait([speaking])
            took_s = processor_time_s() - began_s
        expected_s = looks * look.core_s + spoken.sound_s * alone.per_second_s * alone.threads
        longer = max(1.0, took_s / expected_s)
        self.together.append(
            TogetherTiming(
                role.model,
                alone.engine,
                round(longer * look.pass_s, 4),
                round(longer * alone.per_second_s, 4),
            )
        )

    @asynccontextmanager
    async def _recognizer(self, engine: Engine, model: str, threads: int) -> AsyncIterator[Recognizer]:
        device = "cuda" if self._on_gpu else "cpu"
        wanted = Wanted(settings=self._settings, device=device, model=model, threads=threads)
        recognizer = await homes.load_recognizer(engine, wanted)
        try:
            yield recognizer
        finally:
            await recognizer.close()


def speech() -> Pcm:
    """Five seconds of a reading (LibriVox, public domain). Blocking."""
    file = resources.files("pipeline.engines").joinpath("measuring_speech.flac")
    with file.open("rb") as stream, av.open(stream, "r") as container:
        pieces = [frame.to_ndarray().ravel() for frame in container.decode(audio=0)]
    return np.concatenate(pieces).astype(np.int16)


@dataclass(frozen=True, slots=True)
class _Spoken:
    """A sentence that was spoken."""

    first_s: float
    """To its first sound."""
    wall_s: float
    processor_s: float
    sound_s: float


async def _spoken(engine: Synthesizer, request: SynthesisRequest) -> _Spoken:
    """Raises EngineError."""
    began_s, worked_s, first_s, samples = time.monotonic(), processor_time_s(), 0.0, 0
    async with aclosing(engine.synthesize(request)) as sound:
        async for piece in sound:
            first_s = first_s or time.monotonic() - began_s
            samples += len(piece)
    if not samples:
        raise EngineError("it said nothing")
    wall_s, processor_s = time.monotonic() - began_s, processor_time_s() - worked_s
    return _Spoken(round(first_s, 4), wall_s, processor_s, samples / SPEAKING_RATE_HZ)


def _others_s() -> float:
    """Processor time that everything but this process and its children has used so far."""
    times = psutil.cpu_times()
    whole_s = times.user + times.system + getattr(times, "nice", 0.0)
    return float(whole_s - processor_time_s())


def _pair(engine: Translator) -> tuple[str, str]:
    """Two languages that it translates directly, English first where it has it. Raises EngineError."""
    languages = sorted(engine.info.languages, key=lambda code: (code not in _SENTENCES, code != "en"))
    for source in languages:
        for target in languages:
            if source != target and len(engine.route(source, target) or ()) == 2:
                return source, target
    raise EngineError("it has no pair of languages")


def _sentence(engine: Synthesizer) -> SynthesisRequest:
    languages = sorted(engine.info.languages, key=lambda code: (code not in _SENTENCES, code != "en"))
    if not languages:
        raise EngineError("it has no language")
    language = languages[0]
    voice = engine.voices(language)[0].name
    return SynthesisRequest(_SENTENCES.get(language, _ANY_LANGUAGE), language, voice)


def _has_models(settings: Settings) -> bool:
    """Whether there is anything beyond the embedded engines, which any machine carries."""
    if settings.profile == "embedded":
        return False
    return any(state.present for state in available(settings) if state.engine.downloads)


@asynccontextmanager
async def _alone() -> AsyncIterator[None]:
    """One process of this machine at a time; without a place for the lock, all at once."""
    lock = cache_directory() / "measured" / "lock"
    try:
        lock.parent.mkdir(parents=True, exist_ok=True)
        stream = lock.open("w")
    except OSError:
        yield
        return
    with stream:
        with suppress(TimeoutError):
            async with asyncio.timeout(2 * LIMIT_S):
                while not _locked(stream.fileno()):  # noqa: ASYNC110  another process has it
                    await asyncio.sleep(0.2)
        yield


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
