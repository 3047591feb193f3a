"""Rooms, invitations and sessions as rows, there and back."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from auth_service.policy import Role
from auth_service.storage.records import Invitation, Room, Session
from auth_service.storage.tables import invitations, sessions


async def add_invitation(connection: AsyncConnection, invitation: Invitation) -> None:
    """In the caller's transaction. A new one is neither revoked nor shut."""
    await connection.execute(
        insert(invitations).values(
            id=invitation.id,
            room=invitation.room,
            role=invitation.role.value,
            created_at=invitation.created_at,
            expires_at=invitation.expires_at,
            uses=invitation.uses,
            used=invitation.used,
            name=invitation.name,
        )
    )


async def add_session(connection: AsyncConnection, session: Session) -> None:
    """In the caller's transaction. A new one is not ended."""
    await connection.execute(
        insert(sessions).values(
            fingerprint=session.fingerprint,
            identity=session.identity,
            room=session.room,
            invitation=session.invitation,
            role=session.role.value,
            name=session.name,
            attributes=session.attributes,
            created_at=session.created_at,
            ends_at=session.ends_at,
            name_salt=session.name_salt,
        )
    )


def room(row: Row[Any]) -> Room:
    """From all columns of `rooms`; when it was erased stays behind."""
    languages = None if row.languages is None else tuple(row.languages)
    return Room(
        row.name,
        row.title,
        languages,
        row.source_language,
        row.created_at,
        row.closed_at,
        chat=row.chat,
        locked=row.locked,
        lobby=row.lobby,
        recording=row.recording,
        device=row.device,
        encrypted=row.encrypted,
    )


def invitation(row: Row[Any]) -> Invitation:
    """From all columns of `invitations`."""
    return Invitation(
        row.id,
        row.room,
        Role(row.role),
        row.created_at,
        row.expires_at,
        row.uses,
        row.used,
        row.revoked_at,
        row.shut_at,
        row.name,
    )


def session(row: Row[Any]) -> Session:
    """From all columns of `sessions`."""
    return Session(
        row.fingerprint,
        row.identity,
        row.room,
        row.invitation,
        Role(row.role),
        row.name,
        dict(row.attributes),
        row.created_at,
        row.ends_at,
        row.ended_at,
        row.name_salt,
        row.organiser_at,
    )
