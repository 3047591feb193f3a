"""Sets up logging: structlog and the standard library's loggers, both to standard error in one format.

What people say is never logged, nor are keys. So in every format, whoever writes the line:

- an error is told by its kinds and places (`config.faults`), never by what it says or by variables; what it says is
  also taken out of the line itself, and the errors that nobody catches come the same way;
- values are text, numbers, and collections of these; anything else is told by its type;
- libraries are heard from INFO on, since below it some print what they send and are sent.

The reasons in our own errors are ours and stay.

JSON lines carry what they are sorted by: `service`, `instance`, `version`, and `trace_id` inside of what is
traced (`config/monitoring/logs`).
"""

from __future__ import annotations

import logging
import os
import sys
import threading
from collections.abc import Callable
from types import TracebackType
from typing import TextIO

import structlog

from config import unspoken
from config.settings import Logging
from config.version import version

_QUIET = ("aiohttp.access", "asyncio", "faster_whisper", "httpcore", "httpx", "urllib3", "uvicorn.access")
"""Libraries that say little of use below a warning."""


def configure(
    settings: Logging,
    *,
    stream: TextIO | None = None,
    service: str = "",
    trace_id: Callable[[], str] = str,
) -> None:
    """Routes structlog and `logging` to `stream`; may be called again, the last call counts.

    Args:
        settings: level and format; the format "auto" is text on a terminal and JSON elsewhere.
        stream: None for standard error.
        service: what the process is called, e.g. "hive-worker"; empty: JSON lines do not say who writes them.
        trace_id: of what is traced at the moment, empty where nothing is.
    """
    out = sys.stderr if stream is None else stream
    level = getattr(logging, settings.level.upper())
    text = settings.format == "text" or (settings.format == "auto" and out.isatty())
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]
    last: list[structlog.typing.Processor] = [structlog.processors.JSONRenderer()]
    if service:
        last.insert(0, _Labels(service, trace_id))
    if text:
        plain = structlog.dev.plain_traceback
        last = [structlog.dev.ConsoleRenderer(colors=out.isatty(), exception_formatter=plain)]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = _Handler(out)
    handler.addFilter(unspoken.may_be_heard)
    handler.setFormatter(
        _Formatter(
            foreign_pre_chain=[*shared, structlog.stdlib.ExtraAdder()],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                unspoken.without_words,
                *last,
            ],
        )
    )
    root = logging.getLogger()
    for old in list(root.handlers):
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(level)
    for name in _QUIET:
        logging.getLogger(name).setLevel(max(level, logging.WARNING))
    logging.captureWarnings(True)
    _catch_what_nobody_catches()


class _Labels:
    """Says who writes a line. Behind what takes words out, as these are ours."""

    def __init__(self, service: str, trace_id: Callable[[], str]) -> None:
        self._fixed = {"service": service, "instance": f"{service}-{os.getpid()}", "version": version()}
        self._trace_id = trace_id

    def __call__(
        self, logger: object, method: str, event: structlog.typing.EventDict
    ) -> structlog.typing.EventDict:
        traced = {"trace_id": found} if (found := self._trace_id()) else {}
        return {**event, **self._fixed, **traced}


class _Formatter(structlog.stdlib.ProcessorFormatter):
    def format(self, record: logging.LogRecord) -> str:
        return super().format(unspoken.cleaned(record))


class _Handler(logging.StreamHandler[TextIO]):
    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802  the library's name
        """Python's own would print the record with all its values."""
        kind = sys.exc_info()[0]
        try:
            self.stream.write(f"a line of {record.name} was lost: {kind.__name__ if kind else 'unknown'}\n")
        except (OSError, ValueError):  # the stream is closed: there is nobody to tell
            return


def _catch_what_nobody_catches() -> None:
    """Errors that end the program, a thread or a clean-up are logged; whoever has taken these hooks keeps them."""
    if sys.excepthook is sys.__excepthook__:
        sys.excepthook = _uncaught
    if threading.excepthook is threading.__excepthook__:
        threading.excepthook = _uncaught_in_thread
    if sys.unraisablehook is sys.__unraisablehook__:
        sys.unraisablehook = _unraisable


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    structlog.get_logger(__name__).error("nobody caught an error", exc_info=error.with_traceback(trace))


def _uncaught_in_thread(caught: threading.ExceptHookArgs) -> None:
    if caught.exc_value is not None and not isinstance(caught.exc_value, SystemExit):
        name = caught.thread.name if caught.thread is not None else ""
        structlog.get_logger(__name__).error("a thread failed", thread=name, exc_info=caught.exc_value)


def _unraisable(caught: sys.UnraisableHookArgs) -> None:
    if caught.exc_value is not None:
        structlog.get_logger(__name__).error("a clean-up failed", exc_info=caught.exc_value)
