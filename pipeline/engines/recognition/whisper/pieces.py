"""What Whisper is asked to read, how it is to read it, and what it answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, field
from typing import Final

from pipeline.audio import HEARING_RATE_HZ, Pcm
from pipeline.engines.recognition.whisper.encoding import FULL_WINDOW_S
from pipeline.events import Word

LONGEST_SAMPLES: Final = FULL_WINDOW_S * HEARING_RATE_HZ


@dataclass(frozen=True, slots=True, kw_only=True)
class Tuning:
    """How the decoder is used."""

    floor_s: float = 8.0
    """The encoder's window is never shorter: stock weights degrade below it."""
    margin_s: float = 2.0
    """So much silence follows the sound in a window that is cut."""
    step_s: float = 4.0
    """Windows grow in such steps, so that pieces of similar length share a batch."""
    short_s: float = 3.0
    """The last look at less sound than this takes the full window: short answers come out wrong in any other."""
    short_english_s: float = 1.0
    """The same for translating, where a word more or less says as much."""
    retry_s: float = 8.0
    """So much longer is the window of a second attempt."""
    beam: int = 1
    final_beam: int = 5
    tokens_per_s: float = 10.0
    """No language is spoken in more; what is longer was invented."""
    spare_tokens: int = 12
    no_speech: float = 0.6
    unlikely: float = -1.0
    """Mean log probability below which "no speech" is believed."""
    hopeless: float = -1.2
    """Mean log probability below which nothing is believed: noise gives less, speech far more."""
    hopeless_short: float = -1.7
    """The same for texts of at most `short_tokens` where the model hears speech."""
    short_tokens: int = 6
    surely_speech: float = 0.4
    """Below this probability of "no speech" the model hears speech: what it cannot write down is told."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of one speaker's sound to recognise."""

    pcm: Pcm
    """At most `LONGEST_SAMPLES`."""
    first_sample: int
    language: str
    """One of Whisper's codes; empty: detect it and recognise nothing."""
    prompt: str = ""
    """What was said before; for a piece that becomes English, terms that may come, in English."""
    _: KW_ONLY
    final: bool = False
    hurried: bool = False
    """Whether a last look is to be no slower than others: no full window, no beams."""
    detect: bool = False
    """Report what the language may be, beside the words."""
    expected: str = ""
    """What the look before has written of this sound, as it is checked sooner than written."""
    into_english: bool = False
    """Write it in English instead, as text without places: `Reading.text`."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a piece is taken to say."""

    words: tuple[Word, ...] = ()
    text: str = ""
    """What it says in English, for pieces that ask for it."""
    languages: Mapping[str, float] = field(default_factory=dict)
    """Probability of each language, where it was asked for."""
    log_probability: float = 0.0
    """Mean over the tokens."""
    retried: bool = False
    """The first window had failed, a longer one was taken."""
    doubtful: bool = False
    """The decoder looped or ran on; the words are not to be believed."""
    dropped: str = ""
    """Why words were left out that the decoder had written; empty: none were."""
