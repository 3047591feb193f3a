"""What the pipeline asks of its engines, and nothing more.

An adapter behind one of these protocols is the only place that knows its library: its types, its
threads, its errors. All positions are samples at `pipeline.audio.HEARING_RATE_HZ`.

    EngineError
    ├── EngineMissing      library, program, model or data is not there; says how to get it
    ├── UnknownLanguage    asked for a language that the engine does not have
    ├── UnknownVoice       asked for a voice that the engine does not have, or for one that cannot be made
    ├── TooLittleSpeech    there is too little speech in the sound to measure a voice
    └── EngineOverloaded   too much is waiting; try again after `retry_after_s`
"""

from __future__ import annotations

import itertools
from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from pipeline.audio import Pcm
from pipeline.events import Word
from pipeline.text.glossary import Glossary


class EngineError(Exception):
    """An engine could not do this piece of work; the next piece may still succeed."""


class EngineMissing(EngineError):
    """The engine's library, program, model or data is not installed; the message says what to do."""


class UnknownLanguage(EngineError):
    """The engine does not have this language, or this pair of languages."""

    def __init__(self, asked: str, known: Sequence[str]) -> None:
        super().__init__(f"{asked} is not available; available: {', '.join(known) or 'none'}")
        self.asked = asked
        self.known = tuple(known)


class UnknownVoice(EngineError):
    """The engine has no such voice, or cannot make it; the message says why."""


class TooLittleSpeech(EngineError):
    """There is too little speech in the sound to measure a voice."""

    def __init__(self, speech_s: float, least_s: float) -> None:
        super().__init__(
            f"there are {speech_s:.1f} s of speech in the sound; at least {least_s:g} s are needed"
        )
        self.speech_s = speech_s
        self.least_s = least_s


class EngineOverloaded(EngineError):
    """The engine has more work waiting than it takes; `reason` says more where more is known."""

    def __init__(self, what: str, retry_after_s: float, reason: str = "") -> None:
        because = f": {reason}" if reason else ""
        super().__init__(f"{what} is overloaded{because}, try again in {retry_after_s:g} s")
        self.retry_after_s = retry_after_s


@dataclass(frozen=True, slots=True)
class EngineInfo:
    """What an engine says of itself."""

    name: str
    """As it is written in settings, e.g. "pocketsphinx"."""
    code_licence: str
    """SPDX identifier."""
    weights_licence: str
    """SPDX identifier, "none" for engines without weights, "per model" where each model has its own."""
    commercial_use: bool
    """Whether the weights may be used commercially; engines that may not need an explicit setting."""
    downloads: bool
    """Whether it needs files from the network before its first use."""
    languages: tuple[str, ...]
    """BCP 47 codes, sorted; for translators every language that it reads or writes."""
    uses_context: bool = False
    """For translators: whether `TranslationRequest.context` changes the result."""
    uses_sound: bool = False
    """For translators: whether `TranslationRequest.sound` is worth sending."""
    look_interval_s: float = 0.05
    """For recognisers: how much new sound is worth another look."""
    listens_on: bool = False
    """For recognisers: whether a stream goes on after a final look, with the sound before it as context."""


def joined_info(infos: Sequence[EngineInfo]) -> EngineInfo:
    """What several engines are together: no freer than the least free of them."""
    return EngineInfo(
        name="+".join(info.name for info in infos),
        code_licence=_both(info.code_licence for info in infos),
        weights_licence=_both(info.weights_licence for info in infos),
        commercial_use=all(info.commercial_use for info in infos),
        downloads=any(info.downloads for info in infos),
        languages=tuple(sorted(set(itertools.chain.from_iterable(info.languages for info in infos)))),
        uses_context=any(info.uses_context for info in infos),
        uses_sound=any(info.uses_sound for info in infos),
    )


def _both(licences: Iterable[str]) -> str:
    return " AND ".join(dict.fromkeys(licences))


# --- recognition -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """What a recogniser takes the audio since the last cut to say."""

    words: tuple[Word, ...]
    language: str
    heard_to: int
    """How far it had listened."""
    settled_to: int | None = None
    """Words that end behind it may still change, even where two looks agree; None: the engine cannot tell."""
    doubtful: bool = False
    """The engine does not believe what it has found itself; the look counts for nothing."""
    dropped: str = ""
    """Why the engine left out what it took to be speech; empty: it left out nothing."""
    speaks: str = ""
    """BCP 47, on final looks: what the speaker seems to speak instead of the language that they have declared."""


