"""Engines that turn text into speech, and the chain in which they are asked."""
