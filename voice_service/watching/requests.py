"""Counts requests of the API by route and by the class of their answer."""

from __future__ import annotations

from typing import Final

from foundation.http.observing import ObservedRequest
from voice_service.watching.counted import REQUEST
from voice_service.watching.tallies import Tallies

_METHODS: Final = frozenset({"GET", "POST", "PUT", "DELETE"})
_LONGEST_ROUTE: Final = 60
_NOT_COUNTED: Final = ("/api/v1/admin/", "/health", "/api/v1/health", "/metrics")
"""Who watches would else count themselves."""


def count(tallies: Tallies, request: ObservedRequest) -> None:
    """Pages and what no route knows are not counted."""
    if request.method not in _METHODS or not request.route or request.route.startswith(_NOT_COUNTED):
        return
    name = f"{REQUEST}|{request.method} {request.route[:_LONGEST_ROUTE]}|{request.status // 100}xx"
    tallies.count(name, request.took_s * 1000)