class RecognitionStream(Protocol):
    """One utterance of one speaker, or several where the engine listens on. Not safe for concurrent calls."""

    def begin(self, sample: int) -> None:
        """A stretch of speech begins here; what came before was another one, or silence."""
        ...

    async def accept(self, pcm: Pcm) -> None:
        """Takes the next piece of sound. Raises EngineError."""
        ...

    async def hypothesis(self, *, final: bool = False, hurried: bool = False) -> Hypothesis:
        """Recognises everything accepted since the last cut.

        `final` says that the utterance is over: the engine may then take a better, slower look, unless it is
        `hurried` because more sound waits. Nothing is accepted after it, unless the engine listens on.
        Raises EngineError.
        """
        ...

    def cut(self, sample: int, committed: str) -> None:
        """Allows the engine to forget everything before `sample`; `committed` is the text so far.

        Later hypotheses may leave those words out, or repeat them: their positions tell.
        """
        ...

    async def close(self) -> None:
        """Gives back what the stream holds. Safe to call twice, and in the middle of an utterance."""
        ...


def _never() -> bool:
    return False


@dataclass(frozen=True, slots=True)
class HearingOptions:
    """What is known about a speaker before they speak, and how closely they are to be followed."""

    speaker: str
    """Streams of the same speaker may share what was learnt about the voice."""
    language: str | None
    """None: to be detected once, among `allowed_languages`, then kept."""
    allowed_languages: tuple[str, ...] = ()
    """What the room expects; empty for anything the engine knows."""
    hints: tuple[str, ...] = ()
    """Names and terms of the glossary, to be preferred in recognition where the engine can."""
    sparing: Callable[[], bool] = field(default=_never, compare=False, repr=False)
    """Whether, at the moment, words are to be looked at no more often than committing them needs."""
    trace: Callable[[], str] = field(default=str, compare=False, repr=False)
    """The `traceparent` that the next utterance is part of; empty where it is not traced."""


class Recognizer(Protocol):
    """A shared model that hands out one small stream per utterance."""

    info: EngineInfo

    async def open(
        self, options: HearingOptions, *, first_sample: int, context: str = ""
    ) -> RecognitionStream:
        """Begins an utterance whose first accepted sample is `first_sample`.

        `context` is committed text of earlier utterances. Raises UnknownLanguage, EngineOverloaded, EngineError.
        """
        ...

    async def forget(self, speaker: str) -> None:
        """Drops what was kept for a speaker who left."""
        ...

    async def close(self) -> None:
        """Ends threads and processes. Streams that are still open fail with EngineError."""
        ...


class VoiceActivityDetector(Protocol):
    """Speech or not, for one stream of sound; keeps state, so one for each speaker."""

    frame_samples: int
    """How many samples each call takes, e.g. 512."""

    def probability(self, pcm: Pcm) -> float:
        """How likely the frame is speech, 0…1. Blocking, well under a millisecond."""
        ...

    def reset(self) -> None:
        """Forgets what was heard."""
        ...


# --- translation -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TranslationRequest:
    """A piece of text to translate."""

    text: str
    source: str
    target: str
    context: tuple[tuple[str, str], ...] = ()
    """Previous (source, translation) pairs, oldest first; engines without a use for it ignore it."""
    draft: bool = False
    """The text may still change: fast matters more than fine."""
    sound: Pcm | None = field(default=None, compare=False, repr=False)
    """How it was said, at `HEARING_RATE_HZ`; only for engines whose `EngineInfo.uses_sound` says so."""
    glossary: Glossary = field(default=Glossary(), repr=False)
    """The terms in the text. Engines that listen may take them as a hint; others get text without any."""
    second_opinion: bool = False
    """Whether there is room to have the sound translated as well where a translation of the text is in doubt."""
    unhurried: bool = False
    """Nobody waits for it live: what a room says goes first."""


@dataclass(frozen=True, slots=True)
class TranslationResult:
    """A translated piece of text."""

    text: str
    engine: str
    route: tuple[str, ...]
    """Languages passed, source and target included."""
    doubt: str = ""
    """What may be wrong with it, in words that do not quote it; empty for nothing."""
    score: float | None = None
    """Mean log probability of a token, 0 or less; None where the engine has none."""
    from_sound: bool = False
    """Whether it tells how this once was said, rather than what the text says whenever it is said."""


