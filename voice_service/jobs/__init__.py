"""Work that is done later: kept in the database, taken by whoever has time, told when it is done.

`records` (what a job is), `queue` (who may take which job next), `runner` (does them), `webhooks` (tells others).
A job is done at least once and its outcome is kept once: whoever holds its lease alone may say what became of it.
"""
