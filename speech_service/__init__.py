"""The engines over HTTP and WebSocket: recognition, translation and synthesis for all rooms at once.

`wire.py` is what both sides say; `stt.py`, `mt.py` and `tts.py` are the three services; `client` holds what the
worker reaches them with. Nothing is kept between requests: a service may be restarted at any time.
"""
