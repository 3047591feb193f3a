"""What every HTTP service stands on: a listener, deadlines, bounds, allow-lists, and one form for whatever is refused.

One subject a file: `server` (starts and stops), `protocols` (deadlines of a connection), `places` (how many connections
there may be), `bodies`, `origins`, `proxies`, `addresses`, `problems` (RFC 9457), `watching` (/health and /metrics).
"""
