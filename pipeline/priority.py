"""How work that can wait makes way for work that cannot."""

from __future__ import annotations

import os
import sys
import threading
from contextlib import suppress
from pathlib import Path

VOICE_NICENESS = 10
"""Recognition goes before voice: a late voice catches up, sound that was not recognised in time is lost."""

_AUTOGROUP = Path("/proc/self/autogroup")


def lower_thread_priority(niceness: int = VOICE_NICENESS) -> None:
    """Makes the calling thread, and those it starts, give way to all others. Linux only: elsewhere nothing happens."""
    if sys.platform == "linux":  # where a thread has a priority of its own, setpriority(2)
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), niceness)


def lower_process_priority(niceness: int = VOICE_NICENESS) -> None:
    """Makes this process give way to all others; called before it starts threads.

    Linux may weigh sessions against each other before it looks at processes (sched(7), autogroup): a process
    that leads a session of its own lowers that too.
    """
    os.nice(niceness)
    if os.getsid(0) == os.getpid():
        with suppress(OSError):  # there are no groups
            _AUTOGROUP.write_text(str(niceness))
