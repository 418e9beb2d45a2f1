"""What every scheduled function does: call, tell the figures, let a failure be seen."""

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any, TypeVar

from functions.edge import logs, parked, wiring
from functions.edge.logs import tell
from shared.kernel import errors

__all__ = ["each", "run", "tell"]

T = TypeVar("T")


def run(function: Callable[[], dict[str, int]]) -> Callable[[Any], dict[str, int]]:
    """A scheduled function: takes the event it doesn't need, gives and tells the figures of its run."""

    @wraps(function)
    def handler(event: Any) -> dict[str, int]:
        figures = function()
        logs.tell("scheduled", function=function.__name__, **figures)
        return figures

    return handler


def each(function: str, things: Iterable[T], act: Callable[[T], int], *, key: Callable[[T], str]) -> int:
    """Act on each thing, and sum what was done. One that fails stops no other.

    What is refused is told, and is tried again by the next run; what can't be handled at all is parked under its key.
    """
    done = 0
    for thing in things:
        try:
            done += act(thing)
        except errors.Refusal as refusal:
            tell("put_off", function=function, key=key(thing), code=refusal.code)
        except Exception as error:
            logs.tell_bug("thing_parked", function=function, key=key(thing))
            reason = f"{type(error).__name__}: {error}"
            parked.park(function, {"eventID": key(thing)}, reason, now=wiring.now())
    return done
