"""The real readings that come with the project, and what is said in them; see data/README.md."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from demo.scripts import PRESIDENT
from demo.talk import RATE_HZ, load_recording, resampled
from pipeline.audio import HEARING_RATE_HZ, Pcm

DIRECTORY: Final = Path(__file__).parent / "data"

AUSTEN: Final = {
    "austen-0870": "and mister john dashwood had then leisure to consider how much there might be prudently in his "
    "power to do for them",
    "austen-0880": "he was not an ill disposed young man",
    "austen-0890": "unless to be rather cold hearted and rather selfish is to be ill disposed",
    "austen-0920": "had he married a more amiable woman he might have been made still more respectable than he was",
    "austen-0930": "he might even have been made amiable himself",
}

CARDS: Final = {
    "cards-001": "ten of clubs",
    "cards-002": "four queen of clubs",
    "cards-003": "seven of clubs",
    "cards-004": "five five",
    "cards-005": "eight of spades four of clubs seven of hearts",
}


def sound(name: str) -> Pcm:
    """One of them at `HEARING_RATE_HZ`."""
    return _read(DIRECTORY / f"{name}.flac")


def kennedy() -> Pcm:
    """The speech that the demo has too, at `HEARING_RATE_HZ`."""
    return _read(PRESIDENT)


def _read(path: Path) -> Pcm:
    return resampled(load_recording(path), RATE_HZ, HEARING_RATE_HZ)
