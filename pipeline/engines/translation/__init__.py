"""Engines that turn text into another language, and the chain in which they are asked."""
