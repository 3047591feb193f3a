"""What the worker's tests share."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping

import pytest

from foundation.tasks import Tasks
from tests import native
from tests.fakes.virtual_time import loop_factories


def pytest_asyncio_loop_factories(
    config: pytest.Config, item: pytest.Item
) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """In which kind of time a test runs."""
    return loop_factories(item)


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
