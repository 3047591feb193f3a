"""What holds for all tests."""

from __future__ import annotations

import hypothesis

# No test is judged by the clock: machines are shared and slow at times. The same examples on every run, so that a
# failure can be repeated.
hypothesis.settings.register_profile(
    "hive",
    deadline=None,
    derandomize=True,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("hive")
