"""In which languages a speech service does something, as it says itself.

Of recognition under /languages, empty where it does not limit them; of voices that resemble somebody's under /speakers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from pydantic import ValidationError

from config.settings import Services
from foundation.supervision import keep_running
from foundation.tasks import Tasks
from protocol.language import is_code
from speech_service.client.asking import ASK_EVERY_S, keep_asking
from speech_service.client.copies import Copies, hearing_copies, speech_copies
from speech_service.likeness import SpeakersOffer
from speech_service.wire import WireError

MOST_LANGUAGES: Final = 300
"""A longer list is no answer."""

ReadLanguages = Callable[[Any], tuple[str, ...]]
"""From the JSON of an answer to codes; raises WireError where it cannot be read."""


def read_recognised(answer: Any) -> tuple[str, ...]:
    """What /languages says; see `ReadLanguages`."""
    return _codes(answer.get("languages") if isinstance(answer, dict) else None)


def read_likened(answer: Any) -> tuple[str, ...]:
    """What /speakers says, none where nothing there measures voices; see `ReadLanguages`."""
    try:
        told = SpeakersOffer.model_validate(answer)
    except ValidationError as error:
        raise WireError("what is found of voices cannot be read") from error
    codes = _codes(told.languages)
    return codes if told.engine is not None else ()


class RemoteLanguages:
    """Asks a service until it answers, and now and then after that."""

    def __init__(
        self, copies: Copies, path: str, read: ReadLanguages, *, ask_every_s: float = ASK_EVERY_S
    ) -> None:
        self._copies, self._path, self._read, self._ask_every_s = copies, path, read, ask_every_s
        self._languages: tuple[str, ...] = ()
        self._tasks: Tasks | None = None

    def start(self) -> None:
        """Begins to ask. Starting twice is fine."""
        if self._tasks is None:
            self._tasks = Tasks()
            name = f"languages of {self._copies.service}"
            self._tasks.start(keep_running(self._ask, name=name), name=name)

    async def close(self) -> None:
        """Asks no more."""
        tasks, self._tasks = self._tasks, None
        if tasks is not None:
            await tasks.close()

    def now(self) -> tuple[str, ...]:
        """Codes as they were last said; empty while that is not known."""
        return self._languages

    async def _ask(self) -> None:
        async with self._copies.held():
            await keep_asking(self._copies, self._path, self._read, self._take, every_s=self._ask_every_s)

    def _take(self, languages: tuple[str, ...] | None) -> None:
        self._languages = languages or ()


def recognised(
    services: Services, copies: Copies | None = None, *, ask_every_s: float = ASK_EVERY_S
) -> RemoteLanguages:
    """Those that the recognition service knows."""
    copies = copies or hearing_copies(services)
    return RemoteLanguages(copies, "/languages", read_recognised, ask_every_s=ask_every_s)


def likened(
    services: Services, copies: Copies | None = None, *, ask_every_s: float = ASK_EVERY_S
) -> RemoteLanguages:
    """Those in which the synthesis service finds voices that resemble somebody's."""
    copies = copies or speech_copies(services)
    return RemoteLanguages(copies, "/speakers", read_likened, ask_every_s=ask_every_s)


def _codes(said: object) -> tuple[str, ...]:
    if not isinstance(said, Sequence) or len(said) > MOST_LANGUAGES:
        raise WireError("the list of languages cannot be read")
    if isinstance(said, str) or not all(isinstance(code, str) and is_code(code) for code in said):
        raise WireError("the list of languages cannot be read")
    return tuple(sorted(said))
