"""Numbers that may differ by rounding, as a part of whole values."""

from __future__ import annotations

from typing import Any

import pytest


def near(value: float, within: float | None = None) -> Any:
    """Equal to everything within `within` of it, by default a millionth part."""
    return pytest.approx(value, abs=within)
