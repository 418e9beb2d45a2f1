"""One structured line for what happened. No personal data: ids, codes and figures only."""

from functools import cache
from typing import Any

from aws_lambda_powertools import Logger


@cache
def logger() -> Logger:
    """The functions' logger: JSON lines on standard output."""
    return Logger(service="hui-edge", location=None, log_uncaught_exceptions=False)


def tell(event: str, **figures: Any) -> None:
    """One line for an event."""
    logger().info(event, extra=figures)


def tell_bug(event: str, **figures: Any) -> None:
    """One line, with the traceback, for an exception that nobody expected."""
    logger().exception(event, extra=figures)
