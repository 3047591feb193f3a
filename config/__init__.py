"""Settings, read once at start into frozen dataclasses (`settings.py`), and what logs may say.

Of ours it knows `protocol` alone.
"""
