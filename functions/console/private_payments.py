"""Reports that a school offered a discount for private payment: by status, one of them, what is done with it."""

from chalice.app import Blueprint

from functions.console import officers, review_words, roles
from functions.console.pages import Answer, SeeOther, Shown, Visit, form, page
from shared.institutions import store as institutions
from shared.kernel import errors, ids
from shared.kernel.ids import ReportId
from shared.reviews import reports, rules
from shared.reviews.model import Report, ReportStatus
from shared.reviews.store import reports as store

blueprint = Blueprint(__name__)

PAGE = 20


class ReportDecisionMissing(errors.Invalid):
    code = "report_decision_missing"
    zh = "请选择处理结果。"
    en = "Choose what becomes of the report."


@page(blueprint, "/console/private-payments", who=roles.REPORTS)
def show_private_payments(visit: Visit) -> Shown:
    """One page of the reports in a status."""
    asked = visit.query.get("of", "")
    status = ReportStatus(asked) if asked in set(ReportStatus) else ReportStatus.NEW
    found = store.list_in(status, limit=PAGE, cursor=visit.asked("cursor"))
    told = {
        "status": status,
        "rows": found.rows,
        "schools": institutions.get_many([one.institution_id for one in found.rows]) if found.rows else {},
        "next_cursor": found.next_cursor,
        "paged": "cursor" in visit.query,
        "review_words": review_words,
    }
    return Shown("private_payments.html", told)


@page(blueprint, "/console/private-payments/{report_id}", who=roles.REPORTS)
def show_private_payment(visit: Visit) -> Shown:
    """One report, and what was done with it."""
    return _shown(visit, _get(visit))


@form(blueprint, "/console/private-payments/{report_id}/decision", who=roles.RECOMMENDERS)
def decide_private_payment(visit: Visit) -> Answer:
    """Look at it, uphold it, dismiss it; always with the reason."""
    report = _get(visit)
    becomes, seen = visit.form.get("becomes", ""), visit.form.get("seen", "")
    try:
        if becomes not in set(ReportStatus) or seen not in set(ReportStatus):
            raise ReportDecisionMissing(pointer="/becomes")
        reports.step(
            report_id=report.report_id,
            seen=ReportStatus(seen),
            becomes=ReportStatus(becomes),
            reason=visit.form.get("reason", ""),
            by=visit.session.username,
            now=visit.now,
        )
    except (errors.Invalid, errors.Conflict) as refusal:
        return _shown(visit, _get(visit), refusal)
    return SeeOther(f"/console/private-payments/{report.report_id}", {"done": becomes})


def _get(visit: Visit) -> Report:
    """The report that the address names. Raises UnknownReport."""
    if not ids.is_id(visit.path["report_id"], "ppr"):
        raise store.UnknownReport()
    return store.get(ReportId(visit.path["report_id"]))


def _shown(visit: Visit, report: Report, refusal: errors.Refusal | None = None) -> Shown:
    told = {
        "report": report,
        "school": institutions.get(report.institution_id),
        "officers": officers.names(one.by for one in report.steps),
        "open": sorted(rules.open_steps(report), key=list(ReportStatus).index),
        "chosen": visit.form.get("becomes", ""),
        "reason": visit.form.get("reason", ""),
        "sentence": refusal.sentence(visit.language) if refusal else "",
        "done": visit.query.get("done", ""),
        "most_reason": rules.MOST_REASON,
        "review_words": review_words,
    }
    return Shown("private_payment.html", told, refusal.status if refusal else 200)
