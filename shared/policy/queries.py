"""Which policy is in force, at next to no cost: what this process has read of the record holds as long as it can.

A version is approved, and withdrawn, only until `rules.DECIDED_BEFORE` before the business day on which it takes
effect. Who reads the record on a business day therefore knows for good which version is in force on it and on every
day before it: the record is read once on each day, and a version, which never changes, once.
"""

from dataclasses import dataclass
from datetime import date, datetime

from shared.kernel import clock
from shared.kernel.page import Page
from shared.policy import store
from shared.policy.file import first
from shared.policy.model import Entry, Head, Policy, Version


@dataclass(frozen=True)
class _Known:
    """What was read of the record. Which version is in force is known for every day until `through`."""

    through: date
    head: Head


_known: _Known | None = None
_on_day: dict[date, Policy] = {}
_by_number: dict[int, Policy] = {}


def in_force(*, at: datetime) -> Policy:
    """The policy in force at a moment, now or earlier: what is to come can still change.

    Reads once for each business day that is the latest so far, and once for each version. Raises LookupError before the
    first version, Unavailable.
    """
    day = clock.business_day(at)
    policy = _on_day.get(day)
    if policy is None:
        policy = _on_day[day] = _find(day)
    return policy


def get(*, version: str) -> Policy:
    """A policy by its version, one that is to come or was withdrawn too. Raises LookupError, Unavailable."""
    if version == first().version:
        return first()
    entry = _entry(version, _known.head) if _known else None
    if entry is None:
        entry = _entry(version, store.get_head())
    if entry is None:
        raise LookupError(f"no policy has the version {version!r}")
    return _policy(entry)


def newest(head: Head) -> Policy:
    """The last version that isn't withdrawn, in force or to come: what the next one is made of."""
    entries = [entry for entry in head.entries if not entry.withdrawn]
    return _policy(entries[-1]) if entries else first()


def find_version(version: str) -> Version | None:
    """A version with how it came about, as it stands now; None for an unknown one."""
    if version == first().version:
        return Version(0, first())
    entry = _entry(version, store.get_head())
    return store.get(entry) if entry else None


def list_versions(*, limit: int, cursor: str | None) -> Page[Version]:
    """Every version with how it came about, the newest first, withdrawn ones too. Raises BadCursor."""
    page = store.list_page(limit=limit, cursor=cursor)
    return page if page.next_cursor else Page([*page.rows, Version(0, first())])


def coming(head: Head, *, on: date) -> list[Entry]:
    """The versions that take effect after a day and aren't withdrawn, the soonest first."""
    return [entry for entry in head.entries if not entry.withdrawn and entry.effective_from > on]


def standing(version: Version, *, at: datetime) -> str:
    """How a version stands at a moment: in_force, coming, past, withdrawn."""
    if version.withdrawal is not None:
        return "withdrawn"
    if version.policy.version == in_force(at=at).version:
        return "in_force"
    return "coming" if version.policy.effective_from > clock.business_day(at) else "past"


def forget() -> None:
    """Know nothing of the record any more. For tests, and where a process is given another district's tables."""
    global _known
    _known = None
    _on_day.clear()
    _by_number.clear()


def take_for_known(head: Head, *, through: date) -> None:
    """Take this for what the record says until a day, without reading it. For tests that have no tables."""
    global _known
    forget()
    _known = _Known(through, head)


def _find(day: date) -> Policy:
    """Which is in force on a day. The record is read again when that wasn't known for good."""
    global _known
    known = _known
    if known is None or known.through < day:
        known = _known = _Known(day, store.get_head())
    for entry in reversed(known.head.entries):
        if entry.effective_from <= day and not entry.withdrawn:
            return _policy(entry)
    if first().effective_from <= day:
        return first()
    raise LookupError(f"no policy was in force on {day}")


def _entry(version: str, head: Head) -> Entry | None:
    return next((entry for entry in head.entries if entry.version == version), None)


def _policy(entry: Entry) -> Policy:
    """A version, read once: what it says never changes."""
    if entry.number not in _by_number:
        _by_number[entry.number] = store.get(entry).policy
    return _by_number[entry.number]
