"""Terminations: the cases, one case with its steps, what blocks the next one, the acts of the officers, the notice."""

from collections.abc import Callable

from chalice.app import Blueprint

from functions.console import approvals, closing, officers, roles
from functions.console.pages import Answer, SeeOther, Shown, Visit, form, page
from functions.edge.auth import NotForYourRole
from functions.edge.settings import settings
from shared.approvals import rules as approval_rules
from shared.approvals.model import Kind
from shared.funds import terminations as money
from shared.funds.totals_model import Outstanding
from shared.institutions import store as institutions
from shared.kernel import errors, ids
from shared.kernel.ids import InstitutionId
from shared.policy import queries as policies
from shared.policy.file import record
from shared.terminations import rules, signature, usecases
from shared.terminations.model import Case, Notice, NoticeStatus, Standing, Step
from shared.terminations.store import cases, notices, objections

blueprint = Blueprint(__name__)

PAGE = 20
_HOME = "/console/terminations"


@page(blueprint, "/console/terminations")
def show_terminations(visit: Visit) -> Shown:
    """One page of the cases, open ones unless the address says otherwise, newest first."""
    asked = visit.asked("of")
    of = Standing(asked) if asked in set(Standing) else Standing.OPEN
    found = cases.list_by_standing(of, limit=PAGE, cursor=visit.asked("cursor"))
    told = {
        "of": of,
        "standings": list(Standing),
        "rows": found.rows,
        "schools": institutions.get_many([one.institution_id for one in found.rows]) if found.rows else {},
        "progress": {one.institution_id: cases.get_progress(one.institution_id) for one in found.rows},
        "next_cursor": found.next_cursor,
        "paged": "cursor" in visit.query,
    }
    return Shown("terminations.html", told)


@page(blueprint, "/console/terminations/{institution_id}")
def show_termination(visit: Visit) -> Shown:
    """One case."""
    return _shown(visit, _case(visit))


@form(blueprint, "/console/terminations/{institution_id}/refunding", who=roles.MONEY_MOVERS)
def begin_refunding(visit: Visit) -> Answer:
    """Let every student be refunded."""

    def begin(case: Case) -> None:
        usecases.begin_refunding(institution_id=case.institution_id, by=visit.session.username, now=visit.now)

    return _do(visit, begin, "refunds_begun")


@form(blueprint, "/console/terminations/{institution_id}/publicity", who=roles.MONEY_MOVERS)
def publicise_termination(visit: Visit) -> Answer:
    """Make the termination public."""

    def publicise(case: Case) -> None:
        usecases.publicise(
            institution_id=case.institution_id,
            unsettled=closing.unsettled(money.outstanding(case.institution_id)),
            policy=policies.in_force(at=visit.now),
            by=visit.session.username,
            now=visit.now,
        )

    return _do(visit, publicise, "publicised")


@form(blueprint, "/console/terminations/{institution_id}/objections", who=roles.RECOMMENDERS)
def record_objection(visit: Visit) -> Answer:
    """Record what somebody says against the termination."""

    def record(case: Case) -> None:
        usecases.object_to(
            institution_id=case.institution_id,
            by_whom=visit.form.get("by_whom", ""),
            text=visit.form.get("text", ""),
            by=visit.session.username,
            now=visit.now,
        )

    return _do(visit, record, "objection_recorded")


@form(blueprint, "/console/terminations/{institution_id}/objections/{objection_id}", who=roles.SUPERVISORS)
def decide_objection(visit: Visit) -> Answer:
    """Uphold an objection, or dismiss it."""

    def decide(case: Case) -> None:
        chosen = visit.form.get("decision", "")
        if chosen not in ("uphold", "dismiss"):
            raise ObjectionDecisionMissing(pointer="/decision")
        usecases.decide_objection(
            institution_id=case.institution_id,
            objection_id=visit.path["objection_id"],
            uphold=chosen == "uphold",
            reason=visit.form.get("reason", ""),
            by=visit.session.username,
            now=visit.now,
        )

    return _do(visit, decide, "objection_decided")


class ObjectionDecisionMissing(errors.Invalid):
    code = "objection_decision_missing"
    zh = "请选择异议成立或不成立。"
    en = "Choose whether the objection is upheld or dismissed."


@form(blueprint, "/console/terminations/{institution_id}/check", who=roles.FINANCE_OFFICERS)
def check_liabilities(visit: Visit) -> Answer:
    """The finance officer's check that nothing is owed."""

    def check(case: Case) -> None:
        found = money.outstanding(case.institution_id)
        usecases.check_liabilities(
            institution_id=case.institution_id,
            remaining=closing.liabilities(found),
            figures=closing.figures(found),
            minimum_fen=found.minimum_fen,
            payable_fen=closing.payable_fen(found),
            by=visit.session.username,
            now=visit.now,
        )

    return _do(visit, check, "liabilities_checked")