class Translator(Protocol):
    """Turns text into another language."""

    @property
    def info(self) -> EngineInfo:
        """What the engine says of itself."""
        ...

    def route(self, source: str, target: str) -> tuple[str, ...] | None:
        """The languages that a translation passes, ends included; None when there is no way."""
        ...

    async def translate(self, request: TranslationRequest) -> TranslationResult:
        """Raises UnknownLanguage, EngineOverloaded, EngineError. Stays usable after a cancelled call."""
        ...

    async def close(self) -> None:
        """Ends threads and processes."""
        ...


# --- synthesis -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Voice:
    """A way of speaking a language."""

    name: str
    """Unique within its engine, e.g. "es+f3"; several engines as one put theirs before it, e.g. "espeak:es+f3"."""
    language: str
    register: str = "neutral"
    """"low", "high" or "neutral"."""
    standby: bool = False
    """Of an engine that speaks the language only where its first one fails, or where this voice is asked for."""
    blends: bool = False
    """Whether it may be a part of a blend, see `pipeline.engines.synthesis.blends`, in whatever language."""


@dataclass(frozen=True, slots=True)
class SynthesisRequest:
    """A piece of text to speak."""

    text: str
    language: str
    voice: str
    """A `Voice.name` of that language, a blend of such (`pipeline.engines.synthesis.blends`), or "" for the engine's
    default."""
    speed: float = 1.0
    """1.0 is the engine's normal rate; 0.5…2.0."""
    extra: dict[str, str] = field(default_factory=dict)
    """Pronunciations of the glossary: written form to spoken form."""
    unhurried: bool = False
    """Nobody listens to it live: it is spoken by the voice that is asked for or by none, however long that takes, and
    what a room says goes first."""


class Synthesizer(Protocol):
    """Turns text into speech."""

    @property
    def info(self) -> EngineInfo:
        """What the engine says of itself."""
        ...

    def voices(self, language: str) -> tuple[Voice, ...]:
        """Voices of a language, the default first; empty for a language it does not speak."""
        ...

    def synthesize(self, request: SynthesisRequest) -> AsyncGenerator[Pcm, None]:
        """Speaks at `pipeline.audio.SPEAKING_RATE_HZ`, piece by piece, the first as soon as it exists.

        An async generator: closing it stops the synthesis. Raises UnknownLanguage, UnknownVoice for a blend that
        cannot be made, EngineOverloaded, EngineError.
        """
        ...

    async def close(self) -> None:
        """Ends threads and processes."""
        ...


# --- speakers --------------------------------------------------------------------------------------------

SpeakerEmbedding = NDArray[np.float32]
"""Where a voice lies among all voices: (256,), of length 1. The cosine similarity of two is their product."""


@dataclass(frozen=True, slots=True)
class SpeakerTraits:
    """What is measured of a voice."""

    embedding: SpeakerEmbedding
    speech_s: float
    """How much of the sound was speech."""
    pitch_hz: float
    """Median fundamental frequency of the voiced frames; 0 where none is."""
    brightness_hz: float
    """Mean spectral centroid of the voiced frames."""


class SpeakerEncoder(Protocol):
    """Measures voices."""

    @property
    def info(self) -> EngineInfo:
        """What the engine says of itself."""
        ...

    async def describe(self, pcm: Pcm) -> SpeakerTraits:
        """Measures the one voice in a piece of sound at `HEARING_RATE_HZ`.

        Raises TooLittleSpeech, EngineOverloaded, EngineError.
        """
        ...

    async def close(self) -> None:
        """Ends threads and processes."""
        ...


@dataclass(frozen=True, slots=True)
class Resemblance:
    """A voice of a synthesiser that lies nearer to somebody's than those that it has by name. Nothing is cloned."""

    voice: str
    """What `SynthesisRequest.voice` takes; it holds all that is needed, nothing is kept for it."""
    language: str
    before: float
    """Cosine similarity of the nearest voice that has a name, measured on a sentence that the search did not use."""
    after: float
    """That of this one, on the same sentence; no less than `before`."""
    nearest: str
    """The name of that nearest voice; `voice` is the same where nothing nearer was found."""


class VoiceMatcher(Protocol):
    """Finds voices that resemble somebody's."""

    @property
    def languages(self) -> tuple[str, ...]:
        """BCP 47 codes of the languages that it has voices in, sorted."""
        ...

    async def resembling(
        self, wanted: SpeakerTraits, language: str, progress: Callable[[float], None] | None = None
    ) -> Resemblance:
        """Searches for the voice of a language that lies nearest; takes some tens of seconds.

        Args:
            progress: told 0…1.

        Raises:
            UnknownLanguage, EngineOverloaded, EngineError: as the names say.
        """
        ...

    async def close(self) -> None:
        """Ends searches that are under way; they fail with EngineError."""
        ...
