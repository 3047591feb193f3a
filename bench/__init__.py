"""Measurements: hearing on recordings, single words, whole meetings, capacity. `hive bench --help`; docs/measuring.md."""
