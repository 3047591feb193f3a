"""Engines in copies that Ray Serve places: whoever asks them does not see where they are. See docs/ray.md.

What is placed keeps nothing of a speaker, so that any copy can do any piece of work, and another one the same piece
again: a look of Whisper at a stretch of sound, a text to translate, a clause to speak. What a speaker has said so far
stays in the service that holds their connection.
"""
