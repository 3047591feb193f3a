"""Tests of words, clauses, captions and checks."""
