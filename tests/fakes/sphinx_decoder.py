"""Stands in for `pocketsphinx.Decoder`: its hypothesis is what the test wrote, in frames of the utterance."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ScriptedSegment:
    """A word or filler as PocketSphinx reports it."""

    word: str
    start_frame: int
    end_frame: int


Script = Callable[[int, int], Sequence[ScriptedSegment]]
"""From the number of the utterance (1, 2…) and the frames it has heard to its words."""


class ScriptedDecoder:
    """Knows each letter as a phone; notes how many utterances it was asked for."""

    def __init__(self, script: Script) -> None:
        self._script = script
        self.utterances = 0
        self.running = False
        self.frames: list[int] = []
        """Heard in each utterance."""
        self.mean = "40,3,-1"

    def start_utt(self) -> None:
        assert not self.running
        self.running = True
        self.utterances += 1
        self.frames.append(0)

    def end_utt(self) -> None:
        assert self.running
        self.running = False

    def process_raw(self, pcm: bytes, no_search: bool, full_utt: bool) -> None:
        assert self.running
        self.frames[-1] += len(pcm) // 320

    def seg(self) -> Sequence[ScriptedSegment]:
        return self._script(self.utterances, self.frames[-1])

    def lookup_word(self, word: str) -> str | None:
        return " ".join(word.partition("(")[0])

    def set_cmn(self, mean: str) -> None:
        self.mean = mean

    def get_cmn(self, update: bool) -> str:
        return self.mean
