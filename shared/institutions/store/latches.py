"""Sixteen copies of what a school may do: other contexts' transactions are held to one, a change flips them all."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date

from pynamodb.attributes import BooleanAttribute, UnicodeAttribute
from pynamodb.expressions.update import Action

from shared.dynamo import transaction
from shared.dynamo.rows import Row, meta
from shared.institutions import model
from shared.institutions.store.rows import UnknownInstitution
from shared.kernel import errors
from shared.kernel.ids import InstitutionId

LATCHES = 16


class NotSelling(errors.Conflict):
    code = "institution_not_selling"
    zh = "该机构已暂停招生，暂不能报名。"
    en = "The institution is suspended from selling."


class ReleasesStopped(errors.Conflict):
    code = "releases_stopped"
    zh = "该机构的资金拨付已被冻结。"
    en = "Releases and payouts of the institution are frozen."


class LatchRow(Row):
    """One of 16 copies of what a school may do, so that no item is hot; all 16 change in one transaction.

    `licence_valid_to` is `Institution.valid_to`: the licence's last day, or a certificate's that ends before.
    """

    Meta = meta("institutions")
    selling = BooleanAttribute()
    releasing = BooleanAttribute()
    licence_valid_to = UnicodeAttribute()
    barred_until = UnicodeAttribute(null=True)


def key_of(institution_id: str, number: int) -> tuple[str, str]:
    """Where a school's `number`-th latch is."""
    return f"latch#{institution_id}#{number:02d}", "latch"


def latch_of(institution_id: InstitutionId, spread_by: str) -> LatchRow:
    """The latch that is asked for something with this id."""
    number = hashlib.sha256(spread_by.encode()).digest()[0] % LATCHES
    return LatchRow(*key_of(institution_id, number))


def selling_latch(institution_id: InstitutionId, *, spread_by: str, on: date) -> transaction.Part:
    """The part of a sale that holds only while the school may sell. `spread_by`: an id that differs between sales.

    It says the same as `Institution.may_sell_on`: a school whose money is frozen takes in no more of it.
    """
    day = on.isoformat()
    licensed = (LatchRow.selling == True) & (LatchRow.licence_valid_to >= day)  # noqa: E712
    free = LatchRow.barred_until.does_not_exist() | (LatchRow.barred_until < day)
    condition = licensed & (LatchRow.releasing == True) & free  # noqa: E712
    return transaction.check(latch_of(institution_id, spread_by), condition, refused=NotSelling())


def releasing_latch(institution_id: InstitutionId, *, spread_by: str) -> transaction.Part:
    """The part of a release or a payout that holds only while the school's money isn't frozen."""
    condition = LatchRow.releasing == True  # noqa: E712
    return transaction.check(latch_of(institution_id, spread_by), condition, refused=ReleasesStopped())


ACTIONS: Mapping[model.Status, Sequence[Action]] = {
    model.Status.LICENSED: [LatchRow.selling.set(True)],
    model.Status.SUSPENDED: [LatchRow.selling.set(False)],
    model.Status.TERMINATING: [LatchRow.selling.set(False), LatchRow.releasing.set(False)],
}
"""What a status does to the latches; a terminated school\'s are closed already."""


def new(school: model.Institution) -> list[LatchRow]:
    """The latches of a school that comes under supervision, as it stands."""
    barred = latest(school.bars)
    return [
        LatchRow(
            *key_of(school.institution_id, number),
            selling=school.status is model.Status.LICENSED,
            releasing=not school.frozen,
            licence_valid_to=school.valid_to.isoformat(),
            barred_until=barred.isoformat() if barred else None,
        )
        for number in range(LATCHES)
    ]


def latest(bars: Sequence[model.Bar]) -> date | None:
    """The last day of the longest bar."""
    return max((bar.until for bar in bars), default=None)


def flip(institution_id: InstitutionId, actions: Sequence[Action]) -> list[transaction.Part]:
    """The parts that change all latches of a school; none for no actions. Their commit raises UnknownInstitution."""
    latches = [LatchRow(*key_of(institution_id, number)) for number in range(LATCHES)] if actions else []
    there = LatchRow.pk.exists()
    return [transaction.update(latch, actions, there, refused=UnknownInstitution()) for latch in latches]
