"""What a recogniser's stream holds and what is known of it, from its opening to its end."""

from __future__ import annotations

from dataclasses import dataclass

from config.settings import Recognition
from pipeline.audio import HEARING_RATE_HZ
from pipeline.engines.protocols import Hypothesis, RecognitionStream
from pipeline.text.agreement import Agreement
from pipeline.text.commitment import CommitPolicy, DistantAgreement, EvidentAgreement
from pipeline.text.steadying import Steadying


@dataclass(frozen=True, slots=True)
class Ahead:
    """A last look that was made before it was certain that a pause had come."""

    hypothesis: Hypothesis
    silent_from: int
    committed: bool
    """Whether its words are committed already, because they say that the sentence is over."""


@dataclass(slots=True)
class Memory:
    """The sound of one utterance, or of several with short pauses between them, and the words in it."""

    stream: RecognitionStream
    agreement: Agreement
    steadying: Steadying
    language: str
    buffer_start: int
    """Where the sound begins that the stream still holds."""
    heard_to: int
    looked_to: int
    """How far the last pass had listened."""
    ahead: Ahead | None = None

    @classmethod
    def of(cls, stream: RecognitionStream, first_sample: int, language: str, settings: Recognition) -> Memory:
        """That of a stream that begins at `first_sample`."""
        return cls(
            stream=stream,
            agreement=_new_agreement(settings, language),
            steadying=new_steadying(settings),
            language=language,
            buffer_start=first_sample,
            heard_to=first_sample,
            looked_to=first_sample,
        )

    def cut(self, heard_to: int) -> None:
        """Forgets the sound that nothing new will be found in."""
        at = self.agreement.cut_at(buffer_start=self.buffer_start, heard_to=heard_to)
        if at is not None:
            self.stream.cut(at, self.agreement.committed_text)
            self.buffer_start = at

    def note_language(self, language: str) -> None:
        """When the speaker has changed language, what was open counts no more; what is committed stays known."""
        if language != self.language:
            if self.language:
                self.agreement.start_anew()
            self.language = self.agreement.language = language


def new_steadying(settings: Recognition) -> Steadying:
    """For one utterance."""
    return Steadying(
        settle_samples=int(settings.show_after_s * HEARING_RATE_HZ),
        passes=settings.show_passes,
        sure=settings.show_sure,
    )


def _new_agreement(settings: Recognition, language: str) -> Agreement:
    distance = int(settings.distance_s * HEARING_RATE_HZ)
    settle = int(settings.settle_s * HEARING_RATE_HZ)
    policy: CommitPolicy = DistantAgreement(distance, settle)
    if settings.agreement == "agreement+evidence":
        policy = EvidentAgreement(distance, settle)
    return Agreement(
        commit_age_samples=int(settings.commit_age_s * HEARING_RATE_HZ),
        max_buffer_samples=int(settings.max_buffer_s * HEARING_RATE_HZ),
        policy=policy,
        language=language,
    )
