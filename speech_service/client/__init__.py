"""The services behind the pipeline's own protocols; what a room's process uses in place of engines."""

from speech_service.client.capacity import RemoteCapacity
from speech_service.client.connection import ServiceAway
from speech_service.client.files import TranscriptionClient
from speech_service.client.hearing import RemoteHearing
from speech_service.client.languages import RemoteLanguages
from speech_service.client.machines import RemoteMachines
from speech_service.client.speakers import RemoteSpeakers
from speech_service.client.synthesizer import RemoteSynthesizer
from speech_service.client.translator import RemoteTranslator

__all__ = [
    "RemoteCapacity",
    "RemoteHearing",
    "RemoteLanguages",
    "RemoteMachines",
    "RemoteSpeakers",
    "RemoteSynthesizer",
    "RemoteTranslator",
    "ServiceAway",
    "TranscriptionClient",
]
