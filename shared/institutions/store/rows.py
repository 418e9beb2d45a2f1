"""The rows of institutions, and how a school is written in one and read from it."""

import dataclasses
import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from pynamodb.attributes import BooleanAttribute, UnicodeAttribute

from shared.dynamo.rows import Moment, Row, meta
from shared.institutions import model
from shared.kernel import clock, errors
from shared.kernel.ids import InstitutionId

DIRECTORY = "institutions"


class UnknownInstitution(errors.Missing):
    code = "unknown_institution"
    zh = "没有找到这家培训机构。"
    en = "There is no such institution."


class AlreadyRegistered(errors.Conflict):
    code = "institution_already_registered"
    zh = "该机构或其银行账号已登记。"
    en = "The institution, or an account of it, is registered already."


class StatusChanged(errors.Conflict):
    code = "status_changed"
    zh = "机构状态刚刚被他人变更，请刷新后再试。"
    en = "Somebody else has just changed the status. Reload and try again."


class AccountTaken(errors.Conflict):
    code = "account_taken"
    zh = "账号 {account_no} 已是另一监管账户。"
    en = "{account_no} is a supervised account already."


class LicenceTaken(errors.Conflict):
    code = "licence_taken"
    zh = "该办学许可证号已发给另一家机构。"
    en = "The licence number is another institution's."


class InstitutionRow(Row):
    """`waits_*` and `expir*` are there for the indexes only (watched.py)."""

    Meta = meta("institutions")
    document = UnicodeAttribute()
    status = UnicodeAttribute()
    status_reason = UnicodeAttribute(default="")
    frozen = BooleanAttribute(default=False)
    frozen_reason = UnicodeAttribute(default="")
    bars = UnicodeAttribute(default="[]")
    waits_for = UnicodeAttribute(null=True)
    waits_since = Moment(null=True)
    expiry_of = UnicodeAttribute(null=True)
    expires_on = UnicodeAttribute(null=True)


class DirectoryRow(Row):
    """One line a school, for lists by name and for finding one. `moved`: it stands under another name now."""

    Meta = meta("institutions")
    institution_id = UnicodeAttribute()
    name = UnicodeAttribute(default="")
    credit_code = UnicodeAttribute(default="")
    moved = BooleanAttribute(null=True)


class AccountRow(Row):
    """What a bank account number stands for."""

    Meta = meta("institutions")
    institution_id = UnicodeAttribute()
    purpose = UnicodeAttribute()

    @property
    def account_no(self) -> str:
        """The number that its key has."""
        return str(self.pk.partition("#")[2])


class LicenceRow(Row):
    """Whose a licence number is."""

    Meta = meta("institutions")
    institution_id = UnicodeAttribute()


class ChangeRow(Row):
    Meta = meta("institutions")
    change = UnicodeAttribute()
    reason = UnicodeAttribute()
    by = UnicodeAttribute()
    at = Moment()
    fields = UnicodeAttribute(null=True)


def change_row(change: model.StatusChange) -> ChangeRow:
    """The line that keeps a change."""
    return ChangeRow(
        change.institution_id,
        f"change#{clock.stored(change.at)}#{change.change}",
        change=change.change.value,
        reason=change.reason,
        by=change.by,
        at=change.at,
        fields=json.dumps(change.fields, ensure_ascii=False) if change.fields else None,
    )


def change_of(row: ChangeRow) -> model.StatusChange:
    """The change that a line keeps."""
    fields = tuple((field, before, after) for field, before, after in json.loads(row.fields or "[]"))
    return model.StatusChange(InstitutionId(row.pk), model.Change(row.change), row.reason, row.by, row.at, fields)


def document_of(institution: model.Institution) -> str:
    """What a row keeps of a school as text: all but what has an attribute of its own."""
    told = dataclasses.asdict(institution)
    for name in ("status", "status_reason", "frozen", "frozen_reason", "bars"):
        del told[name]
    # what is empty is left out: a school's item stays under the kilobyte that a write pays for
    if institution.accounts.supervised_since is None:
        del told["accounts"]["supervised_since"]
    for name in ("certificates", "rooms"):
        if not told[name]:
            del told[name]
    told["teachers"] = [{name: value for name, value in one.items() if value is not None} for one in told["teachers"]]
    for campus in told["campuses"]:
        for name in [name for name in ("street", "position") if not campus[name]]:
            del campus[name]
    return json.dumps(told, ensure_ascii=False, default=_plain, separators=(",", ":"))


def _plain(value: object) -> str:
    if isinstance(value, date | datetime):
        return value.isoformat()
    raise TypeError(type(value))


def bars_text(bars: Sequence[model.Bar]) -> str:
    """Sorted by kind: the same bars are the same text, which a change of them is conditional on."""
    told = [[bar.kind.value, clock.stored(bar.since), bar.until.isoformat()] for bar in bars]
    return json.dumps(sorted(told), separators=(",", ":"))


def _bars(text: str) -> tuple[model.Bar, ...]:
    told = json.loads(text)
    return tuple(
        model.Bar(model.BarKind(kind), clock.read(since), date.fromisoformat(until)) for kind, since, until in told
    )


def read(institution_id: InstitutionId) -> InstitutionRow:
    """A school's row. Raises UnknownInstitution."""
    try:
        return InstitutionRow.get(institution_id, "institution", consistent_read=True)
    except InstitutionRow.DoesNotExist:
        raise UnknownInstitution() from None


def institution_of(row: InstitutionRow) -> model.Institution:
    """The school that a row keeps."""
    told: dict[str, Any] = json.loads(row.document)
    return model.Institution(
        **{
            **told,
            "licence_valid_to": date.fromisoformat(told["licence_valid_to"]),
            "categories": tuple(told["categories"]),
            "accounts": _accounts(told["accounts"]),
            "campuses": tuple(model.Campus(**campus) for campus in told["campuses"]),
            "teachers": tuple(_teacher(one) for one in told["teachers"]),
            "certificates": tuple(_certificate(one) for one in told.get("certificates", ())),
            "rooms": tuple(model.Room(**{**one, "file": _file(one)}) for one in told.get("rooms", ())),
            "status": model.Status(row.status),
            "status_reason": row.status_reason,
            "frozen": bool(row.frozen),
            "frozen_reason": row.frozen_reason,
            "bars": _bars(row.bars),
        }
    )


def _accounts(told: Mapping[str, Any]) -> model.Accounts:
    since = told.get("supervised_since")
    return model.Accounts(**{**told, "supervised_since": date.fromisoformat(since) if since else None})


def _file(told: Mapping[str, Any]) -> model.FileRef | None:
    return model.FileRef(**told["file"]) if told.get("file") else None


def _teacher(told: Mapping[str, Any]) -> model.Teacher:
    valid_to = date.fromisoformat(told["valid_to"]) if told.get("valid_to") else None
    return model.Teacher(**{**told, "valid_to": valid_to, "file": _file(told)})


def _certificate(told: Mapping[str, Any]) -> model.Certificate:
    days = {name: date.fromisoformat(told[name]) for name in ("valid_from", "valid_to")}
    return model.Certificate(**{**told, **days, "kind": model.CertificateKind(told["kind"]), "file": _file(told)})
