"""Settings, read once at start into frozen dataclasses (`settings.py`, `reading.py`), the engines that they may name
(`engines.py`), and what logs may say.

Of ours it knows `protocol` alone.
"""
