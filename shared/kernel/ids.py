"""Ids: a short prefix and a ULID, as in `enr_01J8ZQ4T9F6X3M2C7V5B1N8K0D`. They sort by the time they were made."""

import hashlib
import re
from collections.abc import Callable
from datetime import datetime
from typing import NewType

InstitutionId = NewType("InstitutionId", str)
CampusId = NewType("CampusId", str)
TeacherId = NewType("TeacherId", str)
CourseId = NewType("CourseId", str)
OfferingId = NewType("OfferingId", str)
SessionId = NewType("SessionId", str)
GuardianId = NewType("GuardianId", str)
StudentId = NewType("StudentId", str)
StaffId = NewType("StaffId", str)
EnrolmentId = NewType("EnrolmentId", str)
CoverId = NewType("CoverId", str)
ClaimId = NewType("ClaimId", str)
PayoutId = NewType("PayoutId", str)
RefundId = NewType("RefundId", str)
WithdrawalId = NewType("WithdrawalId", str)
AlertId = NewType("AlertId", str)
ProposalId = NewType("ProposalId", str)
BreakId = NewType("BreakId", str)
PlaqueId = NewType("PlaqueId", str)
FileId = NewType("FileId", str)
CaseId = NewType("CaseId", str)
ItemId = NewType("ItemId", str)
ProfileChangeId = NewType("ProfileChangeId", str)
ReviewId = NewType("ReviewId", str)
ReportId = NewType("ReportId", str)
MessageId = NewType("MessageId", str)

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
SHAPE = r"[a-z]{3}_[0-9A-HJKMNP-TV-Z]{26}"


def _crockford(number: int, length: int) -> str:
    digits = []
    for _ in range(length):
        number, digit = divmod(number, 32)
        digits.append(_ALPHABET[digit])
    return "".join(reversed(digits))


def new(prefix: str, *, at: datetime, randomness: Callable[[int], bytes]) -> str:
    """A new id made at `at`; `randomness(n)` gives n random bytes."""
    milliseconds = int(at.timestamp() * 1000)
    return f"{prefix}_{_crockford(milliseconds, 10)}{_crockford(int.from_bytes(randomness(10), 'big'), 16)}"


def derived(prefix: str, *parts: str) -> str:
    """The id that always belongs to these parts, so that a command that comes twice makes one thing."""
    digest = hashlib.sha256("\x1f".join((prefix, *parts)).encode()).digest()
    return f"{prefix}_{_crockford(int.from_bytes(digest[:17], 'big') >> 6, 26)}"


def is_id(text: str, prefix: str) -> bool:
    """Whether `text` has the shape of an id with this prefix."""
    return text.startswith(f"{prefix}_") and re.fullmatch(SHAPE, text) is not None
