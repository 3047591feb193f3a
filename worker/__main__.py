"""Runs the worker: `python -m worker`."""

from worker.host import main

if __name__ == "__main__":
    main()
