"""The one command, `hive`. `main` reads the command line; each command has a module in `commands`."""

import config  # noqa: F401 -- before anything imports NumPy: it says how many threads that takes
