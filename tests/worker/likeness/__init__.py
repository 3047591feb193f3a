"""Tests of `worker.likeness`."""
