"""Has a text translated so that the terms of its glossary hold, whether engines read it or listen."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TypeAlias

from pipeline.engines.protocols import TranslationRequest, TranslationResult
from pipeline.engines.translation.plans import Plan, follow, go, joined, listens
from pipeline.text.glossary import Glossary
from pipeline.text.upholding import upheld
from protocol.notes import Doubt

Counterpart: TypeAlias = Callable[[str, str, str], Awaitable[str]]
"""From a term, its language and the other one to what it is usually translated by; "" for nothing."""


async def translate_keeping_terms(
    plan: Plan, request: TranslationRequest, counterpart: Counterpart
) -> TranslationResult:
    """Follows a plan; a term that is lost all the same makes the result doubtful.

    Engines that read get text in which terms are replaced by tokens, and the plain text where they lose one.
    Engines that listen are asked once, with the terms as a hint; what they wrote instead is put right.

    Raises:
        EngineError: as the engines do.
    """
    if not request.glossary:
        return await follow(plan, request)
    if listens(plan):
        return await _heard(plan, request, counterpart)
    return await _read(plan, request, counterpart)


async def _read(plan: Plan, request: TranslationRequest, counterpart: Counterpart) -> TranslationResult:
    protected = request.glossary.protect(request.text, request.source, request.target)
    plain = replace(request, glossary=Glossary())
    result = await follow(plan, replace(plain, text=protected.text))
    restored, complete = protected.restore(result.text)
    if complete:
        return replace(result, text=restored)
    return await _put_right(await follow(plan, plain), request, counterpart)


async def _heard(plan: Plan, request: TranslationRequest, counterpart: Counterpart) -> TranslationResult:
    first, *rest = plan
    part = request if not rest else replace(request, target=first.target, context=())
    result = await _put_right(await go(first, part), part, counterpart)
    if not rest:
        return result
    (second,) = rest
    onward = replace(request, text=result.text, source=second.source, context=(), sound=None)
    return joined((result, await _read((second,), onward, counterpart)), request.source)


async def _put_right(
    result: TranslationResult, request: TranslationRequest, counterpart: Counterpart
) -> TranslationResult:
    source, target = request.source, request.target
    found = upheld(request.text, result.text, request.glossary, source=source, target=target)
    if found.missing:
        usual = {term: await counterpart(term, source, target) for term in found.missing}
        found = upheld(
            request.text, result.text, request.glossary, source=source, target=target, counterparts=usual
        )
    doubt = result.doubt or (Doubt.TERM_MISSING if found.missing else "")
    return replace(result, text=found.text, doubt=doubt)
