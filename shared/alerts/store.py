"""Where alerts are kept: one row each, and a line in the lists of the district and of the school."""

import json
from datetime import datetime
from typing import Any

from pynamodb.attributes import UnicodeAttribute

from shared.alerts import model
from shared.dynamo import pages, transaction
from shared.dynamo.rows import Moment, Row, meta
from shared.kernel import clock, errors
from shared.kernel.ids import AlertId, InstitutionId
from shared.kernel.page import Page

DISTRICT = "district"


class AlreadyRaised(errors.Conflict):
    code = "already_raised"
    zh = "该预警已存在。"
    en = "The alert is raised already."


class AlertRow(Row):
    """An alert under the list it stands in (`alerts#district`, `alerts#<institution_id>`)."""

    Meta = meta("alerts")
    alert_id = UnicodeAttribute()
    rule = UnicodeAttribute()
    severity = UnicodeAttribute()
    institution_id = UnicodeAttribute()
    subject = UnicodeAttribute()
    figures = UnicodeAttribute()
    threshold = UnicodeAttribute()
    rule_version = UnicodeAttribute()
    raised_at = Moment()


class RaisedRow(Row):
    """That an alert was raised, so that it is raised once."""

    Meta = meta("alerts")


def add(alert: model.Alert) -> bool:
    """Keep an alert and list it, once; whether it is new."""
    try:
        transaction.commit(new(alert))
    except AlreadyRaised:
        return False
    return True


def new(alert: model.Alert) -> list[transaction.Part]:
    """The parts that keep an alert and list it. Their commit raises AlreadyRaised."""
    raised = transaction.put_new(RaisedRow(f"alert#{alert.alert_id}", "raised"), refused=AlreadyRaised())
    return [raised, *(transaction.put(_row(alert, of)) for of in (DISTRICT, alert.institution_id))]


def list_alerts(of: str, *, limit: int, cursor: str | None) -> Page[model.Alert]:
    """The alerts of the DISTRICT or of a school, newest first."""
    return pages.page(AlertRow, f"alerts#{of}", limit=limit, cursor=cursor, backwards=True).map(_alert_of)


def list_between(of: str, *, first: datetime, before: datetime, at_most: int) -> list[model.Alert]:
    """The alerts raised in a half-open period, newest first; the newest `at_most` of them."""
    period = AlertRow.sk.between(clock.stored(first), clock.stored(before))
    rows = AlertRow.query(f"alerts#{of}", period, scan_index_forward=False, limit=at_most)
    return [_alert_of(row) for row in rows]


def _row(alert: model.Alert, of: str) -> AlertRow:
    return AlertRow(
        f"alerts#{of}",
        f"{clock.stored(alert.raised_at)}#{alert.alert_id}",
        alert_id=alert.alert_id,
        rule=alert.rule.value,
        severity=alert.severity.value,
        institution_id=alert.institution_id,
        subject=alert.subject,
        figures=json.dumps(dict(alert.figures), ensure_ascii=False),
        threshold=alert.threshold,
        rule_version=alert.rule_version,
        raised_at=alert.raised_at,
    )


def _alert_of(row: Any) -> model.Alert:
    return model.Alert(
        alert_id=AlertId(row.alert_id),
        rule=model.Rule(row.rule),
        severity=model.Severity(row.severity),
        institution_id=InstitutionId(row.institution_id),
        subject=row.subject,
        figures=json.loads(row.figures),
        threshold=row.threshold,
        rule_version=row.rule_version,
        raised_at=row.raised_at,
    )
