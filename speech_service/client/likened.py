"""In which languages the synthesis service finds voices that resemble somebody's, as it says itself under /speakers."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from config.settings import Services
from foundation.supervision import keep_running
from foundation.tasks import Tasks
from protocol.language import is_code
from speech_service.client.asking import ASK_EVERY_S, keep_asking
from speech_service.client.connection import new_session
from speech_service.likeness import SpeakersOffer
from speech_service.wire import WireError

MOST_LANGUAGES = 300
"""A longer list is no answer."""


def read_likened(answer: Any) -> tuple[str, ...]:
    """What a service's answer says; none where it has nothing to measure voices with.

    Raises:
        WireError: it cannot be read.
    """
    try:
        told = SpeakersOffer.model_validate(answer)
    except ValidationError as error:
        raise WireError("what is found of voices cannot be read") from error
    if len(told.languages) > MOST_LANGUAGES or not all(map(is_code, told.languages)):
        raise WireError("the list of languages cannot be read")
    return tuple(sorted(told.languages)) if told.engine is not None else ()


class RemoteLikened:
    """Asks the synthesis service until it answers, and now and then after that."""

    def __init__(self, services: Services, *, ask_every_s: float = ASK_EVERY_S) -> None:
        self._services, self._ask_every_s = services, ask_every_s
        self._languages: tuple[str, ...] = ()
        self._tasks: Tasks | None = None

    def start(self) -> None:
        """Begins to ask. Starting twice is fine."""
        if self._tasks is None:
            self._tasks = Tasks()
            asking = keep_running(self._ask, name="languages of likenesses")
            self._tasks.start(asking, name="languages of likenesses")

    async def close(self) -> None:
        """Asks no more."""
        tasks, self._tasks = self._tasks, None
        if tasks is not None:
            await tasks.close()

    def now(self) -> tuple[str, ...]:
        """Codes as they were last said; empty while that is not known."""
        return self._languages

    async def _ask(self) -> None:
        url = f"{self._services.tts_url.rstrip('/')}/speakers"
        async with new_session(self._services) as session:
            await keep_asking(session, url, read_likened, self._take, every_s=self._ask_every_s)

    def _take(self, languages: tuple[str, ...] | None) -> None:
        self._languages = languages or ()
