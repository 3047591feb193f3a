"""Which parts of a speaker's sound are speech: a small machine without clock, fed with frames."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import Final, TypeAlias

import numpy as np

from pipeline.audio import HEARING_RATE_HZ, AudioError, AudioFrame, Pcm
from pipeline.engines.protocols import VoiceActivityDetector

_HYSTERESIS: Final = 0.15
"""Speech goes on down to this much below the threshold."""

_BRIDGED_SAMPLES: Final = HEARING_RATE_HZ // 2
"""So much lost sound is taken for silence; more ends the utterance."""

_LATE_SAMPLES: Final = 10 * HEARING_RATE_HZ
"""A frame that lies further back than this was not late: the stream began anew."""


@dataclass(frozen=True, slots=True)
class SpeechStarted:
    """Somebody speaks."""

    first_sample: int
    pcm: Pcm
    """Begins with the pre-roll, ends with the newest sound."""


@dataclass(frozen=True, slots=True)
class SpeechAudio:
    """More of the same utterance, without a gap; pauses that do not end it included."""

    first_sample: int
    pcm: Pcm


@dataclass(frozen=True, slots=True)
class SpeechEnded:
    """The pause was long enough, or sound was lost."""

    end_sample: int
    """Where the silence began."""


@dataclass(frozen=True, slots=True)
class Silence:
    """What follows a stretch of speech, without a gap, for as long as the gate remembers."""

    first_sample: int
    pcm: Pcm


GateEvent: TypeAlias = SpeechStarted | SpeechAudio | SpeechEnded | Silence


class _State(Enum):
    SILENCE = auto()
    MAYBE_SPEECH = auto()
    SPEECH = auto()


class SpeechGate:
    """Lets speech through and keeps silence back.

    Args:
        detector: its own for each gate; it keeps state.
        threshold: from this probability on a frame is speech; 0.15 below it speech is over.
        min_speech_s: shorter noises start nothing.
        min_silence_s: a pause of this length ends the utterance.
        pre_roll_s: how much sound before the first speech belongs to the utterance.
        memory_s: how much silence behind an utterance is passed on; speech that begins within it follows
            without a gap.
    """

    def __init__(
        self,
        detector: VoiceActivityDetector,
        *,
        threshold: float,
        min_speech_s: float,
        min_silence_s: float,
        pre_roll_s: float = 0.3,
        memory_s: float = 0.0,
    ) -> None:
        if not 0 < threshold < 1:
            raise ValueError(f"threshold must lie between 0 and 1, got {threshold}")
        self._detector = detector
        self._enter, self._leave = threshold, max(threshold - _HYSTERESIS, 0.01)
        self._min_speech = int(min_speech_s * HEARING_RATE_HZ)
        self._min_silence = max(1, int(min_silence_s * HEARING_RATE_HZ))
        self._pre_roll = int(pre_roll_s * HEARING_RATE_HZ)
        self._memory = int(memory_s * HEARING_RATE_HZ)
        self._started = False
        self._state: _State
        self._sound: Pcm
        """From where pre-roll may begin to the newest sample."""
        self._sound_from: int
        self._judged_to: int
        self._passed_to: int
        self._speech_from: int
        self._silent_from: int | None
        self._remembered_to: int
        self._forget(0)

    def feed(self, frame: AudioFrame) -> list[GateEvent]:
        """Takes the next piece of sound, of any length.

        A small gap counts as silence, a larger one ends the utterance; sound that was here before is left out.

        Raises:
            AudioError: not 16-bit mono.
        """
        if frame.pcm.ndim != 1 or frame.pcm.dtype != np.int16:
            raise AudioError(f"expected 16-bit mono sound, got {frame.pcm.dtype} {frame.pcm.shape}")
        events: list[GateEvent] = []
        pcm = self._aligned(frame, events)
        step = self._detector.frame_samples
        self._sound = np.concatenate([self._sound, pcm])
        while self._end - self._judged_to >= step:
            self._judge(self._between(self._judged_to, self._judged_to + step), events)
        if self._state is _State.SPEECH:
            self._pass_on(self._end, events)
        else:
            self._remember(events)
        self._trim()
        return events

    def finish(self) -> list[GateEvent]:
        """Ends the stream, and the utterance if there is one."""
        events: list[GateEvent] = []
        if self._state is _State.SPEECH:
            events.append(SpeechEnded(self._end if self._silent_from is None else self._silent_from))
        self._forget(self._end)
        return events

    @property
    def silent_from(self) -> int | None:
        """Where the silence began that may end the utterance; None while somebody speaks, or nobody does at all."""
        return self._silent_from

    @property
    def _end(self) -> int:
        return self._sound_from + len(self._sound)

    def _aligned(self, frame: AudioFrame, events: list[GateEvent]) -> Pcm:
        """What of the frame is new, with silence in front of it where a little was lost."""
        gap = frame.first_sample - self._end
        if not self._started:
            self._forget(frame.first_sample)
            gap = 0
        elif gap > _BRIDGED_SAMPLES or -gap > _LATE_SAMPLES + len(frame.pcm):
            events += self.finish()
            self._forget(frame.first_sample)
            gap = 0
        self._started = True
        if gap > 0:
            return np.concatenate([np.zeros(gap, np.int16), frame.pcm])
        return frame.pcm[-gap:] if gap else frame.pcm

    def _judge(self, pcm: Pcm, events: list[GateEvent]) -> None:
        probability = self._detector.probability(pcm)
        first = self._judged_to
        self._judged_to += len(pcm)
        if self._state is _State.SPEECH:
            self._judge_speech(probability, first, events)
            return
        if probability >= self._enter and self._state is _State.SILENCE:
            self._state, self._speech_from = _State.MAYBE_SPEECH, first
        elif probability < self._leave:
            self._state = _State.SILENCE
        if self._state is _State.MAYBE_SPEECH and self._judged_to - self._speech_from >= self._min_speech:
            self._begin_speech(events)

    def _begin_speech(self, events: list[GateEvent]) -> None:
        self._remember(events)
        self._state, self._silent_from = _State.SPEECH, None
        start = max(self._speech_from - self._pre_roll, self._passed_to, self._sound_from)
        events.append(SpeechStarted(start, self._between(start, self._judged_to)))
        self._passed_to = self._judged_to

    def _judge_speech(self, probability: float, first: int, events: list[GateEvent]) -> None:
        if probability >= self._enter:
            self._silent_from = None
        elif probability < self._leave and self._silent_from is None:
            self._silent_from = first
        if self._silent_from is not None and self._judged_to - self._silent_from >= self._min_silence:
            self._pass_on(self._judged_to, events)
            events.append(SpeechEnded(self._silent_from))
            self._remembered_to = self._judged_to + self._memory
            self._state, self._silent_from = _State.SILENCE, None

    def _remember(self, events: list[GateEvent]) -> None:
        """Passes silence on while it is remembered, up to where speech may have begun."""
        speech_from = self._speech_from if self._state is _State.MAYBE_SPEECH else self._judged_to
        end = min(speech_from, self._remembered_to)
        if end > self._passed_to:
            events.append(Silence(self._passed_to, self._between(self._passed_to, end)))
            self._passed_to = end

    def _pass_on(self, end: int, events: list[GateEvent]) -> None:
        if end > self._passed_to:
            events.append(SpeechAudio(self._passed_to, self._between(self._passed_to, end)))
            self._passed_to = end

    def _between(self, first: int, end: int) -> Pcm:
        return self._sound[first - self._sound_from : end - self._sound_from].copy()

    def _trim(self) -> None:
        """Keeps what may still become pre-roll, and what was not judged yet."""
        speech_from = self._speech_from if self._state is _State.MAYBE_SPEECH else self._judged_to
        keep_from = max(self._sound_from, min(speech_from - self._pre_roll, self._unremembered()))
        self._sound, self._sound_from = self._sound[keep_from - self._sound_from :], keep_from

    def _unremembered(self) -> int:
        """Where the sound begins that may still be passed on as silence."""
        return self._passed_to if self._passed_to < self._remembered_to else self._end

    def _forget(self, position: int) -> None:
        self._detector.reset()
        self._state = _State.SILENCE
        self._sound = np.zeros(0, np.int16)
        self._sound_from = self._judged_to = self._passed_to = self._speech_from = position
        self._silent_from = None
        self._remembered_to = position
