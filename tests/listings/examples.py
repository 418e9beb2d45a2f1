"""Schools put on the lists and taken off, as two officers do it."""

from datetime import date, datetime
from typing import Any

from functions.edge import listing_acts
from shared.approvals.model import Kind
from shared.kernel.ids import InstitutionId
from shared.listings.model import ChangeKind, Listing, ListName, Observed
from tests import steps
from tests.builders import NOW, SCHOOL, an_id


def school(number: int) -> InstitutionId:
    """The `number`-th school's id."""
    return InstitutionId(an_id("ins", number))


def put_on(
    becomes: ListName = ListName.BLACK,
    number: int = 1,
    *,
    now: datetime = NOW,
    until: date | None = None,
    reason: str = "收费不入监管账户",
) -> None:
    """The `number`-th school is put on a list."""
    iid = school(number)
    kind = Kind.BLACKLISTING if becomes is ListName.BLACK else Kind.WHITELISTING
    listing_acts.put_on(
        institution_id=iid,
        becomes=becomes,
        reason=reason,
        evidence="检查记录2026-11号",
        until=until,
        proposed_by="reviewer",
        approved_by="supervisor",
        now=now,
        also=[steps.approval(kind, iid, now=now)],
    )


def take_off(number: int = 1, *, now: datetime = NOW) -> None:
    """The `number`-th school is taken off the list it is on."""
    listing_acts.take_off(
        institution_id=school(number),
        kind=ChangeKind.REMOVED,
        reason="整改完成",
        proposed_by="reviewer",
        approved_by="supervisor",
        now=now,
    )


def observed(**changes: Any) -> Observed:
    """A school of which nothing speaks against it."""
    told: dict[str, Any] = {
        "status": "licensed",
        "licensed": True,
        "status_since": NOW,
        "licence_valid_to": date(2027, 12, 31),
        "frozen": False,
        "frozen_since": None,
        "balance_fen": 10_000,
        "required_fen": 10_000,
        "short_since": None,
        "short_due_on": None,
        "red_alerts": 0,
        "last_red_alert": None,
        "listing": Listing(SCHOOL),
    }
    return Observed(**{**told, **changes})
