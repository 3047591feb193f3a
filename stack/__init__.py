"""The local stack: what it needs, starting and stopping it, and saying what is missing.

`stack.local.Stack` runs it, `stack.prepare` obtains what it needs, `stack.doctor` examines the machine.
"""
