"""Speech in, speech and captions out. Knows neither LiveKit nor HTTP.

One sentence's way: `stages.hear` → `stages.segment` → `stages.translate` → `stages.speak`;
`interpreter` joins the first three for one speaker, a `LanguageChannel` speaks for all of them.
"""
