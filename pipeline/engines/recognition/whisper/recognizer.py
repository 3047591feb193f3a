"""Whisper behind the Recognizer protocol: all speakers who are due at the same moment share one batch.

Translating into English is work of its own beside it, on the same weights: a clause that is being translated keeps no
speaker waiting where there is a second core.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np

from foundation.recent import Recent
from pipeline.audio import Pcm
from pipeline.engines.protocols import (
    EngineError,
    EngineInfo,
    EngineOverloaded,
    HearingOptions,
    Hypothesis,
    UnknownLanguage,
)
from pipeline.engines.recognition.whisper.batch import WhisperBatch
from pipeline.engines.recognition.whisper.drafted_decoder import DraftedDecoder
from pipeline.engines.recognition.whisper.language import (
    CHECKED_AFTER_SAMPLES,
    DECIDED_AFTER_SAMPLES,
    SURE_AFTER_SAMPLES,
    DeclaredLanguage,
    LanguageLock,
    base,
)
from pipeline.engines.recognition.whisper.models import find, open_model
from pipeline.engines.recognition.whisper.pieces import LONGEST_SAMPLES, Piece, Reading, Tuning
from pipeline.engines.recognition.whisper.reading import PieceReader, WhisperReader
from pipeline.events import Word
from pipeline.text.chinese_script import in_one_script
from pipeline.text.joining import text_of

LOOK_INTERVAL_S: Final = 0.35
"""How much new sound is worth another look: with less, looks cost more and say little new."""
_REMEMBERED_SPEAKERS: Final = 1000
_LONGEST_HINTS: Final = 200
_LONGEST_CONTEXT: Final = 400


class WhisperRecognizer:
    """Hands out one stream per utterance.

    Args:
        reader: the weights; closed with it.
        max_speakers: streams at once.
    """

    def __init__(self, reader: PieceReader, *, max_speakers: int = 32) -> None:
        self.info = EngineInfo(
            "whisper", "MIT", "MIT", True, True, reader.languages,
            look_interval_s=LOOK_INTERVAL_S, listens_on=True,
        )  # fmt: skip
        self.multilingual = reader.multilingual
        self.files = reader.files
        self._reader = reader
        self._locks: Recent[str, LanguageLock] = Recent(_REMEMBERED_SPEAKERS)
        self._declared: Recent[str, DeclaredLanguage] = Recent(_REMEMBERED_SPEAKERS)
        self._streams = 0
        self._max_speakers = max_speakers
        self._closed = False

    @classmethod
    async def load(
        cls,
        model: str | Path,
        *,
        device: str = "auto",
        compute_type: str = "default",
        threads: int = 0,
        models_dir: Path,
        tuning: Tuning | None = None,
    ) -> WhisperRecognizer:
        """Opens a model that is there.

        Args:
            model: a directory, or a name such as "small" that is looked for below `models_dir`.

        Raises:
            EngineMissing: the model or the library is not there.
            EngineError: it cannot be used.
        """

        def opened() -> tuple[WhisperBatch, WhisperBatch | None]:
            place = find(model, models_dir)
            weights = open_model(place, device=device, compute_type=compute_type, threads=threads)
            on_gpu = weights.model.device == "cuda"
            batch = WhisperBatch(weights, tuning, None if on_gpu else DraftedDecoder.load(place))
            return batch, WhisperBatch(weights, tuning) if batch.multilingual else None

        batch, translating = await asyncio.to_thread(opened)
        return cls(WhisperReader(batch, translating=translating))

    async def open(self, options: HearingOptions, *, first_sample: int, context: str = "") -> WhisperStream:
        """Begins an utterance; the glossary and `context` become the prompt."""
        if self._closed:
            raise EngineError("Whisper was closed")
        for language in filter(None, (options.language, *options.allowed_languages)):
            if base(language) not in self.info.languages and language == options.language:
                raise UnknownLanguage(language, self.info.languages)
        if self._streams >= self._max_speakers:
            raise EngineOverloaded("Whisper", 2.0)
        self._streams += 1
        return WhisperStream(self, options, first_sample, context)

    async def forget(self, speaker: str) -> None:
        """Drops what is known of a speaker's language."""
        self._locks.pop(speaker, None)
        self._declared.pop(speaker, None)

    async def close(self) -> None:
        """Fails what waits; what the model has begun is finished first."""
        self._closed = True
        await self._reader.close()

    async def read(self, piece: Piece) -> Reading:
        """See `PieceReader`."""
        if self._closed:
            raise EngineError("Whisper was closed")
        return await self._reader.read(piece)

    def lock(self, options: HearingOptions) -> LanguageLock:
        """What is known of the language of a speaker who has declared none."""
        known = self._locks.use(options.speaker)
        if known is None:
            known = self._locks[options.speaker] = LanguageLock(options.allowed_languages)
        return known

    def declared(self, speaker: str, language: str) -> DeclaredLanguage:
        """What is known of a speaker who has declared this language."""
        known = self._declared.use(speaker)
        if known is None or known.declared != language:
            known = self._declared[speaker] = DeclaredLanguage(language)
        return known

    def released(self) -> None:
        """A stream was closed; only for `WhisperStream`."""
        self._streams -= 1


