"""Who speaks with which voice: stable for a speaker, different from the others' while there are enough."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.engines.protocols import Voice


class Casting:
    """Gives each speaker a part, the same in every language and after a return.

    One for each room; all its language channels share it.
    """

    def __init__(self) -> None:
        self._parts: dict[str, int] = {}
        self._registers: dict[str, str] = {}

    def prefer(self, speaker: str, register: str) -> None:
        """Asks for a "low" or "high" voice for a speaker where the language has one."""
        self._registers[speaker] = register

    def voice(self, speaker: str, voices: Sequence[Voice]) -> Voice:
        """The speaker's voice among those of a language.

        Raises:
            ValueError: there are none.
        """
        if not voices:
            raise ValueError("the language has no voices")
        part = self._parts.setdefault(speaker, len(self._parts))
        wanted = self._registers.get(speaker)
        fitting = [voice for voice in voices if voice.register == wanted] if wanted else []
        choice = fitting or list(voices)
        return choice[part % len(choice)]
