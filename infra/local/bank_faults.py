"""What goes wrong at the bank on demand.

| Fault | The next `count` … |
|---|---|
| `lose` | messages are never sent |
| `duplicate` (`times`) | messages come that many times |
| `delay` (`seconds`) | messages come that much later, on the district's clock |
| `reverse` | messages are held until all are there, and come in reverse order |
| `alter`, `bad_signature`, `stale` | messages first come altered, wrongly signed, 10 minutes old; then as they should |
| `conflict` (`amount_fen`) | messages are followed by another with the same bank reference and another amount |
| `fail_payout`, `fail_refund`, `fail_minimum_withdrawal` (`reason`) | what was instructed fails |
| `fail_termination` (`reason`) | returns of an account on a termination notice fail: the payee's account is closed |
| `refuse_termination` | termination notices are refused |
| `wrong_interest` (`amount_fen`) | credits of interest are that much more than was earned (1,000 yuan) |
| `partly_payout` (`amount_fen`) | payouts are paid in part: a half, or so much |
| `wrong_opening`, `altered_amount` (`amount_fen`) | days have a wrong statement of one account (`account_no`) |
| `same_reference`, `foreign_currency`, `foreign_account` | the same; without `account_no` the first with lines |
| `missing_day` | days lack the statement of one account |
| `repeated_file`, `malformed`, `hostile` | days' files come twice; one account's comes broken; an entity bomb does |
| `busy_inquiry`, `silent_inquiry` | inquiries are answered 503; the line goes dead |
| `garbled_inquiry`, `other_holder` | inquiries are answered with nonsense; with somebody else's name |
| `no_answer` | instructions are accepted, and the line goes dead before the answer |
"""

from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any

MESSAGE_FAULTS = ("lose", "duplicate", "delay", "reverse", "alter", "bad_signature", "stale", "conflict")
INSTRUCTION_FAULTS = (
    "fail_payout",
    "partly_payout",
    "fail_refund",
    "fail_minimum_withdrawal",
    "fail_termination",
    "refuse_termination",
    "no_answer",
)
INQUIRY_FAULTS = ("busy_inquiry", "silent_inquiry", "garbled_inquiry", "other_holder")
BOOKING_FAULTS = ("wrong_interest",)
STATEMENT_FAULTS = (
    "wrong_opening",
    "altered_amount",
    "same_reference",
    "foreign_currency",
    "foreign_account",
    "missing_day",
    "repeated_file",
    "malformed",
    "hostile",
)
ALL_FAULTS = MESSAGE_FAULTS + INSTRUCTION_FAULTS + INQUIRY_FAULTS + BOOKING_FAULTS + STATEMENT_FAULTS


class UnknownFault(ValueError):
    """The bank can't do that."""


@dataclass
class _Armed:
    kind: str
    left: int
    figures: Mapping[str, Any]


class Faults:
    """What goes wrong next, in the order in which it was asked for; each thing has one fault at most."""

    def __init__(self) -> None:
        self._armed: list[_Armed] = []
        self._lock = Lock()

    def arm(self, kind: str, *, count: int = 1, **figures: Any) -> None:
        """Let the next `count` messages or instructions go wrong. Raises UnknownFault."""
        if kind not in ALL_FAULTS or count < 1:
            raise UnknownFault(kind)
        with self._lock:
            self._armed.append(_Armed(kind, count, figures))

    def take(self, kinds: tuple[str, ...]) -> tuple[str, Mapping[str, Any], bool] | None:
        """The fault of the next thing of these kinds: its name, its figures, whether it was the last one asked for."""
        with self._lock:
            for armed in self._armed:
                if armed.kind in kinds:
                    armed.left -= 1
                    if not armed.left:
                        self._armed.remove(armed)
                    return armed.kind, armed.figures, not armed.left
        return None

    def clear(self) -> None:
        """Let nothing go wrong any more."""
        with self._lock:
            self._armed.clear()

    def listed(self) -> list[dict[str, Any]]:
        """What is still to go wrong."""
        with self._lock:
            return [{"fault": armed.kind, "count": armed.left, **armed.figures} for armed in self._armed]
