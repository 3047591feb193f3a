"""Engines that turn speech into words, and what tells speech from silence."""
