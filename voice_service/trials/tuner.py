"""How one message is done: what holds for everybody, and what a trial gives whoever asks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

import structlog

from foundation.database import StorageError
from voice_service.accounts.records import Caller
from voice_service.messages.records import MessageQuality, MessageWish
from voice_service.messages.tuning import (
    Exposure,
    MessageTuning,
    RecogniserEffort,
    TranslatorOrder,
    Tuned,
    VoiceRule,
)
from voice_service.trials.trials import Trials

log = structlog.get_logger(__name__)

E = TypeVar("E", RecogniserEffort, TranslatorOrder, VoiceRule)


class TrialTuner:
    """A `Tuner` by the trials that run. No message fails because one of them cannot be read or noted."""

    def __init__(self, trials: Trials) -> None:
        self._trials = trials

    async def chosen(self, caller: Caller, wish: MessageWish, *, outside: bool) -> Tuned:
        """The same for the same person, always; a trial that would change nothing of a message has no part in it."""
        try:
            running, held = await self._trials.in_force()
        except StorageError as error:
            log.warning("trials cannot be read", error=str(error))
            return Tuned()
        settings = {default.setting: default.value for default in held}
        found: list[Exposure] = []
        for trial in running:
            if not any(_matters(name, wish, outside=outside) for name in trial.plan.tried):
                continue
            unit = trial.unit(caller.tenant, caller.person or caller.key)
            variant = trial.assigned(unit)
            settings |= variant.settings
            found.append(Exposure(trial.id, unit, variant.name))
        return Tuned(_tuning(settings), tuple(found))

    async def exposed(self, message: str, exposures: Sequence[Exposure]) -> None:
        """Noted; without a database, not."""
        try:
            await self._trials.expose(message, exposures)
        except StorageError as error:
            log.warning("a message is missing in a trial", error=str(error))


def _matters(setting: str, wish: MessageWish, *, outside: bool) -> bool:
    """Whether a message can come out otherwise by it, whatever the variant."""
    match setting:
        case "recogniser":
            return wish.quality is MessageQuality.BALANCED
        case "translator":
            return outside
        case _:
            spoken = wish.return_audio_url or wish.return_base64
            return spoken and wish.quality is not MessageQuality.FAST


def _tuning(settings: Mapping[str, str]) -> MessageTuning:
    """What this version does not know is as it was built."""
    built = MessageTuning()
    return MessageTuning(
        recogniser=_known(RecogniserEffort, settings.get("recogniser"), built.recogniser),
        translator=_known(TranslatorOrder, settings.get("translator"), built.translator),
        voice=_known(VoiceRule, settings.get("voice"), built.voice),
    )


def _known(kind: type[E], value: str | None, built: E) -> E:
    return kind(value) if value in list(kind) else built
