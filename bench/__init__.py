"""Latency and quality on recordings, through the real path. Each module is a command, with `--help`."""
