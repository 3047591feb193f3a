"""In which register somebody wishes to be heard: values of the attribute `translator.voice`."""

from __future__ import annotations

from typing import Final

REGISTERS: Final = ("low", "high")
"""Also those in which a language may be spoken, and which voices have."""

BY_PITCH: Final = "auto"
"""In whichever of them is nearer to their own voice."""
