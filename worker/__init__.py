"""The LiveKit side: joins rooms, hears every speaker, gives every listener their own language.

host.py, join.py     how a room gets its interpreter: assigned by the media server, or at once
room.py              one room: looks at who is there and what they want, and has the parts follow
listeners.py         wishes: from attributes to plans; commands.py the same by chat (chat.py)
chat_translation.py chat_readers.py chat_text.py  what people write, for those who read another language
speakers.py audio_input.py  who is heard; channels.py sink.py publishing.py permissions.py  who hears what
captions.py outbox.py text_streams.py telemetry.py status.py  what is shown
"""

import config  # noqa: F401 -- before anything imports NumPy: it says how many threads that takes
