"""`python -m cli` is the same as `hive`."""

import sys

from cli.main import main

sys.exit(main())
