"""Whose words cannot be heard, as their sound is encrypted end to end and the interpreter has no key for it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from pipeline.events import Trouble
from protocol.reports import ReportCode

MEETING_ENCRYPTED = "this meeting is encrypted end to end; the interpreter has no key"
SPEAKER_ENCRYPTED = "what they say is encrypted end to end; the interpreter has no key"
MEETING_OTHER_KEY = "this meeting is encrypted with another key than the interpreter was handed"
SPEAKER_OTHER_KEY = "what they say is encrypted with another key than the interpreter was handed"

SHOWN = 30
"""So many people are named at most."""


class Earshot(Enum):
    """What an interpreter can hear of a room."""

    OPEN = auto()
    """The room was not made to be encrypted: it hears whoever is in the clear."""
    NOTHING = auto()
    """The room is encrypted, and it has no key: it listens to nobody, whatever they send."""
    SEALED = auto()
    """The room is encrypted, and it has the key."""


@dataclass(frozen=True, slots=True)
class Reach:
    """How far the interpreter's hearing reaches."""

    earshot: Earshot = Earshot.OPEN
    unreadable: frozenset[str] = frozenset()
    """Identities of those whose sound its key does not decipher."""

    def hears(self, *, encrypted: bool) -> bool:
        """Whether a track is worth listening to."""
        match self.earshot:
            case Earshot.OPEN:
                return not encrypted
            case Earshot.NOTHING:
                return False
            case Earshot.SEALED:
                return True


IN_THE_CLEAR: Final = Reach()
"""Without a key, in a room that needs none."""


@dataclass(frozen=True, slots=True)
class Encryption:
    """What of a room is encrypted."""

    speakers: tuple[str, ...] = ()
    """Identities of those who cannot be heard, in the order in which they came."""
    everybody: bool = False
    """Whether nobody can be heard of those who have something to speak into."""
    other_key: bool = False
    """Whether there is a key, and another one would be needed."""

    @property
    def reason(self) -> str:
        """Of one speaker."""
        return SPEAKER_OTHER_KEY if self.other_key else SPEAKER_ENCRYPTED

    @property
    def reason_for_all(self) -> str:
        """Of the whole meeting."""
        return MEETING_OTHER_KEY if self.other_key else MEETING_ENCRYPTED

    def said(self, name_of: Callable[[str], str]) -> str:
        """The same in words; "" where nothing is encrypted."""
        if not self.speakers:
            return ""
        if self.everybody:
            return self.reason_for_all
        more = ["…"] if len(self.speakers) > SHOWN else []
        return f"{', '.join([*map(name_of, self.speakers[:SHOWN]), *more])}: {self.reason}"


def encryption_of(speakers: Mapping[str, bool], *, other_key: bool = False) -> Encryption:
    """Args: speakers: for each who has something to speak into whether none of it can be heard, in order of joining."""
    found = tuple(who for who, encrypted in speakers.items() if encrypted)
    return Encryption(found, bool(found) and len(found) == len(speakers), other_key and bool(found))


class EncryptionWatch:
    """Tells everybody once when sound turns out to be encrypted.

    Args:
        trouble: receives whose words are not heard, and why.
    """

    def __init__(self, trouble: Callable[[Trouble], None]) -> None:
        self._trouble = trouble
        self._told = Encryption()

    def look(self, encryption: Encryption) -> None:
        """Compares what is encrypted now with what was told."""
        before, self._told = self._told, encryption
        if encryption.everybody:
            if not before.everybody:
                self._trouble(Trouble("", "hear", "", encryption.reason_for_all, ReportCode.ENCRYPTED))
            return
        for who in encryption.speakers:
            if before.everybody or who not in before.speakers:
                self._trouble(Trouble(who, "hear", "", encryption.reason, ReportCode.ENCRYPTED))