@form(blueprint, "/console/terminations/{institution_id}/notice", who=roles.RECOMMENDERS)
def propose_notice(visit: Visit) -> Answer:
    """Propose the notice, over exactly what was checked. It may pay to another account than the payouts went to."""
    case = _case(visit)
    try:
        found = closing.check_issuable(case.institution_id, by=visit.session.username)
        school = institutions.get(case.institution_id)
        payee = rules.check_payee(visit.form.get("payee_account_no") or school.accounts.payout_account_no)
        return approvals.propose(
            visit,
            Kind.TERMINATION_NOTICE,
            school.institution_id,
            subject=case.institution_id,
            figures=closing.to_return(found),
            words={"payee_account_no": payee},
        )
    except (errors.Invalid, errors.Conflict, errors.Denied) as refusal:
        return _shown(visit, case, refusal)


@form(blueprint, "/console/terminations/{institution_id}/revocation", who=roles.RECOMMENDERS)
def propose_revocation(visit: Visit) -> Answer:
    """Propose that the notice is revoked."""
    case = _case(visit)
    try:
        notice = notices.get(case.notice or "")
        rules.check_revocable(notice)
        school = institutions.get(case.institution_id)
        return approvals.propose(
            visit, Kind.NOTICE_REVOCATION, school.institution_id, subject=notice.number, words={"notice": notice.title}
        )
    except (errors.Invalid, errors.Conflict, errors.Missing) as refusal:
        return _shown(visit, case, refusal)


@page(blueprint, "/console/notices/{number}")
def show_notice(visit: Visit) -> Shown:
    """The notice as it is printed."""
    notice = notices.get(visit.path["number"])
    told = {
        "notice": notice,
        "issued_by": record()["authority"]["name"],
        "officers": officers.names([notice.proposed_by, notice.approved_by, notice.revoked_by]),
        "authentic": is_authentic(notice),
        "fingerprint": signature.fingerprint(notice.signature),
        "verified_at": f"{settings().public_url}/v1/notices/{notice.number}",
        "total_fen": sum(one.amount_fen for one in notice.returns),
    }
    return Shown("notice.html", told)


def is_authentic(notice: Notice) -> bool:
    """Whether one of our keys has signed what the notice says."""
    keys = settings().notice_signing_keys
    return signature.verifies(keys, key_id=notice.key_id, content=notice.content, signature=notice.signature)


def _case(visit: Visit) -> Case:
    """The case that the address names. Raises UnknownCase."""
    text = visit.path["institution_id"]
    if not ids.is_id(text, "ins"):
        raise cases.UnknownCase()
    return cases.get(InstitutionId(text))


def _do(visit: Visit, act: Callable[[Case], None], done: str) -> Answer:
    case = _case(visit)
    try:
        act(case)
    except (errors.Invalid, errors.Conflict, errors.Denied, errors.Missing) as refusal:
        return _shown(visit, cases.get(case.institution_id), refusal)
    return SeeOther(f"{_HOME}/{case.institution_id}", {"done": done})


def _shown(visit: Visit, case: Case, refusal: errors.Refusal | None = None) -> Shown:
    if isinstance(refusal, NotForYourRole):
        raise refusal
    found = money.outstanding(case.institution_id)
    objected = objections.list_of(case.institution_id)
    issued = notices.get_many(case.notices)
    names = [stage.by for stage in case.history] + [case.check.by if case.check else ""]
    names += [name for one in objected for name in (one.recorded_by, one.decided_by)]
    told = {
        "case": case,
        "school": institutions.get(case.institution_id),
        "steps": list(Step),
        "reached": {stage.step: stage for stage in case.history},
        "progress": cases.get_progress(case.institution_id),
        "found": found,
        "payable_fen": closing.payable_fen(found),
        "left_fen": closing.payable_fen(found) + found.minimum_fen,
        "over": bool(issued) and issued[-1].status in (NoticeStatus.USED, NoticeStatus.FAILED),
        "blocks": _blocks(case, found, visit),
        "objections": objected,
        "notices": issued,
        "notice": issued[-1] if issued else None,
        "officers": officers.names(names),
        "own_check": case.check is not None and case.check.by == visit.session.username,
        "most_reason": approval_rules.MOST_REASON,
        "most_text": rules.MOST_TEXT,
        "sentence": refusal.sentence(visit.language) if refusal else "",
        "done": visit.query.get("done", ""),
    }
    return Shown("termination.html", told, refusal.status if refusal else 200)


def _blocks(case: Case, found: Outstanding, visit: Visit) -> list[tuple[str, str]]:
    """What keeps the case from its next step, as far as it is known."""
    if case.step is Step.REFUNDING:
        return list(closing.unsettled(found).values())
    blocks: list[tuple[str, str]] = []
    if case.step in (Step.NOTICE_ISSUED, Step.CLOSED):
        return list(closing.liabilities(found).values())
    if case.step in (Step.PUBLICITY, Step.ZERO_LIABILITY):
        try:
            rules.check_publicised(case, visit.now)
        except errors.Conflict as refusal:
            blocks.append((refusal.sentence("zh").rstrip("。"), refusal.sentence("en").rstrip(".")))
        blocks += closing.liabilities(found).values()
    return blocks
