"""One utterance in a PocketSphinx decoder: what was said so far, how sure that is, and a bounded memory.

Runs in a decoder process (`process`), where there is nothing but this and PocketSphinx.
"""

from __future__ import annotations

import itertools
import re
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, Final

FRAME_SAMPLES: Final = 160
_BYTES: Final = 2
_BLOCK: Final = 10 * FRAME_SAMPLES * _BYTES

DECODER_OPTIONS: Final[dict[str, Any]] = {
    # Chosen on flite's voices (docs of the options: `pocketsphinx.Config.describe`): wider beams and a heavier
    # language model than the defaults make the running guess better, a short look-ahead makes it sooner.
    "lw": 8.0,
    "beam": 1e-60,
    "pbeam": 1e-60,
    "wbeam": 7e-35,
    "pl_window": 2,
    "maxwpf": 10,
    "maxhmmpf": 5000,
    "fwdflat": False,  # a second pass over everything at the end: 100 ms for words that are committed by then
    "bestpath": True,
    "loglevel": "FATAL",
}

_USUAL_MEAN: Final = "40,3,-1"
_SETTLED_FRAMES: Final = 30
"""A word that has looked the same for so long seldom changes: word errors of what is committed fall from 19 %
(two looks 100 ms apart) to 5 %, which is what the best guess at the end of the utterance has."""

_CHAPTER_FRAMES: Final = 800
"""After so long the next pause within the utterance begins a new chapter."""
_LONGEST_CHAPTER_FRAMES: Final = 2000
"""After so long one begins without a pause."""
_PAUSE_FRAMES: Final = 25
_LEARNING_FRAMES: Final = (80, 200)
"""After so much of an unknown voice all of it is decoded again with the cepstral mean learnt until then, some
0.4 s of work in all: PocketSphinx itself uses what it learns only from the next utterance on, and slowly. Word
errors of what is committed of a first utterance: 15 % without, 10 % with it."""
_PRIOR_FRAMES: Final = 50
"""The usual mean counts as so much sound beside what was heard."""
_DECODER_PRIOR_FRAMES: Final = 500
"""As so much it counts for PocketSphinx itself (CMN_WIN in its `cmn.h`)."""
_LONGEST_LESSON_FRAMES: Final = 790
"""Later PocketSphinx begins to forget (CMN_WIN_HWM), and its own mean is good."""
_KEPT_BYTES: Final = 1000 * FRAME_SAMPLES * _BYTES
"""Sound that is kept to be heard again by a new chapter."""

