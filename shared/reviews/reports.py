"""Reports of an offer to pay privately: somebody makes one, the bureau looks at it and decides."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from shared.dynamo import transaction
from shared.kernel.ids import InstitutionId, ReportId
from shared.policy.model import Policy
from shared.reviews import rules
from shared.reviews.model import Picture, Report, ReportStatus, ReportStep
from shared.reviews.store import reports as store


def make(
    *,
    report_id: ReportId,
    institution_id: InstitutionId,
    by: str,
    anonymous: bool,
    text: str,
    pictures: Sequence[Picture],
    policy: Policy,
    now: datetime,
) -> Report:
    """Make a report; the same id again is what is there. `by`: the subject who signed in.

    Raises TextWrong, TooManyPictures, TooManyReports, Unavailable.
    """
    told = rules.check_text(text)
    rules.check_pictures(pictures, policy)
    report = Report(report_id, institution_id, by, anonymous, told, tuple(pictures), now)
    try:
        store.add(report, most=policy.private_payment_daily_reports)
    except store.ReportThere:
        return store.get(report_id)
    return report


def step(
    *, report_id: ReportId, seen: ReportStatus, becomes: ReportStatus, reason: str, by: str, now: datetime
) -> Report:
    """Take a report that somebody of the bureau has `seen` in a status to the next one.

    Raises UnknownReport, ReportOver, ReasonNeeded, Unavailable.
    """
    before = store.get(report_id)
    if before.status is not seen:
        raise rules.ReportOver()
    told = rules.check_step(before, becomes, reason)
    after = replace(before, status=becomes, steps=(*before.steps, ReportStep(becomes, told, by, now)))
    try:
        store.change(before, after)
    except transaction.LostRace:
        raise rules.ReportOver() from None
    return after
