"""The laws of dividing words into clauses, held over random talks."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from config.settings import Clauses
from pipeline.events import (
    Clause,
    ClauseEnd,
    Draft,
    NotHeard,
    Segment,
    UtteranceEnded,
    UtteranceStarted,
    Word,
    Words,
)
from pipeline.retraction import RetractionCounter
from pipeline.text.captions import caption_of
from pipeline.text.clauses import ClauseCutter
from pipeline.text.languages import join
from tests.pipeline.text.simulated import ms, talk

LATIN = (
    "we", "meeting", "and", "but", "because", "budget", "Dr.", "J.", "3.5", "10,", "000", "e.g.", "2024.", "yes.",
    "well,", "really?", "“no!”", "so", "then", "a", "…",
)  # fmt: skip
CHINESE = ("我们", "今天", "讨论", "预算", "。", "，", "好的。", "3", ".", "5", "AI", "但是")
PLAIN = ("we", "meeting", "and", "but", "because", "budget", "so", "then", "which", "i", "the", "or")
STICKY = {"Dr.", "J.", "e.g."}

LAW = settings(max_examples=80, deadline=None, derandomize=True)

vocabulary = st.sampled_from(
    [("en", LATIN), ("en", PLAIN), ("zh", CHINESE), ("es", PLAIN), ("de", LATIN), ("ar", LATIN)]
)
lengths = st.lists(st.integers(80, 700), min_size=1, max_size=5)
pauses = st.lists(st.sampled_from([0, 0, 0, 40, 260, 900, 3000]), min_size=1, max_size=5)
batches = st.lists(st.integers(0, 6), min_size=1, max_size=6).filter(any)
limits = st.builds(
    Clauses,
    aim_s=st.sampled_from([0.0, 0.6, 2.0]),
    max_age_s=st.sampled_from([1.0, 4.0]),
    max_characters=st.sampled_from([30, 160]),
    min_words=st.integers(1, 4),
)


@st.composite
def utterances(draw: st.DrawFn) -> tuple[str, tuple[Word, ...]]:
    language, words = draw(vocabulary)
    texts = draw(st.lists(st.sampled_from(words), max_size=40))
    return language, talk(texts, draw(lengths), draw(pauses))


def events(
    number: int, language: str, words: Sequence[Word], batch: Sequence[int], wrong: int
) -> list[Words]:
    """Commits words a few at a time; the words behind them are tentative, now and then with a wrong one."""
    made: list[Words] = []
    done = 0
    for index in range(10_000):
        if done >= len(words):
            return made
        step = batch[index % len(batch)]
        committed = tuple(words[done : done + step])
        done += step
        tentative = tuple(words[done : done + 3])
        if tentative and wrong and index % wrong == 0:
            tentative = (*tentative[:-1], Word("wrong", tentative[-1].first_sample, tentative[-1].end_sample))
        heard = (*committed, *tentative) or words[: done + 1]
        made.append(Words(number, language, committed, tentative, heard[-1].end_sample))
    raise AssertionError("words must become fewer")


@given(st.lists(utterances(), min_size=1, max_size=3), batches, limits, st.integers(0, 3))
@LAW
def test_clauses_are_the_committed_words(
    talks: list[tuple[str, tuple[Word, ...]]], batch: list[int], limit: Clauses, wrong: int
) -> None:
    """Together the clauses of an utterance are its words in order; none is empty; numbers have no gaps; names, numbers
    and abbreviations stay whole; what a draft calls committed stays in its clause; old words never stay open."""
    cutter = ClauseCutter("ann", limit)
    closed: list[Clause] = []
    counter = RetractionCounter()
    drafts: dict[tuple[int, int], Draft] = {}

    def take(segments: list[Segment]) -> None:
        assert [isinstance(segment, Draft) for segment in segments].count(True) <= 1
        assert not any(isinstance(segment, Draft) for segment in segments[:-1])
        for segment in segments:
            key = (segment.utterance, segment.number)
            now = segment.committed if isinstance(segment, Draft) else segment.text
            assert now.startswith(drafts[key].committed if key in drafts else "")
            counter.feed(caption_of(segment))
            if isinstance(segment, Draft):
                drafts[key] = segment
            else:
                closed.append(segment)
                drafts.pop(key, None)

    for number, (language, words) in enumerate(talks, start=1):
        take(cutter.feed(UtteranceStarted(number, 0), 0.0))
        committed: list[Word] = []
        for event in events(number, language, words, batch, wrong):
            take(cutter.feed(event, 1.0))
            committed += event.committed
            open_words = committed[count_words(closed, number, committed, language) :]
            if open_words:
                assert event.heard_to - open_words[0].first_sample < ms(limit.max_age_s * 1000)
        take(cutter.feed(UtteranceEnded(number, words[-1].end_sample if words else 0), 2.0))
        mine = [clause for clause in closed if clause.utterance == number]
        assert join((clause.text for clause in mine), language) == join(
            (word.text for word in words), language
        )
        check(mine, language)

    assert [clause.number for clause in closed] == list(range(1, len(closed) + 1))
    assert counter.committed_changed == 0
    assert all(draft.text == "" for draft in drafts.values())


def count_words(closed: Sequence[Clause], number: int, committed: Sequence[Word], language: str) -> int:
    """How many of the committed words are in closed clauses, by the clauses' text."""
    said = join((clause.text for clause in closed if clause.utterance == number), language)
    return next(
        count
        for count in range(len(committed) + 1)
        if join((word.text for word in committed[:count]), language) == said
    )


