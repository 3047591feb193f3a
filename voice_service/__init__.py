"""The public API: voice messages, text to speech, voices of one's own, and the accounts of those who use it.

It holds no engine: it asks the speech services, as rooms do. A sentence in a meeting never passes through here.
"""

from config.version import version

VERSION = version()
