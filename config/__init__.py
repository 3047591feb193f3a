"""Settings, read once at start into frozen dataclasses. Imports nothing of ours but the protocol's fields.

`settings` holds what can be set, `engines` the engines that it may name.
"""
