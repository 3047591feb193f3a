"""Refusals that a caller is told about.

AuthError
├── Refused(status, code, message)   an answer to one request; `docs/api.md` lists the codes
└── MediaServerError                 livekit-server could not be reached or refused
"""

from __future__ import annotations


class AuthError(Exception):
    """Anything that this package raises on purpose."""


class Refused(AuthError):
    """The caller gets this as JSON."""

    def __init__(self, status: int, code: str, message: str, *, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.retry_after_s = retry_after_s


class MediaServerError(AuthError):
    """livekit-server could not be reached or refused."""


def not_authorised() -> Refused:
    """For a key or token that is missing, wrong, expired or revoked, without saying which."""
    return Refused(401, "not_authorised", "A valid key or token is needed.")


def invitation_unknown() -> Refused:
    """For a token that is not ours, and for one whose invitation was forgotten since."""
    return Refused(404, "invitation_unknown", "This is not an invitation of ours.")


def room_unknown() -> Refused:
    """Also for one that was forgotten since."""
    return Refused(404, "room_unknown", "There is no such room.")


def room_closed() -> Refused:
    """To who comes, renews or organises after an organiser ended the meeting."""
    return Refused(410, "room_closed", "This meeting has ended.")


def session_ended() -> Refused:
    """Whether it ran out, was forgotten or never was is not told apart."""
    return Refused(410, "session_ended", "This session has ended; an invitation is needed to join again.")


def removed() -> Refused:
    """For a session that an organiser ended, and at the door for a browser that shows its identity."""
    return Refused(403, "removed", "An organiser removed you from this meeting.")
