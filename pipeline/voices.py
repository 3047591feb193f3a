"""Who speaks with which voice: stable for a speaker, different from the others' while there are enough."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from foundation.recent import Recent
from pipeline.engines.protocols import Voice

REMEMBERED = 2000


class Casting:
    """Gives each speaker a part, the same in every language and after a return.

    One for each room; all its language channels share it. Of `REMEMBERED` speakers the part is known; who was heard
    longest ago is forgotten first, and gets another one when they come back.
    """

    def __init__(self) -> None:
        self._parts: Recent[str, int] = Recent(REMEMBERED)
        self._next_part = 0
        self._chosen: Mapping[str, str] = {}
        self._registers_of_languages: Mapping[str, str] = {}
        self._registers: Mapping[str, str] = {}
        self._likenesses: Mapping[tuple[str, str], str] = {}

    @property
    def known(self) -> int:
        """How many speakers are remembered."""
        return len(self._parts)

    def choose(self, voices: Mapping[str, str], registers: Mapping[str, str] | None = None) -> None:
        """Sets the one voice of each of these languages, whoever speaks; other languages cast by speaker.

        Args:
            registers: for a language the register whose voices it is cast from, as `Voice.register` has it.
        """
        self._chosen = dict(voices)
        self._registers_of_languages = dict(registers or {})

    def prefer(self, registers: Mapping[str, str]) -> None:
        """Sets in which register some speakers wish to be heard, as `Voice.register` has it."""
        self._registers = dict(registers)

    def liken(self, voices: Mapping[tuple[str, str], str]) -> None:
        """Sets, for a speaker and a language, the voice that resembles theirs: it goes before all that was chosen."""
        self._likenesses = dict(voices)

    def likeness(self, speaker: str, language: str) -> str:
        """The name of the voice that resembles a speaker's, or ""."""
        return self._likenesses.get((speaker, language), "")

    def chosen(self, language: str) -> str:
        """The name of a language's one voice, or ""."""
        return self._chosen.get(language, "")

    def voice(self, speaker: str, voices: Sequence[Voice], *, language: str = "") -> Voice:
        """The speaker's voice among those of a language.

        What was chosen for the language goes first, a voice or a register, then the speaker's own wish, where there is
        such a voice.

        Raises:
            ValueError: there are none.
        """
        if not voices:
            raise ValueError("the language has no voices")
        part = self._part(speaker)
        named = self._chosen.get(language)
        for voice in voices:
            if voice.name == named:
                return voice
        register = self._registers_of_languages.get(language) or self._registers.get(speaker, "")
        cast = of_register(voices, register) or of_register(voices)
        return cast[part % len(cast)]

    def _part(self, speaker: str) -> int:
        part = self._parts.use(speaker)
        if part is None:
            part = self._parts[speaker] = self._next_part
            self._next_part += 1
        return part


def of_register(voices: Sequence[Voice], register: str = "") -> list[Voice]:
    """Those of a language that speakers are cast from, in one register or in all; none on standby while others are."""
    cast = [voice for voice in voices if not voice.standby] or list(voices)
    return [voice for voice in cast if voice.register == register] if register else cast
