"""Who asks, and what they may."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from protocol.language import base


class AccountRole(StrEnum):
    """What somebody is trusted with."""

    OPERATOR = "operator"
    """Runs the installation: sees what was done to accounts, of all tenants."""
    ORGANISER = "organiser"
    """Acts for the tenant; so does whoever shows a key of the tenant itself."""
    MEMBER = "member"
    """Acts for themself."""


class Right(StrEnum):
    """What a plan may give, beside an amount."""

    QUALITY_BASIC = "quality-basic"
    QUALITY_HIGH = "quality-high"
    QUALITY_PREMIUM = "quality-premium"
    PROFILE = "profile"
    """A voice of one's own."""
    ANALYTICS = "analytics"
    OWN_MODELS = "own-models"


class Queue(StrEnum):
    """Whose work is done first: P0 before P1 before P2."""

    P0 = "P0"
    P1 = "P1"
    P2 = "P2"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a tenant may have."""

    name: str
    messages_per_month: int | None
    """None: no bound."""
    promised_s: float
    """How soon a message is done."""
    queue: Queue
    requests_per_minute: int | None
    """With one key; None for `voice.requests_per_minute`."""
    rights: frozenset[Right]
    languages: tuple[str, ...] | None
    """ISO 639 codes; None: all that there are."""

    def covers(self, language: str) -> bool:
        """Whether messages may be in a language, a BCP 47 code, or be translated into it."""
        return self.languages is None or base(language) in self.languages


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who sends a request: a tenant's key, or a person of that tenant."""

    tenant: str
    """Its id; whatever is stored belongs to one."""
    person: str | None
    """Id of the person in whose name it is; None for a key of the tenant itself."""
    key: str
    """Id of the key that was shown, or of the one that the token was made with."""
    role: AccountRole
    plan: Plan

    @property
    def rights(self) -> frozenset[Right]:
        """What the plan gives."""
        return self.plan.rights

    def may(self, right: Right | str) -> bool:
        """Whether the plan gives a right, e.g. "profile"; a word that is none is given by no plan."""
        return right in self.plan.rights
