"""What every scheduled function does: call, tell the figures, let a failure be seen."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from functions.edge import logs
from functions.edge.logs import tell

__all__ = ["run", "tell"]


def run(function: Callable[[], dict[str, int]]) -> Callable[[Any], dict[str, int]]:
    """A scheduled function: takes the event it doesn't need, gives and tells the figures of its run."""

    @wraps(function)
    def handler(event: Any) -> dict[str, int]:
        figures = function()
        logs.tell("scheduled", function=function.__name__, **figures)
        return figures

    return handler
