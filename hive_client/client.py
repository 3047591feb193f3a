"""The client: one service, one key, and the parts of the API as attributes."""

from __future__ import annotations

from types import TracebackType

from hive_client.account import AccountApi
from hive_client.jobs import Jobs
from hive_client.messages import Messages
from hive_client.speech import SpeechApi
from hive_client.transport import PATIENCE_S, Retries, Transport


class HiveClient:
    """HIVE's public API.

    `async with HiveClient("https://voice.example.org", key) as hive: await hive.messages.translate(sound, "es")`

    Args:
        url: of the service.
        key: a key, or a token that was made with one.
        retries: what passes by itself is tried again so often.
        patience_s: for one answer.
    """

    def __init__(
        self, url: str, key: str, *, retries: Retries | None = None, patience_s: float = PATIENCE_S
    ) -> None:
        self._transport = Transport(url, key, retries or Retries(), patience_s=patience_s)
        self.messages = Messages(self._transport)
        self.jobs = Jobs(self._transport)
        self.speech = SpeechApi(self._transport)
        self.account = AccountApi(self._transport)

    async def __aenter__(self) -> HiveClient:
        self._transport.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Ends the connections."""
        await self._transport.close()
