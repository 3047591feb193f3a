"""What holds for all tests."""

from __future__ import annotations

import asyncio
import inspect
import logging
import signal
from collections.abc import AsyncIterator, Iterator

import hypothesis
import pytest
import pytest_asyncio
import structlog
from xdist.remote import Producer

from tests import leaks, native, sharing

SHARING = ("live", "browser", "shared")
"""Marks of tests that share what they start."""

# A shell starts what runs in its background with Ctrl-C ignored, and every program that a test starts inherits that.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# A traceback with all locals takes a second to draw on a busy machine.
structlog.configure(
    processors=[
        *structlog.get_config()["processors"][:-1],
        structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
    ]
)

# No test is judged by the clock: machines are shared and slow at times. The same examples on every run, so that a
# failure can be repeated.
hypothesis.settings.register_profile(
    "hive",
    deadline=None,
    derandomize=True,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("hive")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> sharing.Sharing | None:
    """Only where whole files are shared out."""
    return sharing.Sharing(config, log) if config.getoption("dist") == "loadfile" else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What takes long begins first where several processes share the tests."""
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: sharing.later(item.nodeid))


@pytest.fixture(autouse=True)
def logs_as_before() -> Iterator[None]:
    """Gives the process its logging back where a command was run in it, which sets up one of its own."""
    root, before = logging.getLogger(), structlog.get_config()
    handlers, level, processors = list(root.handlers), root.level, list(before["processors"])
    yield
    if structlog.get_config()["wrapper_class"] is not before["wrapper_class"]:
        root.handlers[:] = handlers
        root.setLevel(level)
        logging.captureWarnings(capture=False)
        structlog.configure(**before | {"processors": processors})


@pytest.fixture(autouse=True, scope="module")
def nothing_stays_of_a_module(request: pytest.FixtureRequest) -> Iterator[None]:
    """The same for tests that share servers and browsers, which may start some anew: once all of them are over."""
    marks = getattr(request.module, "pytestmark", [])
    names = {mark.name for mark in (marks if isinstance(marks, list) else [marks])}
    if names.isdisjoint(SHARING):
        yield
        return
    native.begin()
    before = leaks.Running.now()
    yield
    leaks.collect()
    assert before.left_behind(loop_stays="browser" in names) == []


@pytest.fixture(autouse=True)
def nothing_stays(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fails a test that leaves a thread, a child process or a socket, and one whose rubbish was still open.

    It looks once the test's event loop is gone.
    """
    if any(request.node.get_closest_marker(mark) for mark in SHARING):
        yield
        return
    before = leaks.Running.now()
    yield
    leaks.collect()
    assert before.left_behind() == []


@pytest.fixture(autouse=True)
def no_task_stays(nothing_stays: None, request: pytest.FixtureRequest) -> None:
    """Fails a test that leaves a task in its event loop, once its fixtures have cleaned up."""
    if inspect.iscoroutinefunction(getattr(request.node, "obj", None)):
        marker = request.node.get_closest_marker("asyncio")
        scope = marker.kwargs.get("loop_scope", "function") if marker is not None else "function"
        request.getfixturevalue(f"no_task_stays_in_the_loop_of_the_{scope}")


@pytest_asyncio.fixture(loop_scope="function")
async def no_task_stays_in_the_loop_of_the_function() -> AsyncIterator[None]:
    """For tests with a loop of their own."""
    before = asyncio.all_tasks()
    yield
    assert await leaks.tasks_left_behind(before) == []


@pytest_asyncio.fixture(loop_scope="module")
async def no_task_stays_in_the_loop_of_the_module() -> AsyncIterator[None]:
    """For tests that share one."""
    before = asyncio.all_tasks()
    yield
    assert await leaks.tasks_left_behind(before) == []


@pytest_asyncio.fixture(loop_scope="session")
async def no_task_stays_in_the_loop_of_the_session() -> AsyncIterator[None]:
    """For tests that share what lives in it, such as browsers."""
    before = asyncio.all_tasks()
    yield
    assert await leaks.tasks_left_behind(before) == []
