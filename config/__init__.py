"""Settings, read once at start into frozen dataclasses. Imports nothing of ours.

`settings` holds what can be set, `profiles` what "embedded", "cpu" and "gpu" stand for.
"""
