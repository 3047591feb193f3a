"""How long each part of a sentence's way takes, across processes: OpenTelemetry, with a fixed list of what may be told.

`facts` has the names of spans and what they may carry, `spans` begins and ends them, `export` sends them on,
`running` is for a process's whole life. While nothing is traced, which is the default, all of it costs a comparison.
"""
