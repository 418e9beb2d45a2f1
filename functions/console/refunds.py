"""The refunds that wait for something; one refund, and the bureau's arbitration: one recommends, another decides."""

from collections.abc import Callable

from chalice.app import Blueprint

from functions.console import csv_files, officers, payment_words, roles, words
from functions.console.pages import Answer, Download, SeeOther, Shown, Visit, form, page
from functions.edge import telling
from shared.funds import queries as funds
from shared.funds import refund_money, refunds
from shared.funds.refund_model import Refund, RefundStatus, RefundWait
from shared.funds.refund_rules import RefundMovedOn
from shared.institutions import store as institutions
from shared.kernel import clock, errors
from shared.mall import queries as courses
from shared.messages import store as messages
from shared.payments.store import refunds as wechat_refunds

blueprint = Blueprint(__name__)

PAGE = 20
MOST_COUNTED = 100


class DecisionMissing(errors.Invalid):
    code = "refund_decision_missing"
    zh = "请选择同意或驳回。"
    en = "Choose whether the refund is agreed or rejected."


@page(blueprint, "/console/refunds")
def show_refunds(visit: Visit) -> Shown:
    """One page of the refunds that wait for the same thing, the longest waiting first."""
    of = _of(visit)
    found = funds.list_refunds_waiting(of, limit=PAGE, cursor=visit.asked("cursor"))
    told = {
        "of": of,
        "rows": found.rows,
        "schools": institutions.get_many([one.institution_id for one in found.rows]) if found.rows else {},
        "counts": {wait: funds.count_refunds_waiting(wait, at_most=MOST_COUNTED) for wait in RefundWait},
        "next_cursor": found.next_cursor,
        "paged": "cursor" in visit.query,
    }
    return Shown("refunds.html", told)


@page(blueprint, "/console/refunds.csv")
def download_refunds(visit: Visit) -> Download:
    """Every refund that waits for the same thing, as a table. Nobody's name is in it."""
    of = _of(visit)
    found = funds.list_all_refunds_waiting(of)
    schools = institutions.get_many([one.institution_id for one in found]) if found else {}
    rows = [
        [
            one.refund_id,
            one.enrolment_id,
            schools[one.institution_id].name if one.institution_id in schools else one.institution_id,
            one.status.value,
            csv_files.Yuan.of(one.requested_fen),
            csv_files.Yuan.of(one.held_fen),
            csv_files.moment(one.requested_at),
            one.answer_by.isoformat(),
            one.pay_by.isoformat() if one.pay_by else "",
            one.school_reason,
            one.failure,
        ]
        for one in found
    ]
    name = f"refunds-{of.value}-{clock.business_day(visit.now)}.csv"
    return Download(name, csv_files.text(_COLUMNS, visit.language, rows))


_COLUMNS: tuple[words.Both, ...] = (
    ("退费编号", "refund_id"),
    ("报名编号", "enrolment_id"),
    ("机构", "institution"),
    ("状态", "status"),
    ("申请金额(元)", "requested_yuan"),
    ("冻结金额(元)", "held_yuan"),
    ("申请时间", "requested_at"),
    ("机构答复截止", "answer_by"),
    ("退回截止", "pay_by"),
    ("机构理由", "school_reason"),
    ("未能退回的原因", "failure"),
)


@page(blueprint, "/console/refunds/{refund_id}")
def show_refund(visit: Visit) -> Shown:
    """One refund: what is asked for and why, what the school says, what was decided, where the money went."""
    return _shown(visit, funds.get_refund(visit.path["refund_id"]))


@form(blueprint, "/console/refunds/{refund_id}/recommendation", who=roles.RECOMMENDERS)
def recommend_refund(visit: Visit) -> Answer:
    """Recommend how a contested refund is decided."""

    def recommend(refund: Refund, agree: bool, reason: str) -> str:
        refunds.recommend(refund_id=refund.refund_id, agree=agree, reason=reason, by=visit.session.username)
        return "recommended"

    return _arbitrate(visit, recommend)


@form(blueprint, "/console/refunds/{refund_id}/decision", who=roles.SUPERVISORS)
def decide_refund(visit: Visit) -> Answer:
    """Decide a contested refund; not who recommended it."""

    def decide(refund: Refund, agree: bool, reason: str) -> str:
        by = visit.session.username
        account = funds.get_account(refund.enrolment_id)
        rejected = telling.refund_rejected(account, refund, reason=reason.strip(), now=visit.now)
        told = [] if agree else [messages.posted(rejected)]  # an agreement is told once the money is held
        refunds.decide(refund_id=refund.refund_id, agree=agree, reason=reason, by=by, now=visit.now, also=told)
        return "refund_agreed" if agree else "refund_rejected"

    return _arbitrate(visit, decide)


def _arbitrate(visit: Visit, act: Callable[[Refund, bool, str], str]) -> Answer:
    refund = funds.get_refund(visit.path["refund_id"])
    chosen = visit.form.get("decision", "")
    try:
        if chosen not in ("agree", "reject"):
            raise DecisionMissing(pointer="/decision")
        done = act(refund, chosen == "agree", visit.form.get("reason", ""))
    except RefundMovedOn as moved:  # somebody else was faster: show what it has become
        return _shown(visit, funds.get_refund(refund.refund_id), moved)
    except (errors.Invalid, errors.Conflict, errors.Denied) as refusal:
        return _shown(visit, refund, refusal)
    return SeeOther(f"/console/refunds/{refund.refund_id}", {"done": done})


def _shown(visit: Visit, refund: Refund, refusal: errors.Refusal | None = None) -> Shown:
    account = funds.get_account(refund.enrolment_id)
    advice = refund.recommendation
    told = {
        "refund": refund,
        "account": account,
        "school": institutions.get(refund.institution_id),
        "terms": courses.get_terms(account.terms_hash),
        "payments": refund_money.payments(refund),
        "by_wechat": wechat_refunds.list_of(refund.enrolment_id),
        "payment_words": payment_words,
        "officers": officers.names([refund.decided_by, advice.by if advice else ""]),
        "to_decide": refund.status is RefundStatus.CONTESTED,
        "own_recommendation": advice is not None and advice.by == visit.session.username,
        "sentence": refusal.sentence(visit.language) if refusal else "",
        "done": visit.query.get("done", ""),
    }
    return Shown("refund.html", told, refusal.status if refusal else 200)


def _of(visit: Visit) -> RefundWait:
    """What the refunds that are asked for wait for: the bureau's decision unless the address says otherwise."""
    asked = visit.asked("of")
    return RefundWait(asked) if asked in set(RefundWait) else RefundWait.DECISION
