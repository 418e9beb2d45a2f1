"""How a school stands with the bureau: may it sell, is its money frozen and why, how far its termination is."""

from datetime import date
from typing import Any

from chalice.app import Blueprint

from functions.api.filing_views import InspectionView, inspection
from functions.api.views import View, money
from functions.edge.auth import Audience
from functions.edge.contract import Call, Money, endpoint
from shared.filings.store import inspections
from shared.institutions import store as institutions
from shared.institutions.model import STATUS_NAMES
from shared.kernel import clock
from shared.terminations.model import STEP_NAMES
from shared.terminations.store import cases, notices

blueprint = Blueprint(__name__)


class StageView(View):
    """A step that the termination came to."""

    step: str
    name: str
    at: str


class TerminationView(View):
    """A school's termination. `settled` of `enrolments` are settled, as the platform has gone through them so far.

    `decision_no`: of the decision that revoked the licence, where one did.
    `notice_status`: valid, used, failed or revoked; `notice_failure` says why the bank couldn't pay.
    """

    step: str
    reason: str
    decision_no: str | None
    steps: list[StageView]
    enrolments: int
    settled: int
    refunded: Money
    publicity_until: date | None
    notice_no: str | None
    notice_status: str | None
    notice_failure: str | None


class StandingView(View):
    """`reason` says why the status is what it is, `frozen_reason` why the money is frozen.

    `inspection` is None where no annual inspection of this year or the last says anything yet.
    """

    status: str
    status_name: str
    reason: str | None
    selling: bool
    frozen: bool
    frozen_reason: str | None
    inspection: InspectionView | None
    termination: TerminationView | None


@endpoint(
    blueprint,
    "GET",
    "/v1/school/standing",
    audience=Audience.SCHOOL_ADMIN,
    response=StandingView,
    errors=(institutions.UnknownInstitution,),
    summary_zh="本校状态：能否招生、资金是否冻结及原因、终止办理进度",
    summary_en="The school's standing: may it sell, is its money frozen and why, how far its termination is",
)
def get_standing(call: Call[Any]) -> StandingView:
    school = institutions.get(call.institution_id)
    english, today = call.language == "en", clock.business_day(call.now)
    inspected = inspections.get_standings([school.institution_id], today=today)
    return StandingView(
        status=school.status.value,
        status_name=STATUS_NAMES[school.status][english],
        reason=school.status_reason or None,
        selling=school.may_sell_on(today),
        frozen=school.frozen,
        frozen_reason=school.frozen_reason or None,
        inspection=inspection(inspected.get(school.institution_id), english),
        termination=_termination(call, english),
    )


def _termination(call: Call[Any], english: bool) -> TerminationView | None:
    case = cases.find(call.institution_id)
    if case is None:
        return None
    progress = cases.get_progress(call.institution_id)
    notice = notices.find(case.notice) if case.notice else None
    return TerminationView(
        step=case.step.value,
        reason=case.reason,
        decision_no=case.decision_no or None,
        steps=[
            StageView(step=one.step.value, name=STEP_NAMES[one.step][english], at=clock.shown(one.at))
            for one in case.history
        ],
        enrolments=progress.of,
        settled=progress.settled,
        refunded=money(progress.refunded_fen),
        publicity_until=case.publicity_until,
        notice_no=case.notice,
        notice_status=notice.status.value if notice else None,
        notice_failure=notice.failures[0].failure if notice and notice.failures else None,
    )
