"""Who one is here, what one may and has had; tokens for browsers."""

from __future__ import annotations

from datetime import UTC, datetime

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel

from foundation.database import transaction
from foundation.http.problems import Problem, ProblemError
from voice_service.accounts import audit
from voice_service.accounts.records import AccountRole, Queue, Right
from voice_service.http.dependencies import Calling, CallingByKey, Wired
from voice_service.messages.choices import choices_of, set_choices, told

router = APIRouter(prefix="/api/v1", tags=["account"])


class PlanAnswer(BaseModel):
    """What a tenant may have."""

    name: str
    messages_per_month: int | None
    """`null`: no bound."""
    promised_s: float
    queue: Queue
    requests_per_minute: int


class AccountAnswer(BaseModel):
    """Whose key or token was shown."""

    tenant: str
    person: str | None
    """`null`: it is the tenant's own."""
    role: AccountRole
    plan: PlanAnswer
    used: int
    """Messages in this month of UTC."""
    left: int | None
    resets_at: AwareDatetime
    rights: list[Right]
    languages: list[str] | None
    """`null`: all that there are."""


class ChoicesAnswer(BaseModel):
    """What a tenant has chosen for its voice messages."""

    keeps_messages: bool
    """Texts and sound stay in the history, `voice.keep_days` long."""
    remembers_messages: bool
    """A message that comes again is answered from what came of it the first time."""
    translates_outside: bool
    """Texts may be translated by services outside the house, where the operator has set one up."""


class TokenAnswer(BaseModel):
    """A token for a browser; it is shown as a key is, and makes no further tokens."""

    token: str
    token_type: str
    expires_at: AwareDatetime


@router.get("/account")
async def account(caller: Calling, services: Wired) -> AccountAnswer:
    """Tenant, plan, rights, and what is left of this month's messages."""
    standing, plan = await services.quota.standing(caller), caller.plan
    return AccountAnswer(
        tenant=caller.tenant,
        person=caller.person,
        role=caller.role,
        plan=PlanAnswer(
            name=plan.name,
            messages_per_month=plan.messages_per_month,
            promised_s=plan.promised_s,
            queue=plan.queue,
            requests_per_minute=plan.requests_per_minute or services.settings.voice.requests_per_minute,
        ),
        used=standing.used,
        left=standing.left,
        resets_at=standing.resets_at,
        rights=sorted(plan.rights),
        languages=None if plan.languages is None else list(plan.languages),
    )


@router.get("/account/choices")
async def choices(caller: Calling, services: Wired) -> ChoicesAnswer:
    """What is done with the tenant's messages; at first nothing is kept and nothing leaves the house."""
    found = await choices_of(services.engine, caller.tenant)
    return ChoicesAnswer(
        keeps_messages=found.keeps, remembers_messages=found.remembers, translates_outside=found.outside
    )


@router.put("/account/choices")
async def choose(wanted: ChoicesAnswer, caller: CallingByKey, services: Wired) -> ChoicesAnswer:
    """Holds from the tenant's next request on. For its organisers, with a key; what was kept before stays."""
    if caller.role is AccountRole.MEMBER:
        raise ProblemError(Problem(403, "not_organiser", "Only an organiser of the tenant may choose this."))
    values = wanted.model_dump()
    async with transaction(services.engine) as connection:
        await set_choices(connection, caller.tenant, values)
        deed = audit.Deed(
            services.clock(), f"key {caller.key}", "choices changed", told(values), caller.tenant
        )
        await audit.record(connection, deed)
    return wanted


@router.post("/token")
async def token(caller: CallingByKey, services: Wired) -> TokenAnswer:
    """Exchanges a key, and no token, for a token that ends by itself, and with the key."""
    made, ends = services.tokens.of(caller.key)
    return TokenAnswer(token=made, token_type="Bearer", expires_at=datetime.fromtimestamp(ends, UTC))
