"""Whose words cannot be heard, as their sound is encrypted end to end and the interpreter has no key. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pipeline.events import Trouble
from protocol.reports import ReportCode

MEETING_ENCRYPTED = "this meeting is encrypted end to end; the interpreter has no key"
SPEAKER_ENCRYPTED = "what they say is encrypted end to end; the interpreter has no key"

SHOWN = 30
"""So many people are named at most."""


@dataclass(frozen=True, slots=True)
class Encryption:
    """What of a room is encrypted."""

    speakers: tuple[str, ...] = ()
    """Identities of those who cannot be heard, in the order in which they came."""
    everybody: bool = False
    """Whether nobody can be heard of those who have something to speak into."""

    def said(self, name_of: Callable[[str], str]) -> str:
        """The same in words; "" where nothing is encrypted."""
        if not self.speakers:
            return ""
        if self.everybody:
            return MEETING_ENCRYPTED
        more = ["…"] if len(self.speakers) > SHOWN else []
        return f"{', '.join([*map(name_of, self.speakers[:SHOWN]), *more])}: {SPEAKER_ENCRYPTED}"


def encryption_of(speakers: Mapping[str, bool]) -> Encryption:
    """Args: speakers: for each who has something to speak into whether all of it is encrypted, in order of joining."""
    found = tuple(who for who, encrypted in speakers.items() if encrypted)
    return Encryption(found, bool(found) and len(found) == len(speakers))


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
                self._trouble(Trouble("", "hear", "", MEETING_ENCRYPTED, ReportCode.ENCRYPTED))
            return
        for who in encryption.speakers:
            if before.everybody or who not in before.speakers:
                self._trouble(Trouble(who, "hear", "", SPEAKER_ENCRYPTED, ReportCode.ENCRYPTED))
