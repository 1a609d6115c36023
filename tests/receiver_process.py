"""A receiver that can be killed: `python -m tests.receiver_process PORT FILE`. Writes down what it was sent, then answers."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

from tests.receiver import Received, Receiver


def main(port: int, file: Path) -> None:
    with file.open("ab", buffering=0) as log:

        def keep(request: Received) -> int:
            log.write(f"{request.id} {request.json()['eventId']}\n".encode())  # one write of a short line: whole, or not at all
            return 204

        with Receiver(keep, port):
            threading.Event().wait()


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
