"""What is said in the demo: a recording of the operator's, or a talk that Debian's flite speaks at set-up."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soxr

from config.cache import cache_directory
from pipeline.audio import AudioError, Pcm
from pipeline.recordings.decoding import TooMuchSound, decode

RATE_HZ = 48_000
"""What speakers publish, as browsers do."""

SPEECH_LIMIT_S = 60.0

LONGEST_TALK_S = 4 * 3600.0


class TalkError(Exception):
    """The talk cannot be played; says why."""


@dataclass(frozen=True, slots=True)
class SpokenLine:
    """Something said in one breath, and the pause behind it."""

    text: str
    pause_s: float = 0.6


TALK = (
    SpokenLine("Good morning everybody, and welcome to our meeting.", 0.7),
    SpokenLine("I work with the people who are building the new water system.", 0.7),
    SpokenLine("This morning I want to talk about three important questions.", 0.7),
    SpokenLine("First, we will see what we have done in the last year.", 0.6),
    SpokenLine("Second, I will explain the problems that we found in the city.", 0.6),
    SpokenLine("And third, we have to decide what we want to do with the money.", 0.8),
    SpokenLine("Last year we opened four new stations in the north of the country.", 0.6),
    SpokenLine("More than two thousand families have clean water in their houses now.", 0.8),
    SpokenLine("The work was difficult because the winter was very cold.", 0.6),
    SpokenLine("Many roads were closed, and the machines could not arrive at the river.", 0.6),
    SpokenLine("We waited three months.", 0.7),
    SpokenLine("But the people in the villages helped us every day.", 0.6),
    SpokenLine("They gave us food, and they showed us the old roads in the mountains.", 0.7),
    SpokenLine("I think that this is the most important part of the story.", 0.6),
    SpokenLine("We cannot do this work without their help.", 0.8),
    SpokenLine("Now we want to write a plan for the schools.", 0.6),
    SpokenLine("The schools need water, and the children have a right to a safe place.", 0.7),
    SpokenLine("I hope that you can help us.", 0.6),
    SpokenLine("Thank you for your time.", 0.5),
)
"""About 75 seconds of plain words that a small recogniser knows."""

INTERRUPTION = SpokenLine("Excuse me, I have a question. How much money do we need for the schools?")
INTERRUPTION_AT = 0.55
"""When the second speaker begins, as a share of the talk."""


def default_talk(voice: str = "rms") -> tuple[Pcm, Pcm]:
    """The talk and the interruption as sound at `RATE_HZ`, made once and kept in the cache.

    Raises:
        TalkError: flite is missing or failed.
    """
    other = "rms" if voice == "awb" else "awb"
    pieces = []
    for line in TALK:
        pieces += [speak(line.text, voice), np.zeros(int(line.pause_s * RATE_HZ), np.int16)]
    return np.concatenate(pieces), speak(INTERRUPTION.text, other)


def speak(text: str, voice: str) -> Pcm:
    """Has flite speak `text`; the result is kept in the cache."""
    name = hashlib.sha256(f"{voice}\n{text}".encode()).hexdigest()[:20]
    path = cache_directory() / "talks" / f"{name}.wav"
    if not path.exists():
        program = shutil.which("flite")
        if program is None:
            raise TalkError("flite is not installed: apt-get install flite")
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        command = [program, "-voice", voice, "-t", text, "-o", str(part)]
        done = subprocess.run(command, capture_output=True, timeout=SPEECH_LIMIT_S, check=False)
        if done.returncode != 0 or not part.exists():
            raise TalkError(f"flite failed: {done.stderr.decode(errors='replace').strip()[:200]}")
        part.rename(path)
    return load_recording(path)


def load_recording(path: Path, tell: Callable[[str], None] | None = None) -> Pcm:
    """Reads any common recording as mono sound at `RATE_HZ`.

    Args:
        tell: gets a line about each thing that is wrong with it or missing; None prints to standard error.

    Raises:
        TalkError: the file is missing, is no recording, is too long, or holds no sound.
    """
    tell = tell or _print_to_stderr
    try:
        recording = decode(path.read_bytes(), rate_hz=RATE_HZ, max_s=LONGEST_TALK_S)
    except OSError as error:
        raise TalkError(f"cannot read {path}: {error.strerror or error}") from error
    except AudioError as error:
        raise TalkError(f"{path} is not a recording that can be read: {error}") from error
    except TooMuchSound as error:
        raise TalkError(f"{path} is longer than {LONGEST_TALK_S / 3600:g} hours") from error
    if len(recording.pcm) < RATE_HZ // 10:
        raise TalkError(f"{path} holds less than a tenth of a second of sound")
    for flaw in recording.flaws:
        tell(f"{path.name} at {flaw.at_s:.1f} s: {flaw.message}")
    return recording.pcm


def _print_to_stderr(line: str) -> None:
    print(line, file=sys.stderr)


def resampled(pcm: Pcm, source_hz: int, target_hz: int) -> Pcm:
    """The same sound at another rate."""
    return np.asarray(soxr.resample(pcm, source_hz, target_hz), np.int16)
