"""What is known of voices beyond what engines say: how they are called, their accent, what is special about them.

Engines name their voices by a scheme, which is read here; what is said of single voices is a row of a table. Nothing
is said of a voice that neither knows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True, slots=True)
class VoiceFacts:
    """Of one voice; empty for what is not known."""

    display_name: str = ""
    """E.g. "Bella"."""
    accent: str = ""
    """English name of a country or region, e.g. "British"."""
    description: str = ""
    """One English sentence, without what the other fields say."""


NOTHING: Final = VoiceFacts()

_KOKORO: Final = re.compile(r"(?P<accent>[abefhijpz])[fm]_(?P<name>[a-z]+)")
_KOKORO_ACCENTS: Final = MappingProxyType({"a": "American", "b": "British", "p": "Brazilian"})
"""Source: the list of voices that comes with Kokoro 1.0, as are the notes below."""
_KOKORO_NOTES: Final[Mapping[str, VoiceFacts]] = MappingProxyType(
    {
        "af": VoiceFacts("Bella and Sarah", "American", "Half Bella and half Sarah, mixed into one voice."),
        "af_nicole": VoiceFacts("Nicole", "American", "Whispers close to the ear."),
    }
)

_PIPER: Final = re.compile(
    r"(?P<language>[a-z]{2,3})_(?P<region>[A-Z]{2})-(?P<name>[A-Za-z_0-9]+)-\w+(#(?P<speaker>\d+))?"
)
_REGIONS: Final = MappingProxyType(
    {
        "AR": "Argentine", "AT": "Austrian", "BR": "Brazilian", "CA": "Canadian", "CH": "Swiss",
        "DE": "German", "ES": "Castilian", "FR": "French", "GB": "British", "IN": "Indian", "IT": "Italian",
        "MX": "Mexican", "PT": "European", "US": "American",
    }
)  # fmt: skip
"""Of Piper's names of voices, which hold the region."""


def facts(engine: str, voice: str) -> VoiceFacts:
    """What is known of a voice; `voice` is the engine's own name of it."""
    read = _READERS.get(engine)
    return read(voice) if read is not None else NOTHING


def _of_kokoro(voice: str) -> VoiceFacts:
    if voice in _KOKORO_NOTES:
        return _KOKORO_NOTES[voice]
    found = _KOKORO.fullmatch(voice)
    if found is None:
        return NOTHING
    return VoiceFacts(found["name"].capitalize(), _KOKORO_ACCENTS.get(found["accent"], ""))


def _of_piper(voice: str) -> VoiceFacts:
    found = _PIPER.fullmatch(voice)
    if found is None:
        return NOTHING
    speaker = f" {int(found['speaker']) + 1}" if found["speaker"] else ""
    name = found["name"].replace("_", " ") + speaker
    return VoiceFacts(name[:1].upper() + name[1:], _REGIONS.get(found["region"], ""))


def _of_espeak(_voice: str) -> VoiceFacts:
    return VoiceFacts(description="Made by rules, without recordings of a person: clear, and robotic.")


_READERS: Final[Mapping[str, Callable[[str], VoiceFacts]]] = MappingProxyType(
    {"kokoro": _of_kokoro, "piper": _of_piper, "espeak": _of_espeak}
)
