"""Where the versions after the first are kept. Keys are in this context's README."""

import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import date
from typing import Any

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.expressions.update import Action

from shared.dynamo import pages, transaction
from shared.dynamo.rows import Moment, Row, meta
from shared.kernel import errors
from shared.kernel.page import Page
from shared.policy import file, model

_RECORD, _HEAD, _VERSIONS = "record", "head", "versions"


class PolicyChangedSince(errors.Conflict):
    code = "policy_changed_since"
    zh = "提出之后规则已有其他变更，请按最新版本重新提出。"
    en = "The policy was changed after this was proposed. Propose it again on the newest version."


class HeadRow(Row):
    """Every version by its name and day, and how often the record was changed: what a change is held to."""

    Meta = meta("policy")
    changes = NumberAttribute()
    entries = UnicodeAttribute()


class VersionRow(Row):
    """One version, whole, so that no later change of the file's first version changes it."""

    Meta = meta("policy")
    version = UnicodeAttribute()
    effective_from = UnicodeAttribute()
    figures = UnicodeAttribute()
    holidays = UnicodeAttribute()
    working_days = UnicodeAttribute()
    base = UnicodeAttribute()
    reason = UnicodeAttribute()
    proposed_by = UnicodeAttribute()
    proposed_at = Moment()
    approved_by = UnicodeAttribute()
    approved_at = Moment()
    withdrawn_reason = UnicodeAttribute(default="")
    withdrawn_proposed_by = UnicodeAttribute(default="")
    withdrawn_approved_by = UnicodeAttribute(default="")
    withdrawn_at = Moment(null=True)


def get_head() -> model.Head:
    """Every version by name, as it stands now. One read."""
    try:
        row = HeadRow.get(_RECORD, _HEAD, consistent_read=True)
    except HeadRow.DoesNotExist:
        return model.Head()
    entries = [
        model.Entry(number, version, date.fromisoformat(day), bool(withdrawn))
        for number, version, day, withdrawn in json.loads(row.entries)
    ]
    return model.Head(int(row.changes), tuple(entries))


def get(entry: model.Entry) -> model.Version:
    """A version that the head names. One read."""
    return _version(VersionRow.get(_VERSIONS, _number(entry.number), consistent_read=True))


def list_page(*, limit: int, cursor: str | None) -> Page[model.Version]:
    """The versions after the first, withdrawn ones too, the newest first. Raises BadCursor."""
    return pages.page(VersionRow, _VERSIONS, limit=limit, cursor=cursor, backwards=True).map(_version)


def add(version: model.Version, *, head: model.Head) -> list[transaction.Part]:
    """The parts that add a version to the record as it stood in `head`; they refuse with PolicyChangedSince."""
    policy = version.policy
    entry = model.Entry(version.number, policy.version, policy.effective_from)
    row = VersionRow(
        _VERSIONS,
        _number(version.number),
        version=policy.version,
        effective_from=policy.effective_from.isoformat(),
        figures=_figures_text(policy),
        holidays=_days_text(policy.own_days.holidays),
        working_days=_days_text(policy.own_days.working_days),
        base=version.base,
        reason=version.reason,
        proposed_by=version.proposed_by,
        proposed_at=version.proposed_at,
        approved_by=version.approved_by,
        approved_at=version.approved_at,
    )
    return [_move(head, (*head.entries, entry)), transaction.put_new(row, refused=PolicyChangedSince())]


def withdraw(entry: model.Entry, withdrawal: model.Withdrawal, *, head: model.Head) -> list[transaction.Part]:
    """The parts that withdraw a version of the record as it stood in `head`; they refuse with PolicyChangedSince."""
    entries = tuple(replace(one, withdrawn=True) if one == entry else one for one in head.entries)
    actions: list[Action] = [
        VersionRow.withdrawn_reason.set(withdrawal.reason),
        VersionRow.withdrawn_proposed_by.set(withdrawal.proposed_by),
        VersionRow.withdrawn_approved_by.set(withdrawal.approved_by),
        VersionRow.withdrawn_at.set(withdrawal.at),
    ]
    row = VersionRow(_VERSIONS, _number(entry.number))
    there = VersionRow.withdrawn_at.does_not_exist() & VersionRow.version.exists()
    return [_move(head, entries), transaction.update(row, actions, there, refused=PolicyChangedSince())]


def _move(head: model.Head, entries: Sequence[model.Entry]) -> transaction.Part:
    told = [[one.number, one.version, one.effective_from.isoformat(), int(one.withdrawn)] for one in entries]
    row = HeadRow(_RECORD, _HEAD, changes=head.changes + 1, entries=json.dumps(told))
    if head.changes == 0:
        return transaction.put_new(row, refused=PolicyChangedSince())
    return transaction.put_if(row, HeadRow.changes == head.changes, refused=PolicyChangedSince())


def _number(number: int) -> str:
    return f"{number:06d}"


def _figures_text(policy: model.Policy) -> str:
    told = {one.name: [one.value, one.source, one.note_zh, one.note_en] for one in policy.figures}
    return json.dumps(told, ensure_ascii=False)


def _days_text(days: frozenset[date]) -> str:
    return json.dumps(sorted(day.isoformat() for day in days))


def _days(text: str) -> frozenset[date]:
    return frozenset(map(date.fromisoformat, json.loads(text)))


def _version(row: VersionRow) -> model.Version:
    withdrawal = None
    if row.withdrawn_at is not None:
        told = (row.withdrawn_reason, row.withdrawn_proposed_by, row.withdrawn_approved_by)
        withdrawal = model.Withdrawal(*told, row.withdrawn_at)
    return model.Version(
        number=int(row.sk),
        policy=file.policy(
            version=row.version,
            effective_from=date.fromisoformat(row.effective_from),
            figures=_figures(json.loads(row.figures)),
            own_days=model.OwnDays(_days(row.holidays), _days(row.working_days)),
        ),
        base=row.base,
        reason=row.reason,
        proposed_by=row.proposed_by,
        proposed_at=row.proposed_at,
        approved_by=row.approved_by,
        approved_at=row.approved_at,
        withdrawal=withdrawal,
    )


def _figures(told: dict[str, Any]) -> tuple[model.Figure, ...]:
    """The figures that rules use now, as the version has them; a younger one as the file has it."""
    return tuple(
        replace(figure, **asdict(_new(told[figure.name]))) if figure.name in told else figure
        for figure in file.first().figures
    )


def _new(told: list[Any]) -> model.NewFigure:
    value, source, note_zh, note_en = told
    return model.NewFigure(value, model.Source(source), note_zh, note_en)
