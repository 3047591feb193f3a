"""New invitations and sessions, as values that are not stored yet."""

from __future__ import annotations

import secrets
from collections.abc import Mapping

from auth_service.access.tokens import fingerprint, new_identifier
from auth_service.policy import Role
from auth_service.storage.records import Invitation, Session
from foundation import names


def new_invitation(
    room: str, role: Role, now: float, life_s: float, uses: int | None = None, name: str = ""
) -> Invitation:
    """Nobody has come by it yet; it ends at a whole second, as its token says it."""
    return Invitation(new_identifier(), room, role, now, float(int(now + life_s)), uses, name=name)


def begin_session(
    invitation: Invitation, name: str, attributes: Mapping[str, str], secret: str, now: float, ends_at: float
) -> Session:
    """Of somebody who comes by an invitation; their identity holds their name.

    Args:
        attributes: their first wishes.
        secret: renews it.
    """
    salt = secrets.token_hex(16)
    return Session(
        fingerprint=fingerprint(secret),
        identity=names.identity(invitation.role.value, name, salt),
        room=invitation.room,
        invitation=invitation.id,
        role=invitation.role,
        name=name,
        attributes=dict(attributes),
        created_at=now,
        ends_at=ends_at,
        name_salt=salt,
    )
