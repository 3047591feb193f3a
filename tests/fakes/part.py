"""A tiny part of a stack, run as a program: answers on its ports, and misbehaves as it is told.

python tests/fakes/part.py PORT[,PORT…] [--die-after S] [--status N] [--ignore-term] [--grandchild FILE]
                           [--never-ready] [--fails-from N] [--print TEXT]
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("ports")
    parser.add_argument("--die-after", type=float)
    parser.add_argument("--status", type=int, default=3)
    parser.add_argument("--ignore-term", action="store_true")
    parser.add_argument("--grandchild", type=Path)
    parser.add_argument("--never-ready", action="store_true")
    parser.add_argument("--fails-from", type=int, default=10**9)
    parser.add_argument("--print", default="")
    arguments = parser.parse_args()
    if arguments.print:
        print(arguments.print, flush=True)
    if arguments.ignore_term:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if arguments.grandchild:
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(300)"])
        arguments.grandchild.write_text(str(child.pid))

    class Handler(BaseHTTPRequestHandler):
        asked = 0

        def do_GET(self) -> None:
            Handler.asked += 1
            body = "\n".join(f"{k}={v}" for k, v in os.environ.items() if k.startswith("HIVE_")).encode()
            self.send_response(503 if arguments.never_ready or Handler.asked >= arguments.fails_from else 200)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            return

    for port in arguments.ports.split(","):
        server = HTTPServer(("127.0.0.1", int(port)), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
    if arguments.die_after is not None:
        time.sleep(arguments.die_after)
        print("something broke", flush=True)
        os._exit(arguments.status)
    while True:
        time.sleep(60)


if __name__ == "__main__":
    main()
