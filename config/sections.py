"""What the sections of the settings share."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import ConfigDict, Field

STRICT: Final = ConfigDict(extra="forbid")
"""An unknown key is an error."""

NotNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]
