"""The names of what participants say of themselves, and of the topics on which messages travel.

docs/protocol.md explains each; `protocol/captions.py` has those of captions. Attributes that begin with `lk.` are
LiveKit's own.
"""

from __future__ import annotations

from typing import Final

# What a participant wants.
LANGUAGE: Final = "language"
SPEAK: Final = "translator.speak"
LISTEN: Final = "translator.listen"
UNDERSTANDS: Final = "translator.understands"
OVERRIDES: Final = "translator.overrides"
VOICE: Final = "translator.voice"
LIKENESS: Final = "translator.likeness"
CAPTIONS: Final = "translator.captions"
EVENTS: Final = "translator.events"
PUSH: Final = "translator.push"
RECORDING: Final = "translator.recording"
INTERPRET: Final = "translator.interpret"
SCREEN: Final = "translator.screen"

# What a participant did, for measuring.
INTERACTION: Final = "translator.interaction"

# What a participant shows the others for a while.
HAND: Final = "translator.hand"
REACTION: Final = "translator.reaction"
REQUEST: Final = "translator.request"

# What the interpreter says of itself.
STATE: Final = "lk.agent.state"
AGENT_NAME: Final = "lk.agent_name"
ROLE: Final = "translator.role"
ALIVE: Final = "translator.alive"
WISH: Final = "translator.wish"
KEY: Final = "translator.key"
LANGUAGES: Final = "translator.languages"
ABILITIES: Final = "translator.abilities"
VOICES: Final = "translator.voices"
LIKENESSES: Final = "translator.likenesses"
CHANNELS: Final = "translator.channels"
INTERPRETERS: Final = "translator.interpreters"
TURN: Final = "translator.turn"
CAPACITY: Final = "translator.capacity"
ENCRYPTED: Final = "translator.encrypted"
ACCESS: Final = "translator.access"
PROFILE: Final = "translator.profile"
TROUBLE: Final = "translator.trouble"
REPORTS: Final = "translator.reports"
TRACED: Final = "translator.traced"

# Topics.
CAPTIONS_TOPIC: Final = "lk.transcription"
CHAT_TOPIC: Final = "lk.chat"
OLDER_CHAT_TOPIC: Final = "lk-chat-topic"
"""Data packets with JSON, as LiveKit's components sent chat before there were text streams."""
EVENTS_TOPIC: Final = EVENTS
"""The attribute that asks for events is called like their stream."""
CONTROL_TOPIC: Final = "translator.control"
WORDS_TOPIC: Final = "translator.words"
HOST_TOPIC: Final = "translator.host"
