"""The real worker with fake engines, as a process of its own: `python -m tests.fakes.worker_host PORT`.

Settings come from the environment.
"""

from __future__ import annotations

import asyncio
import sys
from dataclasses import replace

from config import logging as own_logging
from config.reading import load
from tests.fakes.hosted_room import prepare
from worker.host import new_server, operate

if __name__ == "__main__":
    settings = load()
    own_logging.configure(settings.logging)
    services = replace(settings.services, worker_health_port=int(sys.argv[1]))
    settings = replace(settings, services=services)
    asyncio.run(operate(new_server(settings, prepare), settings))
