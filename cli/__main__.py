"""`python -m cli` is the same as `hive`."""

import sys

from cli.main import main

if __name__ == "__main__":  # a room's process imports the main module again
    sys.exit(main())
