"""Apertium's programs: rules for close languages, for trying HIVE."""
