"""The key that everybody knows."""

from __future__ import annotations

from typing import Final

DEVELOPMENT_SECRET: Final = "development-only-secret-do-not-use!"
"""Published, so it protects nothing: parts that are started by hand take it in development alone (`config.exposure`),
the local stack makes keys of its own (`stack.keys`)."""
