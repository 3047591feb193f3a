"""What holds for all tests."""

from __future__ import annotations

import signal

import hypothesis

# A shell starts what runs in its background with Ctrl-C ignored, and every program that a test starts inherits that.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# No test is judged by the clock: machines are shared and slow at times. The same examples on every run, so that a
# failure can be repeated.
hypothesis.settings.register_profile(
    "hive",
    deadline=None,
    derandomize=True,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("hive")
