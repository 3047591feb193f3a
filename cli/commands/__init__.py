"""One module a command: `add` describes it, `run` does it. Nothing heavy is imported before `run`."""
