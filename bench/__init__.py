"""Measurements: hearing on recordings, single words, whole meetings, capacity. See docs/measuring.md."""
