"""PocketSphinx behind the Recognizer protocol: English, no download, cheap enough for every processor.

Each utterance has a decoder that hears the sound as it comes, so a look at the words so far costs nothing.
Decoders are processes (see `process`) and wait for the next utterance of anybody; what is learnt of a
voice, its cepstral mean, is kept for each speaker and given to whichever decoder hears them next.
"""

from __future__ import annotations

import asyncio
from typing import Final

import numpy as np
import structlog

from foundation.recent import Recent
from pipeline.audio import HEARING_RATE_HZ, Pcm
from pipeline.engines.protocols import (
    EngineError,
    EngineInfo,
    EngineOverloaded,
    HearingOptions,
    Hypothesis,
    UnknownLanguage,
)
from pipeline.engines.recognition.sphinx.fork_server import DecoderProcess, ForkServer
from pipeline.engines.recognition.sphinx.process import POSITION, DecoderFrame
from pipeline.events import Word

log = structlog.get_logger(__name__)

_LANGUAGE: Final = "en"
_REMEMBERED_VOICES: Final = 1000
_IDLE_DECODERS: Final = 2
"""So many are kept for the next utterance; a new one is there within 10 ms."""

_PIECE_SAMPLES: Final = HEARING_RATE_HZ // 2


class SphinxRecognizer:
    """Hands out one decoder per utterance, at most `max_speakers` at once."""

    def __init__(self, fork_server: ForkServer, *, max_speakers: int) -> None:
        self.info = EngineInfo("pocketsphinx", "BSD-2-Clause", "BSD-2-Clause", True, False, (_LANGUAGE,))
        self._fork_server, self._max_speakers = fork_server, max_speakers
        self._idle: list[DecoderProcess] = []  # at most _IDLE_DECODERS
        self._streams: set[SphinxStream] = set()  # at most max_speakers
        self._opening = 0
        self._voices: Recent[str, str] = Recent(_REMEMBERED_VOICES)
        self._closed = False

    @classmethod
    async def load(cls, *, max_speakers: int = 10, patience_s: float = 8.0) -> SphinxRecognizer:
        """Raises EngineMissing when the package or its model is not there.

        Args:
            patience_s: see `ForkServer`.
        """
        fork_server = ForkServer(patience_s=patience_s)
        try:
            await asyncio.to_thread(fork_server.start)
        except BaseException:
            await asyncio.to_thread(fork_server.close)
            raise
        return cls(fork_server, max_speakers=max_speakers)

    async def open(self, options: HearingOptions, *, first_sample: int, context: str = "") -> SphinxStream:
        """Begins an utterance; `context` and the glossary have no influence on this engine."""
        language = options.language or _LANGUAGE
        if language.partition("-")[0].lower() != _LANGUAGE:
            raise UnknownLanguage(language, self.info.languages)
        if self._closed:
            raise EngineError("PocketSphinx was closed")
        if len(self._streams) + self._opening >= self._max_speakers:
            raise EngineOverloaded("PocketSphinx", 2.0)
        self._opening += 1
        try:
            decoder = await self._decoder()
            stream = SphinxStream(self, decoder, options.speaker, first_sample)
            self._streams.add(stream)
        finally:
            self._opening -= 1
        mean = self._voices.get(options.speaker, "")
        try:
            await decoder.tell(DecoderFrame.START, POSITION.pack(first_sample) + mean.encode())
        except BaseException:
            await stream.close()
            raise
        return stream

    async def forget(self, speaker: str) -> None:
        """Drops what was learnt of a voice."""
        self._voices.pop(speaker, None)

    async def close(self) -> None:
        """Ends all processes."""
        self._closed = True
        for stream in tuple(self._streams):
            await stream.close()
        idle, self._idle = self._idle, []
        for decoder in idle:
            await decoder.end()
        await asyncio.to_thread(self._fork_server.close)

    async def _decoder(self) -> DecoderProcess:
        while self._idle:
            decoder = self._idle.pop()
            if decoder.alive:
                return decoder
            await decoder.end()
        return await DecoderProcess.start(self._fork_server)

    async def give_back(self, stream: SphinxStream, decoder: DecoderProcess, *, speaker: str) -> None:
        """Takes over what a stream used; only for `SphinxStream`."""
        try:
            if not decoder.broken:
                await self._tidy(decoder, speaker)
        except EngineError as error:
            log.warning("decoder lost at the end of an utterance", reason=str(error))
        finally:
            self._streams.discard(stream)
            if decoder.broken or self._closed or len(self._idle) >= _IDLE_DECODERS:
                await decoder.end()
            else:
                self._idle.append(decoder)

    async def _tidy(self, decoder: DecoderProcess, speaker: str) -> None:
        mean = (await decoder.ask(DecoderFrame.STOP))["mean"]
        if mean:  # else too little was heard to learn from
            self._voices[speaker] = mean


class SphinxStream:
    """One utterance. Words before a cut are left out of later hypotheses."""

    def __init__(
        self, recognizer: SphinxRecognizer, decoder: DecoderProcess, speaker: str, first_sample: int
    ) -> None:
        self._recognizer, self._decoder, self._speaker = recognizer, decoder, speaker
        self._unanswered = 0
        """Samples since the last look."""
        self._closed = self._finished = False

    @property
    def pid(self) -> int:
        """The decoder's process, for those who watch processes."""
        return self._decoder.pid

    def begin(self, sample: int) -> None:
        """Nothing to do: each utterance has a stream of its own."""

    async def accept(self, pcm: Pcm) -> None:
        """Decodes the sound in the background. Raises EngineError."""
        self._check()
        if pcm.ndim != 1 or pcm.dtype != np.int16:
            raise EngineError(f"expected 16-bit mono sound, got {pcm.dtype} {pcm.shape}")
        for at in range(0, len(pcm), _PIECE_SAMPLES):
            self._unanswered += len(pcm[at : at + _PIECE_SAMPLES])
            await self._decoder.tell(
                DecoderFrame.SOUND, pcm[at : at + _PIECE_SAMPLES].astype("<i2").tobytes()
            )

    async def hypothesis(self, *, final: bool = False, hurried: bool = False) -> Hypothesis:
        """The best guess so far; the final one is the best path through all guesses. Raises EngineError."""
        self._check()
        self._finished = final
        work_s, self._unanswered = self._unanswered / HEARING_RATE_HZ, 0
        answer = await self._decoder.ask(DecoderFrame.FINAL if final else DecoderFrame.LOOK, work_s=work_s)
        words = tuple(Word(text, first, end) for text, first, end in answer["words"])
        return Hypothesis(words, _LANGUAGE, answer["heard_to"], answer["settled_to"])

    def cut(self, sample: int, committed: str) -> None:
        """Leaves out words before `sample`; the decoder bounds its memory by itself."""
        if not self._closed and self._decoder.alive:
            self._decoder.post(DecoderFrame.CUT, POSITION.pack(sample))

    async def close(self) -> None:
        """Gives the decoder back."""
        if not self._closed:
            self._closed = True
            await self._recognizer.give_back(self, self._decoder, speaker=self._speaker)

    def _check(self) -> None:
        if self._closed or self._finished:
            raise EngineError("the utterance is over")
