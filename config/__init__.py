"""Settings, read once at start into frozen dataclasses (`settings.py`, `reading.py`), the engines that they may name
(`engines.py`), and what logs may say.

Of ours it knows `protocol` alone.
"""

import os

# NumPy's products are small here, and threads of its library that wait for the next one spin: they took a third of the
# processor time of recognising (docs/decisions/0021). It is read when NumPy is imported, so it stands here.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
