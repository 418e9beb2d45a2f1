"""What every stream function does with a batch.

Each record stands alone. One that can't be handled now (Unavailable) is reported, and Lambda delivers again from the
lowest one reported. One that can't be handled at all is parked and acknowledged, so that it stops nobody else.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from typing import Any, TypeVar

from functions.edge import logs, parked, wiring
from shared.kernel import errors

T = TypeVar("T")
Record = Mapping[str, Any]
Answer = dict[str, list[dict[str, str]]]


def stream_of(table: str) -> Any:
    """The stream of a table of the template, for CloudFormation to look up: Chalice takes its dict for an ARN."""
    return {"Fn::GetAtt": [table, "StreamArn"]}


def each_record(handle: Callable[[Record], None]) -> Callable[[Any], Answer]:
    """A stream function that handles one record at a time."""

    @wraps(handle)
    def handler(event: Any) -> Answer:
        failed = []
        for record in event.to_dict()["Records"]:
            try:
                handle(record)
            except errors.Unavailable:
                failed.append(record)
            except Exception as error:
                _park(handle.__name__, record, error)
        return _answer(handle.__name__, len(event.to_dict()["Records"]), failed)

    return handler


def together(*, read: Callable[[Record], T]) -> Callable[[Callable[[Sequence[T]], None]], Callable[[Any], Answer]]:
    """A stream function that handles what `read` makes of a whole batch at once; all of it again when it can't now."""

    def decorate(handle: Callable[[Sequence[T]], None]) -> Callable[[Any], Answer]:
        @wraps(handle)
        def handler(event: Any) -> Answer:
            records = event.to_dict()["Records"]
            readable: list[tuple[Record, T]] = []
            for record in records:
                try:
                    readable.append((record, read(record)))
                except Exception as error:
                    _park(handle.__name__, record, error)
            failed = _handle_together(handle, readable)
            return _answer(handle.__name__, len(records), failed)

        return handler

    return decorate


def _handle_together(handle: Callable[[Sequence[T]], None], readable: Sequence[tuple[Record, T]]) -> list[Record]:
    try:
        handle([told for _, told in readable])
    except errors.Unavailable:
        return [record for record, _ in readable]
    except Exception:
        return _handle_singly(handle, readable)
    return []


def _handle_singly(handle: Callable[[Sequence[T]], None], readable: Sequence[tuple[Record, T]]) -> list[Record]:
    """One of them can't be handled: find it, so that it stands in nobody's way."""
    failed = []
    for record, told in readable:
        try:
            handle([told])
        except errors.Unavailable:
            failed.append(record)
        except Exception as error:
            _park(handle.__name__, record, error)
    return failed


def _park(function: str, record: Record, error: Exception) -> None:
    logs.tell_bug("record_parked", function=function, event_id=record.get("eventID"))
    parked.park(function, record, f"{type(error).__name__}: {error}", now=wiring.now())


def _answer(function: str, count: int, failed: Sequence[Record]) -> Answer:
    logs.tell("batch", function=function, records=count, to_be_retried=len(failed))
    return {"batchItemFailures": [{"itemIdentifier": record["dynamodb"]["SequenceNumber"]} for record in failed]}
