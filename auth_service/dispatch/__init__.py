"""Interpreters: which rooms should have one, and which have."""
