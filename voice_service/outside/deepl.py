"""DeepL.

Source:
    https://developers.deepl.com/docs/api-reference/translate and …/languages
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import aiohttp

from pipeline.engines.protocols import EngineError
from pipeline.text import languages as codes
from voice_service.outside.asking import ask, texts_of

_FREE: Final = "https://api-free.deepl.com"
_PAID: Final = "https://api.deepl.com"
_VARIANTS: Final = {"en": "EN-US", "pt": "PT-BR", "zh": "ZH-HANS"}
"""Languages that are written in several ways, and the one that is meant where nobody says which."""
_KNOWN_VARIANTS: Final = frozenset({"EN-US", "EN-GB", "PT-BR", "PT-PT", "ZH-HANS", "ZH-HANT", "ES-419"})
_NORWEGIAN: Final = {"no": "NB"}


class DeepL:
    """One account with DeepL."""

    name = "deepl"

    def __init__(self, session: aiohttp.ClientSession, key: str, url: str = "") -> None:
        """`url`: empty for DeepL's own, which the kind of key decides."""
        self._session = session
        self._url = (url or (_FREE if key.endswith(":fx") else _PAID)).rstrip("/")
        self._headers = {"Authorization": f"DeepL-Auth-Key {key}"}

    async def languages(self) -> tuple[frozenset[str], frozenset[str]]:
        """Raises EngineError."""
        return await self._of_kind("source"), await self._of_kind("target")

    async def translate(self, texts: Sequence[str], *, source: str, target: str) -> list[str]:
        """Raises EngineOverloaded, EngineError."""
        body = {
            "text": list(texts),
            "source_lang": _code(source),
            "target_lang": _variant(target),
            "split_sentences": "0",
        }
        tree = await self._ask("POST", "translate", body)
        found = tree.get("translations") if isinstance(tree, dict) else None
        return texts_of(self.name, found, "text", len(texts))

    async def _of_kind(self, kind: str) -> frozenset[str]:
        tree = await self._ask("GET", f"languages?type={kind}", None)
        if not isinstance(tree, list):
            raise EngineError(f"the languages of {self.name} cannot be read")
        found = [item.get("language") for item in tree[:1000] if isinstance(item, dict)]
        return frozenset(codes.base(code.lower()) for code in found if isinstance(code, str) and code)

    async def _ask(self, method: str, path: str, body: dict[str, Any] | None) -> Any:
        url = f"{self._url}/v2/{path}"
        return await ask(self._session, self.name, method, url, headers=self._headers, body=body)


def _code(language: str) -> str:
    base = codes.base(language)
    return _NORWEGIAN.get(base, base.upper())


def _variant(language: str) -> str:
    if language.upper() in _KNOWN_VARIANTS:
        return language.upper()
    return _VARIANTS.get(codes.base(language), _code(language))