_HISS: Final = struct.pack(f"<{_BLOCK // 2}h", *(Random(1).choices((-2, -1, 0, 1, 2), k=_BLOCK // 2)))
"""A quiet room in place of digital silence."""
_VARIANT: Final = re.compile(r"\(\d+\)$")
_SUNG: Final = frozenset(
    (
        *(
            "a",
            "ah",
            "ahh",
            "aah",
            "are",
            "aw",
            "eh",
            "er",
            "erm",
            "for",
            "ha",
            "hah",
            "her",
            "hm",
            "hmm",
            "huh",
        ),
        *("mm", "oh", "ooh", "or", "uh", "um", "you're", "your"),
    )
)
"""What melodies are mistaken for. Nobody says only these; an "oh" alone needs no translation."""
_LONGEST_PHONE_FRAMES: Final = 40
_SLACK_FRAMES: Final = 30
_SLOWEST_FRAMES_PER_PHONE: Final = 13


@dataclass(frozen=True, slots=True)
class DecodedWord:
    """A word as the decoder has it; positions in samples of the speaker's stream."""

    entry: str
    """As in the dictionary, with the number of its pronunciation: "to(2)"."""
    first: int
    end: int

    @property
    def text(self) -> str:
        return _VARIANT.sub("", self.entry)


@dataclass(frozen=True, slots=True)
class DecodedSpeech:
    """What the utterance is taken to say since the last cut."""

    words: tuple[DecodedWord, ...]
    heard_to: int
    settled_to: int
    """Words that end behind it may still change."""


class UtteranceDecoder:
    """Feeds a decoder piece by piece; a look costs no decoding.

    A long utterance is decoded in chapters, each an utterance to PocketSphinx, so that the cost of a look and
    the memory stay bounded. A chapter ends at a pause, else behind a settled word; what follows it is decoded
    again by the next one, less than a second as a rule.

    Args:
        decoder: a `pocketsphinx.Decoder` that is not within an utterance.
    """

    def __init__(self, decoder: Any) -> None:
        self._decoder = decoder
        self._phones = _PhoneCounter(decoder.lookup_word)
        self._running = False
        self._chapter_first = 0
        self._heard_to = 0
        self._cut = 0
        self._sound = bytearray()
        self._frozen: list[DecodedWord] = []
        self._same_since: list[tuple[str, int]] = []
        self._lessons: list[int] = []
        self._unknown = False
        self._mean = _USUAL_MEAN
        """With which the running chapter began, as long as the voice is unknown."""

    @property
    def running(self) -> bool:
        return self._running

    def start(self, first_sample: int, cepstral_mean: str) -> None:
        """Begins an utterance; `cepstral_mean` is what is known of the voice, or empty."""
        self.stop()
        self._unknown = not cepstral_mean
        self._mean = cepstral_mean or _USUAL_MEAN
        self._decoder.set_cmn(self._mean)
        self._lessons = [] if cepstral_mean else list(_LEARNING_FRAMES)
        self._same_since = []
        self._frozen, self._sound, self._cut = [], bytearray(), first_sample
        self._heard_to = first_sample
        self._open_chapter(first_sample)

    def stop(self) -> str:
        """Ends the utterance if there is one; what it taught of the voice, empty for too little."""
        if self._running:
            self._running = False
            self._decoder.end_utt()
        if len(self._lessons) == len(_LEARNING_FRAMES):
            return ""
        mean = str(self._decoder.get_cmn(False))
        return _learnt(self._mean, mean, self._chapter_frames) if self._unknown else mean

    def accept(self, pcm: bytes) -> None:
        """Decodes the next piece of sound, 16-bit little-endian."""
        for at in range(0, len(pcm), _BLOCK):
            block = pcm[at : at + _BLOCK]
            if not any(block):  # all models match digital silence alike, which makes it slow
                block = _HISS[: len(block)]
            self._decoder.process_raw(block, False, False)
            self._heard_to += len(block) // _BYTES
            self._sound += block
            del self._sound[: max(0, len(self._sound) - _KEPT_BYTES)]
            if self._lessons and self._chapter_frames >= self._lessons[0]:
                del self._lessons[0]
                self._learn()
            if self._chapter_frames > 2 * _LONGEST_CHAPTER_FRAMES:
                self.look()

    def cut(self, sample: int) -> None:
        """Leaves out words before `sample` from now on."""
        self._cut = max(self._cut, sample)
        self._frozen = [word for word in self._frozen if word.end > self._cut]

    def look(self, *, final: bool = False) -> DecodedSpeech:
        """What has been said so far; `final` ends the utterance and takes the best path through all guesses."""
        chapter = self._chapter()
        if final:
            chapter = self._ended() or chapter
        words = [word for word in (*self._frozen, *_words(chapter)) if word.end > self._cut]
        settled_to = self._heard_to if final else self._settled(_words(chapter))
        if not final:
            self._maybe_turn_page(chapter, settled_to)
        return DecodedSpeech(tuple(self._plausible(words)), self._heard_to, settled_to)

    def _ended(self) -> list[DecodedWord]:
        """The last chapter, once there is nothing more to hear; empty where it had ended already."""
        if not self._running:
            return []
        if self._lessons:  # so short that hearing it again takes no time
            self._learn()
        self._running = False
        self._decoder.end_utt()
        return self._chapter()

    @property
    def _chapter_frames(self) -> int:
        return (self._heard_to - self._chapter_first) // FRAME_SAMPLES

    def _open_chapter(self, first_sample: int) -> None:
        self._chapter_first = first_sample
        self._decoder.start_utt()
        self._running = True

    def _chapter(self) -> list[DecodedWord]:
        """Words and fillers of the running chapter."""
        found = []
        for segment in self._decoder.seg() or ():
            first = self._chapter_first + segment.start_frame * FRAME_SAMPLES
            end = self._chapter_first + (segment.end_frame + 1) * FRAME_SAMPLES
            found.append(DecodedWord(segment.word, first, min(end, self._heard_to)))
        return found

    def _settled(self, words: Sequence[DecodedWord]) -> int:
        """Where the last word ends that, with all before it, has looked the same for long enough."""
        same = self._same_as_before(words)
        now = self._heard_to
        self._same_since = self._same_since[:same] + [(word.text, now) for word in words[same:]]
        settled_to = self._frozen[-1].end if self._frozen else self._chapter_first
        for (_, since), word in zip(self._same_since, words, strict=True):
            if now - since < _SETTLED_FRAMES * FRAME_SAMPLES:
                break
            settled_to = word.end
        return settled_to

    def _same_as_before(self, words: Sequence[DecodedWord]) -> int:
        """How many words are the ones of the last look."""
        pairs = zip(self._same_since, words, strict=False)
        return sum(1 for _ in itertools.takewhile(lambda pair: pair[0][0] == pair[1].text, pairs))

    def _maybe_turn_page(self, chapter: Sequence[DecodedWord], settled_to: int) -> None:
        boundary = self._page_end(chapter, settled_to)
        if boundary is None:
            return
        self._frozen += [word for word in _words(chapter) if word.end <= boundary]
        self._same_since = []
        self._unknown = False
        self._decode_again(boundary)

    def _learn(self) -> None:
        """Decodes the chapter again with the mean of what was heard of it."""
        self._mean = _learnt(self._mean, str(self._decoder.get_cmn(True)), self._chapter_frames)
        self._decode_again(self._chapter_first, mean=self._mean)

    def _decode_again(self, first_sample: int, *, mean: str = "") -> None:
        """Begins a new chapter at `first_sample`; what follows it is heard again."""
        self._decoder.end_utt()
        if mean:
            self._decoder.set_cmn(mean)
        behind = (self._heard_to - first_sample) * _BYTES
        again = bytes(self._sound[len(self._sound) - behind :])
        self._open_chapter(first_sample)
        for at in range(0, len(again), _BLOCK):  # in one piece it would teach nothing of the voice
            self._decoder.process_raw(again[at : at + _BLOCK], False, False)

    def _page_end(self, chapter: Sequence[DecodedWord], settled_to: int) -> int | None:
        """Where the next chapter should begin, if it should now."""
        if self._chapter_frames <= _CHAPTER_FRAMES:
            return None
        pause = _start_of_pause(chapter, self._heard_to)
        if pause is None and self._chapter_frames > _LONGEST_CHAPTER_FRAMES:
            return max(settled_to, self._heard_to - len(self._sound) // _BYTES)
        return pause

    def _plausible(self, words: Sequence[DecodedWord]) -> list[DecodedWord]:
        """Takes out what noise and music are mistaken for.

        Speech has 7 to 11 frames a phone. Steady noise comes out as one word of many seconds, melodies as "ah"
        and other short words that are sung: 20 frames a phone and more.
        """
        real = [word for word in words if self._is_as_long_as_said(word)]
        if all(word.text in _SUNG for word in real):
            return []
        frames = sum(word.end - word.first for word in real) // FRAME_SAMPLES
        phones = sum(self._phones.count(word.entry) for word in real)
        return real if frames - _SLACK_FRAMES <= _SLOWEST_FRAMES_PER_PHONE * phones else []

    def _is_as_long_as_said(self, word: DecodedWord) -> bool:
        frames = (word.end - word.first) // FRAME_SAMPLES
        return frames <= _SLACK_FRAMES + _LONGEST_PHONE_FRAMES * self._phones.count(word.entry)


class _PhoneCounter:
    def __init__(self, lookup: Callable[[str], str | None]) -> None:
        self._lookup = lookup
        self._counts: dict[str, int] = {}  # bounded by the dictionary

    def count(self, entry: str) -> int:
        if entry not in self._counts:
            self._counts[entry] = len((self._lookup(entry) or "?").split())
        return self._counts[entry]


def _learnt(before: str, after: str, frames: int) -> str:
    """The cepstral mean of a chapter, from what PocketSphinx makes of it.

    Args:
        before: the mean at its start.
        after: PocketSphinx's at its end: `before` counted as 500 frames, and the chapter's own.
        frames: how long it was.
    """
    if not 0 < frames <= _LONGEST_LESSON_FRAMES:
        return after
    weights = frames / (frames + _PRIOR_FRAMES), _PRIOR_FRAMES / (frames + _PRIOR_FRAMES)
    old, usual = _numbers(before), _numbers(_USUAL_MEAN)
    mean = []
    for at, value in enumerate(_numbers(after)):
        start = old[at] if at < len(old) else 0.0
        own = value + (value - start) * _DECODER_PRIOR_FRAMES / frames
        mean.append(own * weights[0] + (usual[at] if at < len(usual) else 0.0) * weights[1])
    return ",".join(f"{value:.3f}" for value in mean)


def _numbers(mean: str) -> list[float]:
    return [float(value) for value in mean.split(",")]


def _words(chapter: Sequence[DecodedWord]) -> list[DecodedWord]:
    """Without fillers: <s>, <sil>, [NOISE]."""
    return [word for word in chapter if word.entry[0] not in "<[+"]


def _start_of_pause(chapter: Sequence[DecodedWord], heard_to: int) -> int | None:
    """A place in the silence at the end of the chapter, where nothing of a word is lost; None without one."""
    pause_from = heard_to
    for word in reversed(chapter):
        if word.entry[0] not in "<[+":
            break
        pause_from = word.first
    if heard_to - pause_from < _PAUSE_FRAMES * FRAME_SAMPLES:
        return None
    return pause_from + _PAUSE_FRAMES // 2 * FRAME_SAMPLES
