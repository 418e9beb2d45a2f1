"""The schools that the bureau has an eye on, by indexes: whose papers end first; frozen, terminating and ended ones."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from pynamodb.attributes import UnicodeAttribute
from pynamodb.expressions.update import Action
from pynamodb.indexes import GlobalSecondaryIndex, KeysOnlyProjection

from shared.dynamo import pages
from shared.dynamo.rows import Moment, Row, meta
from shared.institutions import model
from shared.institutions.store.rows import InstitutionRow
from shared.kernel.ids import InstitutionId
from shared.kernel.page import Page

PAPERS = "papers"


class Watch(StrEnum):
    """Why a school is in the list of those that wait for something. It is in it for one reason at a time."""

    FROZEN = "frozen"
    TERMINATING = "terminating"
    ENDED = "ended"


class ByWait(GlobalSecondaryIndex[Any]):
    class Meta:
        index_name = "by_wait"
        projection = KeysOnlyProjection()

    waits_for = UnicodeAttribute(hash_key=True)
    waits_since = Moment(range_key=True)


class ByExpiry(GlobalSecondaryIndex[Any]):
    class Meta:
        index_name = "by_expiry"
        projection = KeysOnlyProjection()

    expiry_of = UnicodeAttribute(hash_key=True)
    expires_on = UnicodeAttribute(range_key=True)


class WatchedRow(Row):
    """A school's item, as the indexes have it."""

    Meta = meta("institutions")
    waiting = ByWait()
    expiring = ByExpiry()
    waits_for = UnicodeAttribute(null=True)
    waits_since = Moment(null=True)
    expiry_of = UnicodeAttribute(null=True)
    expires_on = UnicodeAttribute(null=True)


def expires_on(school: model.Institution) -> str | None:
    """The day on which the first of its papers ends; None of a school that isn't under supervision or that ends."""
    if not school.accounts.opened or school.status.ending:
        return None
    return min((one.last_day.isoformat() for one in school.validities), default=None)


def expiry(school: model.Institution) -> list[Action]:
    """What puts a school in its place among those whose papers end."""
    day = expires_on(school)
    if day is None:
        return [InstitutionRow.expiry_of.remove(), InstitutionRow.expires_on.remove()]
    return [InstitutionRow.expiry_of.set(PAPERS), InstitutionRow.expires_on.set(day)]


def waits(watch: Watch | None, *, since: datetime) -> list[Action]:
    """What puts a school into the list of those that wait for something, or takes it out."""
    if watch is None:
        return [InstitutionRow.waits_for.remove(), InstitutionRow.waits_since.remove()]
    return [InstitutionRow.waits_for.set(watch.value), InstitutionRow.waits_since.set(since)]


def comes_to(status: model.Status, *, since: datetime) -> list[Action]:
    """What a status does to both lists: a school that ends has no papers any more that matter."""
    if not status.ending:
        return []
    watch = Watch.ENDED if status.ended else Watch.TERMINATING
    return [InstitutionRow.expiry_of.remove(), InstitutionRow.expires_on.remove(), *waits(watch, since=since)]


def list_expiring(*, until: date, limit: int, cursor: str | None) -> Page[InstitutionId]:
    """One page of the schools that a paper of ends by a day or has ended, the first to end first."""
    keys, index = WatchedRow.expires_on <= until.isoformat(), WatchedRow.expiring
    page = pages.page(WatchedRow, PAPERS, limit=limit, cursor=cursor, keys=keys, index=index)
    return page.map(lambda row: InstitutionId(row.pk))


def count_expiring(*, until: date, at_most: int) -> int:
    """How many there are; no more than `at_most` are counted."""
    keys = WatchedRow.expires_on <= until.isoformat()
    return min(int(WatchedRow.expiring.count(PAPERS, keys, limit=at_most)), at_most)


def list_waiting(watch: Watch, *, limit: int, cursor: str | None) -> Page[InstitutionId]:
    """One page of the schools that are watched for a reason, the newest first."""
    index = WatchedRow.waiting
    page = pages.page(WatchedRow, watch.value, limit=limit, cursor=cursor, index=index, backwards=True)
    return page.map(lambda row: InstitutionId(row.pk))


def count_waiting(watch: Watch, *, at_most: int) -> int:
    """How many there are; no more than `at_most` are counted."""
    return min(int(WatchedRow.waiting.count(watch.value, limit=at_most)), at_most)
