"""What the worker's tests share."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from foundation.tasks import Tasks
from tests import native


@pytest.fixture(scope="session", autouse=True)
def native_library() -> None:
    """The worker's tests play sound into real sources."""
    native.begin()


@pytest.fixture
async def tasks() -> AsyncIterator[Tasks]:
    """Owns a test's tasks; none of them may fail unless the test says so, and none outlives it."""
    failures: list[str] = []
    owner = Tasks(lambda name, error: failures.append(f"{name}: {error!r}"))
    yield owner
    await owner.close()
    assert len(owner) == 0
    assert failures == []
