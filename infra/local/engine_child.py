"""The engine's process: ministack, which stops when whoever started it is gone.

Its standard input is a pipe that only the starter holds. However the starter ends (even by kill -9), the pipe
closes, and the engine stops as on SIGTERM: in order, with its state saved.
"""

import os
import signal
import sys
import threading

import botocore.session  # noqa: F401 -- else the first call waits for it, half a second
from ministack import app


def _stop_with_the_starter() -> None:
    while os.read(sys.stdin.fileno(), 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    threading.Thread(target=_stop_with_the_starter, name="starter", daemon=True).start()
    sys.argv = sys.argv[:1]
    app.main()
