"""The services behind the pipeline's own protocols; what a room's process uses in place of engines."""

from speech_service.client.capacity import RemoteCapacity
from speech_service.client.connection import ServiceAway
from speech_service.client.copies import Copies, SpeechCopies
from speech_service.client.engines import RemoteSynthesizer, RemoteTranslator
from speech_service.client.files import TranscriptionClient
from speech_service.client.hearing import RemoteHearing
from speech_service.client.languages import RemoteLanguages
from speech_service.client.speakers import RemoteSpeakers

__all__ = [
    "Copies",
    "RemoteCapacity",
    "RemoteHearing",
    "RemoteLanguages",
    "RemoteSpeakers",
    "RemoteSynthesizer",
    "RemoteTranslator",
    "ServiceAway",
    "SpeechCopies",
    "TranscriptionClient",
]
