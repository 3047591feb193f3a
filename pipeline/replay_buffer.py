"""One speaker's last seconds of sound, kept for those who come back to it."""

from __future__ import annotations

from collections import deque

import numpy as np

from pipeline.audio import AudioFrame


class ReplayBuffer:
    """A ring of sound: the oldest makes room for the newest."""

    def __init__(self, capacity_samples: int) -> None:
        if capacity_samples < 1:
            raise ValueError(f"capacity must be at least 1, got {capacity_samples}")
        self._capacity = capacity_samples
        self._frames: deque[AudioFrame] = deque()
        self._samples = 0
        self.overrun_to = 0
        """The end of the last sound that had to make room."""
        self.end = 0
        """The end of the newest sound."""

    def add(self, frame: AudioFrame) -> None:
        """Appends sound. What begins before the end of the last is taken from there on."""
        if frame.first_sample < self.end:
            frame = AudioFrame(self.end, frame.pcm[self.end - frame.first_sample :])
        if not len(frame.pcm):
            return
        self._frames.append(frame)
        self._samples += len(frame.pcm)
        self.end = frame.end_sample
        while self._samples > self._capacity:
            self.overrun_to = self._drop()

    def forget_before(self, sample: int) -> None:
        """Sound that ends before `sample` is not needed any more."""
        while self._frames and self._frames[0].end_sample <= sample:
            self._drop()

    def after(self, sample: int, max_samples: int) -> AudioFrame | None:
        """The next sound from `sample` on, in one piece up to a gap or `max_samples`; None if there is none."""
        wanted: deque[AudioFrame] = deque()
        for frame in reversed(self._frames):  # what is asked for is nearly always the newest
            if frame.end_sample <= sample:
                break
            wanted.appendleft(frame)
        if not wanted:
            return None
        first = max(sample, wanted[0].first_sample)
        pieces, end = [], first
        for frame in wanted:
            if max(frame.first_sample, first) != end or end - first >= max_samples:
                break
            pieces.append(frame.pcm[end - frame.first_sample :])
            end = frame.end_sample
        return AudioFrame(first, np.concatenate(pieces)[:max_samples])

    def _drop(self) -> int:
        frame = self._frames.popleft()
        self._samples -= len(frame.pcm)
        return frame.end_sample
