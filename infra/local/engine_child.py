"""The engine's process: ministack, which stops when whoever started it is gone.

Its standard input is a pipe that only the starter holds. However the starter ends (even by kill -9), the pipe
closes, and the engine stops as on SIGTERM: in order, with its state saved.
"""

import os
import signal
import sys
import threading
from functools import lru_cache
from typing import Any

import botocore.session  # noqa: F401 -- else the first call waits for it, half a second
from ministack import app
from ministack.services import dynamodb

_EXPRESSIONS = 4096


def _stop_with_the_starter() -> None:
    while os.read(sys.stdin.fileno(), 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


def _judge_expressions_once() -> None:
    """An expression is read and judged anew for every item that it is held against: most of what a scan costs."""
    read = dynamodb._tokenize

    @lru_cache(_EXPRESSIONS)
    def tokenize(expression: str) -> Any:
        return tuple(read(expression))

    dynamodb._tokenize = tokenize
    for name in ("_condition_syntax_error", "_check_redundant_parens"):
        setattr(dynamodb, name, lru_cache(_EXPRESSIONS)(getattr(dynamodb, name)))


if __name__ == "__main__":
    _judge_expressions_once()
    threading.Thread(target=_stop_with_the_starter, name="starter", daemon=True).start()
    sys.argv = sys.argv[:1]
    app.main()