def check(clauses: Sequence[Clause], language: str) -> None:
    for index, clause in enumerate(clauses):
        assert clause.text.strip()
        assert clause.first_sample <= clause.end_sample
        if index + 1 == len(clauses):
            continue
        last, following = clause.text.split()[-1], clauses[index + 1].text.split()[0]
        only_sticky = all(word in STICKY or word[0].isdigit() for word in clause.text.split())
        if language != "ar":
            assert last not in STICKY or only_sticky
        assert not (last == "10," and following == "000") or only_sticky
        if language == "zh":
            assert not (clause.text[-1] == "." and clause.text[-2:-1].isdigit() and following[0].isdigit())


@given(
    st.lists(
        st.one_of(
            st.builds(UtteranceStarted, st.integers(1, 3), st.integers(0, 10**6)),
            st.builds(UtteranceEnded, st.integers(1, 3), st.integers(0, 10**6)),
            st.builds(NotHeard, st.integers(0, 10**6), st.integers(0, 10**6), st.just("no engine")),
            st.builds(
                Words,
                st.integers(1, 3),
                st.sampled_from(["en", "en-GB", "zh", "ar", ""]),
                st.lists(
                    st.builds(
                        Word,
                        st.sampled_from(["", " ", "no", "Dr.", "我们", "。"]),
                        st.integers(0, 10**6),
                        st.integers(0, 10**6),
                    ),
                    max_size=4,
                ).map(tuple),
                st.lists(
                    st.builds(
                        Word, st.sampled_from(["", "no"]), st.integers(0, 10**6), st.integers(0, 10**6)
                    ),
                    max_size=3,
                ).map(tuple),
                st.integers(0, 10**6),
            ),
        ),
        max_size=20,
    )
)
@LAW
def test_events_in_any_order_are_survived(
    stream: list[UtteranceStarted | UtteranceEnded | NotHeard | Words],
) -> None:
    """Utterances that never end, positions that run back, languages that change: every committed word still comes out
    once, in order, in clauses without gaps."""
    cutter = ClauseCutter("ann", Clauses())
    closed: list[Clause] = []
    for event in (*stream, UtteranceEnded(9, 0)):
        closed += [segment for segment in cutter.feed(event, 0.0) if isinstance(segment, Clause)]

    said = [word.text.strip() for event in stream if isinstance(event, Words) for word in event.committed]
    assert "".join("".join(clause.text.split()) for clause in closed) == "".join(said)
    assert [clause.number for clause in closed] == list(range(1, len(closed) + 1))
    assert all(clause.text for clause in closed)
    assert all(clause.end in ClauseEnd for clause in closed)
