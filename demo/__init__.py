"""A scripted meeting through the real stack: a talk, an interruption, listeners in three languages, a report.

`main` runs it; `talk` is what is said, `participants` who is there, `ledger` what happened to every clause,
`hearing` whether listeners heard what they should, `terminal` and `report` what the operator sees.
"""
