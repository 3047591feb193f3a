"""Engines that clone voices: off unless the settings name one, for voices whose owners have agreed, each in an
environment of its own.
"""
