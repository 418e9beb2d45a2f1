"""Reports of an offer to pay privately, and how many somebody has made on a day."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from pynamodb.attributes import BooleanAttribute, NumberAttribute, UnicodeAttribute

from shared.dynamo import pages, transaction
from shared.dynamo.rows import Moment, Row, from_image, meta
from shared.kernel import clock, errors
from shared.kernel.ids import InstitutionId, ReportId
from shared.kernel.page import Page
from shared.reviews import model, rules
from shared.reviews.store import written
from shared.reviews.store.reviews import ByList

_SK = "report"


class UnknownReport(errors.Missing):
    code = "unknown_private_payment_report"
    zh = "没有找到这份举报。"
    en = "There is no such report."


class ReportThere(errors.Conflict):
    """The same report is there already; the caller reads it."""

    code = "private_payment_report_there"
    zh = "该举报已收到。"
    en = "The report is there already."


class ReportRow(Row):
    """`listed_in` is the list of its status, `listed_at` since when it stands there."""

    Meta = meta("reviews")
    lists = ByList()
    institution_id = UnicodeAttribute()
    by = UnicodeAttribute()
    anonymous = BooleanAttribute()
    text = UnicodeAttribute()
    pictures = UnicodeAttribute()
    at = Moment()
    status = UnicodeAttribute()
    steps = UnicodeAttribute(default="[]")
    listed_in = UnicodeAttribute()
    listed_at = Moment()


class MineRow(Row):
    """That somebody has made a report: pk=reporter#<subject> sk=report#<report_id>."""

    Meta = meta("reviews")


class CountRow(Row):
    """How many reports somebody has made on a day: pk=reporter#<subject> sk=day#<day>."""

    Meta = meta("reviews")
    made = NumberAttribute(default=0)


def add(report: model.Report, *, most: int) -> None:
    """Keep a new report, the `most`-th of the person's day at the latest. Raises ReportThere, TooManyReports."""
    day = clock.business_day(report.at)
    mine = f"reporter#{report.by}"
    few = CountRow.made.does_not_exist() | (CountRow.made < most)
    over = rules.TooManyReports(limit=most, retry_after_seconds=_until_tomorrow(day, report.at))
    transaction.commit(
        [
            transaction.put_new(_row(report), refused=ReportThere()),
            transaction.update(CountRow(mine, f"day#{day}"), [CountRow.made.add(1)], few, refused=over),
            transaction.put(MineRow(mine, f"report#{report.report_id}")),
        ]
    )


def change(before: model.Report, after: model.Report) -> None:
    """Write a report as it is after a step, if it is still as it was `before`. Raises LostRace."""
    still = ReportRow.status == before.status.value
    transaction.commit([transaction.put_if(_row(after), still, refused=transaction.LostRace())])


def get(report_id: ReportId) -> model.Report:
    """A report. Raises UnknownReport."""
    try:
        return _report(ReportRow.get(report_id, _SK, consistent_read=True))
    except ReportRow.DoesNotExist:
        raise UnknownReport() from None


def list_in(status: model.ReportStatus, *, limit: int, cursor: str | None) -> Page[model.Report]:
    """One page of the reports in a status: what waits, the longest first; what is decided, the newest first."""
    page = pages.page(
        ReportRow, _list(status), limit=limit, cursor=cursor, index=ReportRow.lists, backwards=status.decided
    )
    found = _many([row.pk for row in page.rows])
    there = [found[row.pk] for row in page.rows if row.pk in found]
    return Page([one for one in there if one.status is status], page.next_cursor)


def count_in(status: model.ReportStatus, *, at_most: int) -> int:
    """How many reports are in a status; no more than `at_most` are counted."""
    return min(int(ReportRow.lists.count(_list(status), limit=at_most)), at_most)


def list_made(since: datetime, until: datetime) -> list[model.Report]:
    """The reports that were made in a half-open period, whatever has become of them. For the sweep."""
    later = ReportRow.listed_at >= since
    found = {row.pk for status in model.ReportStatus for row in ReportRow.lists.query(_list(status), later)}
    return [one for one in _many(sorted(found)).values() if since <= one.at < until]


def list_by(subject: str, *, limit: int, cursor: str | None) -> Page[model.Report]:
    """One page of what somebody has reported, the newest first."""
    keys = MineRow.sk.startswith("report#")
    page = pages.page(MineRow, f"reporter#{subject}", limit=limit, cursor=cursor, keys=keys, backwards=True)
    wanted = [row.sk.removeprefix("report#") for row in page.rows]
    found = _many(wanted)
    return Page([found[one] for one in wanted if one in found], page.next_cursor)


def from_record(image: Mapping[str, Any]) -> model.Report:
    """The report of a stream record's image."""
    return _report(from_image(ReportRow, image))


def _many(report_ids: list[str]) -> dict[str, model.Report]:
    rows = ReportRow.batch_get([(one, _SK) for one in report_ids], consistent_read=True) if report_ids else ()
    return {row.pk: _report(row) for row in rows}


def _list(status: model.ReportStatus) -> str:
    return f"private_payments#{status}"


def _until_tomorrow(day: date, now: datetime) -> int:
    return int((clock.end_of(day) - now).total_seconds()) + 1


def _row(report: model.Report) -> ReportRow:
    return ReportRow(
        report.report_id,
        _SK,
        institution_id=report.institution_id,
        by=report.by,
        anonymous=report.anonymous,
        text=report.text,
        pictures=written.pictures_text(report.pictures),
        at=report.at,
        status=report.status.value,
        steps=json.dumps([{**asdict(one), "at": clock.stored(one.at)} for one in report.steps], ensure_ascii=False),
        listed_in=_list(report.status),
        listed_at=report.steps[-1].at if report.steps else report.at,
    )


def _report(row: ReportRow) -> model.Report:
    return model.Report(
        report_id=ReportId(row.pk),
        institution_id=InstitutionId(row.institution_id),
        by=row.by,
        anonymous=bool(row.anonymous),
        text=row.text,
        pictures=written.pictures(row.pictures),
        at=row.at,
        status=model.ReportStatus(row.status),
        steps=tuple(_step(one) for one in json.loads(row.steps)),
    )


def _step(told: Mapping[str, Any]) -> model.ReportStep:
    return model.ReportStep(model.ReportStatus(told["becomes"]), told["reason"], told["by"], clock.read(told["at"]))
