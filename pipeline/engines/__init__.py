"""Engines: the models and programs behind `pipeline.engines.protocols`. One file an engine."""
