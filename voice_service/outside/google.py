"""Google's Cloud Translation, the basic edition.

Source:
    https://cloud.google.com/translate/docs/reference/rest/v2/translate and …/languages
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import aiohttp

from pipeline.engines.protocols import EngineError
from pipeline.text import languages as codes
from voice_service.outside.asking import ask, texts_of

_URL: Final = "https://translation.googleapis.com"
_PATH: Final = "/language/translate/v2"
_SCRIPTS: Final = {"zh": "zh-CN", "zh-hant": "zh-TW", "zh-tw": "zh-TW", "he": "iw"}


class Google:
    """One project with Google."""

    name = "google"

    def __init__(self, session: aiohttp.ClientSession, key: str, url: str = "") -> None:
        """`url`: empty for Google's own."""
        self._session = session
        self._url = (url or _URL).rstrip("/") + _PATH
        self._headers = {"X-goog-api-key": key}  # not in the address, which proxies log

    async def languages(self) -> tuple[frozenset[str], frozenset[str]]:
        """The same both ways. Raises EngineError."""
        tree = await self._ask("GET", f"{self._url}/languages", None)
        items = tree.get("languages")
        if not isinstance(items, list):
            raise EngineError(f"the languages of {self.name} cannot be read")
        found = [item.get("language") for item in items[:1000] if isinstance(item, dict)]
        both = frozenset(_ours(code) for code in found if isinstance(code, str) and code)
        return both, both

    async def translate(self, texts: Sequence[str], *, source: str, target: str) -> list[str]:
        """Raises EngineOverloaded, EngineError."""
        body = {"q": list(texts), "source": _theirs(source), "target": _theirs(target), "format": "text"}
        tree = await self._ask("POST", self._url, body)
        return texts_of(self.name, tree.get("translations"), "translatedText", len(texts))

    async def _ask(self, method: str, url: str, body: dict[str, Any] | None) -> dict[str, Any]:
        tree = await ask(self._session, self.name, method, url, headers=self._headers, body=body)
        data = tree.get("data") if isinstance(tree, dict) else None
        if not isinstance(data, dict):
            raise EngineError(f"the answer of {self.name} cannot be read")
        return data


def _theirs(language: str) -> str:
    return _SCRIPTS.get(language.lower()) or _SCRIPTS.get(codes.base(language), codes.base(language))


def _ours(code: str) -> str:
    base = codes.base(code.lower())
    return "he" if base == "iw" else base