class WhisperStream:
    """A speaker's sound since the last cut, however many utterances; each look recognises all of it."""

    def __init__(
        self, recognizer: WhisperRecognizer, options: HearingOptions, first_sample: int, context: str
    ) -> None:
        self._recognizer, self._options = recognizer, options
        hints = ", ".join(options.hints)[:_LONGEST_HINTS]
        self._before = f"{hints}. {context}" if hints else context
        self._first = self._end = self._stretch = first_sample
        self._asked_at = 0
        """How long the present stretch of speech was when its language was last looked at."""
        self._pieces: list[Pcm] = []
        self._last: tuple[Word, ...] = ()
        self._language = ""
        self._closed = False

    def begin(self, sample: int) -> None:
        """What is said from here on may be in another language."""
        self._stretch, self._asked_at = sample, 0

    async def accept(self, pcm: Pcm) -> None:
        """Keeps the sound, the newest 30 s of it. Raises EngineError."""
        self._check()
        if pcm.ndim != 1 or pcm.dtype != np.int16:
            raise EngineError(f"expected 16-bit mono sound, got {pcm.dtype} {pcm.shape}")
        self._pieces.append(pcm)
        self._end += len(pcm)
        if self._end - self._first > LONGEST_SAMPLES:
            self._forget_before(self._end - LONGEST_SAMPLES)

    async def hypothesis(self, *, final: bool = False, hurried: bool = False) -> Hypothesis:
        """Recognises the sound since the last cut. Raises EngineOverloaded, EngineError."""
        self._check()
        heard_to = self._end
        language = await self._speaks(final=final)
        if self._language and base(language) != base(self._language):
            self._before = ""
            self._forget_before(max(self._first, min(self._stretch, heard_to)))
        first, pcm = self._first, self._sound()
        piece = Piece(
            pcm, first, base(language), self._before,
            final=final, hurried=hurried, expected=text_of(self._last, language),
        )  # fmt: skip
        reading = await self._recognizer.read(piece)
        self._language = language
        words = in_one_script(reading.words, language)
        if not reading.doubtful:
            self._last = words
        return Hypothesis(
            words,
            language,
            heard_to,
            doubtful=reading.doubtful,
            dropped=reading.dropped,
            speaks=await self._speaks_instead() if final else "",
        )

    def cut(self, sample: int, committed: str) -> None:
        """Forgets the sound before `sample`; the words in it become the prompt."""
        if self._closed or sample <= self._first:
            return
        gone = [word for word in self._last if (word.first_sample + word.end_sample) // 2 < sample]
        text = text_of(gone, self._language)
        self._before = f"{self._before} {text}"[-_LONGEST_CONTEXT:] if committed else ""
        self._last = self._last[len(gone) :]
        self._forget_before(min(sample, self._end))

    async def close(self) -> None:
        """Gives back the stream's place."""
        if not self._closed:
            self._closed = True
            self._pieces = []
            self._recognizer.released()

    async def _speaks_instead(self) -> str:
        """What is spoken in the stretch of speech that ends here instead of the declared language; or nothing."""
        sound = self._stretch_sound()
        declared = self._options.language
        if declared is None or not self._recognizer.multilingual or len(sound) < CHECKED_AFTER_SAMPLES:
            return ""
        check = self._recognizer.declared(self._options.speaker, declared)
        if not check.is_due():
            return ""
        try:
            reading = await self._recognizer.read(Piece(sound, self._first, "", final=True, detect=True))
        except EngineError:  # the words are there; whether the declaration fits can be asked another time
            return ""
        return check.feed(reading.languages)

    async def _speaks(self, *, final: bool) -> str:
        """The speaker's language; asks the model once for each stretch of speech that is long enough to tell."""
        if self._options.language is not None:
            return self._options.language
        if not self._recognizer.multilingual:
            return self._recognizer.info.languages[0]
        lock = self._recognizer.lock(self._options)
        sound = self._stretch_sound()
        if lock.locked and not self._is_due(len(sound), final=final):
            return lock.locked
        return await self._detected(lock, sound, final=final)

    async def _detected(self, lock: LanguageLock, sound: Pcm, *, final: bool) -> str:
        """What the model hears of the stretch, weighed against what was heard before."""
        self._asked_at = len(sound)
        reading = await self._recognizer.read(Piece(sound, self._first, "", final=final, detect=True))
        if reading.languages:
            decided = final or len(sound) >= DECIDED_AFTER_SAMPLES
            return lock.feed(reading.languages, samples=len(sound), final=decided)
        known: Sequence[str] = self._options.allowed_languages or self._recognizer.info.languages
        return lock.locked or self._language or known[0]  # too little sound to tell

    def _is_due(self, samples: int, *, final: bool) -> bool:
        """Twice for each stretch of speech: soon, so that no word of another language is committed, and when sure."""
        if self._asked_at >= DECIDED_AFTER_SAMPLES or samples < SURE_AFTER_SAMPLES:
            return False
        return not self._asked_at or samples >= DECIDED_AFTER_SAMPLES or final

    def _stretch_sound(self) -> Pcm:
        """What is still held of the present stretch of speech."""
        return self._sound()[max(0, self._stretch - self._first) :]

    def _sound(self) -> Pcm:
        self._pieces = [np.concatenate(self._pieces)] if self._pieces else [np.zeros(0, np.int16)]
        return self._pieces[0]

    def _forget_before(self, sample: int) -> None:
        self._pieces = [self._sound()[sample - self._first :]]
        self._first = sample

    def _check(self) -> None:
        if self._closed:
            raise EngineError("the utterance is over")
