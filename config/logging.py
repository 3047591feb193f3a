"""Sets up logging: structlog and the standard library's loggers, both to standard error in one format.

What people say is never logged; libraries that would do so are kept at warnings.
"""

from __future__ import annotations

import logging
import sys
from typing import TextIO

import structlog

from config.settings import Logging

_QUIET = ("aiohttp.access", "asyncio", "faster_whisper", "httpcore", "httpx", "urllib3", "uvicorn.access")
"""Libraries that say little of use below a warning."""


def configure(settings: Logging, *, stream: TextIO | None = None) -> None:
    """Routes structlog and `logging` to `stream`; may be called again, the last call counts.

    Args:
        settings: level and format; the format "auto" is text on a terminal and JSON elsewhere.
        stream: None for standard error.
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
    last: list[structlog.typing.Processor]
    if text:
        last = [structlog.dev.ConsoleRenderer(colors=out.isatty())]
    else:
        last = [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.ExtraAdder()],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
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
