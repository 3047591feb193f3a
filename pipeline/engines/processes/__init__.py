"""Engines that run as programs of their own, and how they are spoken to."""
