"""Trials of settings: who gets which, what came of it, when it may be told, and what holds for everybody then."""
