"""Whether a tenant's plan covers what is asked, before any work is done."""

from __future__ import annotations

from typing import Final

from foundation.http.problems import Problem, ProblemError
from voice_service.accounts.quota import used_up
from voice_service.accounts.records import Caller, Right
from voice_service.messages.records import MessageQuality, MessageWish
from voice_service.wiring import VoiceServices

_RIGHTS: Final = {MessageQuality.HIGH: Right.QUALITY_HIGH}
"""What a quality needs; the others need none."""


def check_wish(caller: Caller, wish: MessageWish) -> None:
    """Raises ProblemError(403) for a language or a quality that the plan does not have."""
    languages = [code for code in (wish.source_language, wish.target_language) if code is not None]
    for code in languages:
        if not caller.plan.covers(code):
            known = list(caller.plan.languages or ())
            detail = f"The plan {caller.plan.name} does not cover the language {code}."
            raise ProblemError(Problem(403, "not_in_plan", detail, {"known": known}))
    right = _RIGHTS.get(wish.quality)
    if right is not None and not caller.may(right):
        detail = f"The plan {caller.plan.name} does not give the quality {wish.quality.value}."
        raise ProblemError(Problem(403, "not_in_plan", detail))


async def check_left(services: VoiceServices, caller: Caller) -> None:
    """Raises ProblemError(429) where the month's messages are used up. Counts nothing yet."""
    standing = await services.quota.standing(caller)
    if standing.left == 0:
        raise used_up(caller, services.clock())
