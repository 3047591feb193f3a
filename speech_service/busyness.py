"""How busy a service is, as its /health says and its clients read."""

from __future__ import annotations

from typing import Annotated, Any, Final

from pydantic import Field, ValidationError

from foundation.http.watching import Health
from speech_service.wire import WireError

MOST: Final = 1_000_000
"""A larger number is no answer."""


class ServiceHealth(Health):
    """Whether a speech service is there, what it has, and how busy it is."""

    engine: str = ""
    """What does the work."""
    languages: tuple[str, ...] = ()
    """Those it knows."""
    under_way: Annotated[int, Field(ge=0, le=MOST)] = 0
    """Speakers who are recognised and files; requests, for translation and synthesis."""
    room: Annotated[int, Field(ge=1, le=MOST)] = 1
    """For how many of them there is room: speakers that the machine keeps up with, where that was measured."""


def read_health(answer: Any) -> ServiceHealth:
    """What a service says. Raises WireError where it cannot be read, as that of an older service."""
    if not isinstance(answer, dict) or "room" not in answer:
        raise WireError("the service does not say how busy it is")
    try:
        return ServiceHealth.model_validate(answer)
    except ValidationError as error:
        raise WireError("how busy the service is cannot be read") from error
