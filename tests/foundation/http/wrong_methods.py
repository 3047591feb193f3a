"""Asks every path of a service by every method that it does not know."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import httpx
from fastapi import FastAPI

ASKED = ("DELETE", "GET", "HEAD", "PATCH", "POST", "PUT")
Answer = tuple[int, str, str]
"""Status, `Allow`, and the form of the body."""


def described(app: FastAPI) -> dict[str, list[str]]:
    """The methods of each path, by the service's own description."""
    paths: Mapping[str, Mapping[str, Any]] = app.openapi()["paths"]
    return {path: sorted(method.upper() for method in methods) for path, methods in paths.items()}


async def asked_wrongly(app: FastAPI, client: httpx.AsyncClient) -> dict[tuple[str, str], Answer]:
    """What each path answers to each method that its description does not have."""
    answers = {}
    for path, known in described(app).items():
        for method in (method for method in ASKED if method not in known):
            answer = await client.request(method, re.sub(r"\{\w+\}", "x", path))
            form = answer.headers.get("content-type", "")
            answers[method, path] = (answer.status_code, answer.headers.get("allow", ""), form)
    return answers


def refused(app: FastAPI) -> dict[tuple[str, str], Answer]:
    """What it should answer: all methods that there are, and no other."""
    return {
        (method, path): (405, ", ".join(known), "application/problem+json")
        for path, known in described(app).items()
        for method in ASKED
        if method not in known
    }
