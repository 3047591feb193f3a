"""Kinds of values for what pydantic reads; apart, as pydantic is slow to load."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from protocol.language import CODE_PATTERN, LONGEST_CODE, hyphenated, is_code


def _code(text: str) -> str:
    if not is_code(text):
        raise ValueError("expected a language code such as en or pt-BR")
    return hyphenated(text)


LanguageCode = Annotated[
    str,
    Field(max_length=LONGEST_CODE, pattern=f"^{CODE_PATTERN}$", examples=["es"]),
    AfterValidator(_code),
]
"""A code, written with hyphens."""
