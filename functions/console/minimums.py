"""Minimum balances: what waits for somebody in the district; a school's requirement, days and withdrawals."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from chalice.app import Blueprint

from functions.console import officers, roles
from functions.console.acts import proposed_words
from functions.console.approvals import propose
from functions.console.pages import Answer, SeeOther, Shown, Visit, form, page
from functions.console.schools import get_school
from shared.approvals.model import Kind
from shared.funds import minimum_rules, minimum_withdrawals, minimum_words
from shared.funds import queries as funds
from shared.funds.minimum_model import Calculation, MinimumBalance, Shortfall, Withdrawal, WithdrawalStatus
from shared.institutions import store as institutions
from shared.institutions.model import Institution
from shared.kernel import clock, errors
from shared.kernel.ids import InstitutionId
from shared.kernel.page import Page
from shared.policy import queries as policies

blueprint = Blueprint(__name__)

PAGE = 20
SHORTFALLS = 5


class NothingToSet(errors.Conflict):
    code = "minimum_requirement_unchanged"
    zh = "没有可提出的测算：尚未测算，或测算结果与现行核定额相同。"
    en = "There is nothing to propose: nothing was calculated, or it comes to what is required already."


@dataclass(frozen=True)
class Standing:
    """How a school stands. `level` of its balance: red, yellow, calm; `calculated` where it isn't what is required."""

    school: Institution
    minimum: MinimumBalance
    level: str
    shortfall: Shortfall | None
    calculated: Calculation | None

    def urgency(self, today: date) -> tuple[bool, str, str]:
        """What comes first: what is overdue, then by the day it is due."""
        due = self.shortfall.due_on.isoformat() if self.shortfall else "9"
        return not (self.shortfall and self.shortfall.is_overdue(today)), due, self.school.short_name


@page(blueprint, "/console/minimums")
def show_minimums(visit: Visit) -> Shown:
    """What is to be made up, what is short or low, what is asked for, what was calculated otherwise; each by pages."""
    percent = policies.in_force(at=visit.now).minimum_balance_yellow_percent
    short = funds.list_open_shortfalls(limit=PAGE, cursor=visit.asked("short"))
    low = funds.list_low_minimums(percent=percent, limit=PAGE, cursor=visit.asked("low"))
    asked = funds.list_withdrawals_asked(limit=PAGE, cursor=visit.asked("asking"))
    different = funds.list_calculations_waiting(limit=PAGE, cursor=visit.asked("different"))
    ids = {one.institution_id for rows in (short.rows, low.rows, asked.rows, different.rows) for one in rows}
    standings = {one.school.institution_id: one for one in _standings_of(visit, sorted(ids))}

    def of(page: Page[Shortfall] | Page[MinimumBalance] | Page[Withdrawal] | Page[Calculation]) -> list[Standing]:
        return [standings[one.institution_id] for one in page.rows if one.institution_id in standings]

    told = {
        "short": [one for one in of(short) if one.shortfall],
        "low": of(low),
        "asking": [one for one in of(asked) if one.minimum.asked],
        "requests": {one.institution_id: one for one in asked.rows},
        "different": [one for one in of(different) if one.calculated],
        "next": {
            name: page.next_cursor
            for name, page in (("short", short), ("low", low), ("asking", asked), ("different", different))
        },
        "query": visit.query,
    }
    return Shown("minimums.html", told)


def standings_of_all(visit: Visit) -> list[Standing]:
    """How every school of the district stands that isn't terminated."""
    return _standings_of(visit, institutions.list_ids())


def _standings_of(visit: Visit, institution_ids: Sequence[InstitutionId]) -> list[Standing]:
    schools = institutions.get_many(institution_ids) if institution_ids else {}
    schools = {iid: school for iid, school in schools.items() if not school.status.ended}
    return _standings(visit, schools, funds.get_minimum_balances(list(schools)))


def _standings(
    visit: Visit, schools: Mapping[InstitutionId, Institution], minimums: Mapping[InstitutionId, MinimumBalance]
) -> list[Standing]:
    policy = policies.in_force(at=visit.now)
    short = [(iid, one.short_since) for iid, one in minimums.items() if one.short_since]
    shortfalls, calculated = funds.get_minimum_shortfalls(short), funds.find_calculations(list(schools))
    return [
        Standing(
            school,
            minimums[iid],
            policy.minimum_level(minimums[iid].balance_fen, minimums[iid].required_fen),
            shortfalls.get(iid),
            _different(calculated.get(iid), minimums[iid]),
        )
        for iid, school in schools.items()
    ]


def _different(calculation: Calculation | None, minimum: MinimumBalance) -> Calculation | None:
    """A calculation that doesn't come to what is required."""
    same = calculation is None or calculation.formula.required_fen == minimum.required_fen
    return None if same else calculation


@page(blueprint, "/console/schools/{institution_id}/minimum")
def show_minimum(visit: Visit) -> Shown:
    """A school's minimum balance: what is required and why, how it stood, what is missing, what left it."""
    school = get_school(visit)
    iid, yesterday = school.institution_id, clock.business_day(visit.now) - timedelta(days=1)
    [standing] = _standings(visit, {iid: school}, {iid: funds.get_minimum_balance(iid)})
    requirements = funds.list_requirements(iid, limit=PAGE, cursor=visit.asked("requirements"))
    days = funds.list_minimum_days(iid, first=yesterday.replace(day=1), last=yesterday)
    policy = policies.in_force(at=visit.now)
    told = {
        "standing": standing,
        "school": school,
        "requirements": requirements,
        "explained": {
            one.number: minimum_words.explained(one.formula, language=visit.language) for one in requirements.rows
        },
        "calculated_why": minimum_words.explained(standing.calculated.formula, language=visit.language)
        if standing.calculated
        else "",
        "days": days,
        "levels": {one.day: policy.minimum_level(one.counting_fen, one.required_fen) for one in days},
        "shortfalls": funds.list_minimum_shortfalls(iid, limit=SHORTFALLS),
        "withdrawals": funds.list_withdrawals(iid, limit=PAGE, cursor=visit.asked("withdrawals")),
        "query": visit.query,
        "officers": officers.names(name for one in requirements.rows for name in (one.proposed_by, one.approved_by)),
    }
    return Shown("minimum.html", told)


@page(blueprint, "/console/schools/{institution_id}/minimum/requirement", who=roles.FINANCE_OFFICERS)
def ask_for_requirement(visit: Visit) -> Shown:
    """The form that proposes what was calculated. Raises NothingToSet."""
    school = get_school(visit)
    return _requirement(visit, school, *_to_propose(school))


@form(blueprint, "/console/schools/{institution_id}/minimum/requirement", who=roles.FINANCE_OFFICERS)
def propose_requirement(visit: Visit) -> Answer:
    """Propose exactly what was calculated; another person approves it. Raises NothingToSet."""
    school = get_school(visit)
    calculation, minimum = _to_propose(school)
    figures, words = _proposed(calculation, minimum)
    subject = f"{school.institution_id}#{minimum.requirements + 1}"
    try:
        return propose(
            visit, Kind.MINIMUM_REQUIREMENT, school.institution_id, subject=subject, figures=figures, words=words
        )
    except (errors.Invalid, errors.Conflict) as refusal:
        return _requirement(visit, school, calculation, minimum, refusal)


def _to_propose(school: Institution) -> tuple[Calculation, MinimumBalance]:
    minimum = funds.get_minimum_balance(school.institution_id)
    calculation = _different(funds.find_calculation(school.institution_id), minimum)
    if calculation is None:
        raise NothingToSet()
    return calculation, minimum


def _proposed(calculation: Calculation, minimum: MinimumBalance) -> tuple[dict[str, int], dict[str, str]]:
    """The figures and words of a proposal (acts.proposed_formula reads them again)."""
    formula = calculation.formula
    figures = {
        "required_fen": formula.required_fen,
        "in_force_fen": minimum.required_fen,
        "balance_fen": minimum.balance_fen,
        "floor_fen": formula.floor_fen,
        "receipts_fen": formula.receipts_fen,
        "receipts_percent": formula.percent,
        "requirement_number": minimum.requirements + 1,
    }
    return figures, proposed_words(formula)


def _requirement(
    visit: Visit,
    school: Institution,
    calculation: Calculation,
    minimum: MinimumBalance,
    refusal: errors.Refusal | None = None,
) -> Shown:
    told = {
        "kind": Kind.MINIMUM_REQUIREMENT,
        "school": school,
        "address": f"/console/schools/{school.institution_id}/minimum/requirement",
        "calculation": calculation,
        "minimum": minimum,
        "why_so_much": minimum_words.explained(calculation.formula, language=visit.language),
        "reason": visit.form.get("reason", ""),
        "sentence": refusal.sentence(visit.language) if refusal else "",
        "most_reason": minimum_rules.MOST_REASON,
    }
    return Shown("minimum_requirement.html", told, refusal.status if refusal else 200)


@page(blueprint, "/console/minimum-withdrawals/{withdrawal_id}")
def show_withdrawal(visit: Visit) -> Shown:
    """One withdrawal, with what the school may withdraw."""
    return _withdrawal(visit, funds.get_withdrawal(visit.path["withdrawal_id"]))


@form(blueprint, "/console/minimum-withdrawals/{withdrawal_id}/proposal", who=roles.FINANCE_OFFICERS)
def propose_withdrawal(visit: Visit) -> Answer:
    """Propose that it be let go; another person approves it, and the money is held then."""
    withdrawal = funds.get_withdrawal(visit.path["withdrawal_id"])
    school = institutions.get(withdrawal.institution_id)
    minimum = funds.get_minimum_balance(withdrawal.institution_id)
    try:
        minimum_rules.check_undecided(withdrawal, held=withdrawal.withdrawal_id in minimum.pending)
        minimum_rules.check_withdrawal(minimum, withdrawal.amount_fen)
        figures: dict[str, int] = {
            "amount_fen": withdrawal.amount_fen,
            "balance_fen": minimum.balance_fen,
            "required_fen": minimum.required_fen,
        }
        words = {"to_account_no": withdrawal.to_account_no, "school_reason": withdrawal.reason}
        subject = withdrawal.withdrawal_id
        return propose(
            visit, Kind.MINIMUM_WITHDRAWAL, school.institution_id, subject=subject, figures=figures, words=words
        )
    except (errors.Invalid, errors.Conflict) as refusal:
        return _withdrawal(visit, withdrawal, refusal)


@form(blueprint, "/console/minimum-withdrawals/{withdrawal_id}/refusal", who=roles.FINANCE_OFFICERS)
def refuse_withdrawal(visit: Visit) -> Answer:
    """Tell the school that it isn't let go, and why: no money moves, so one person does."""
    withdrawal = funds.get_withdrawal(visit.path["withdrawal_id"])
    try:
        reason = visit.form.get("reason", "")
        minimum_withdrawals.refuse(withdrawal_id=withdrawal.withdrawal_id, reason=reason, now=visit.now)
    except (errors.Invalid, errors.Conflict) as refusal:
        return _withdrawal(visit, funds.get_withdrawal(withdrawal.withdrawal_id), refusal)
    return SeeOther(f"/console/minimum-withdrawals/{withdrawal.withdrawal_id}", {"done": "withdrawal_refused"})


def _withdrawal(visit: Visit, withdrawal: Withdrawal, refusal: errors.Refusal | None = None) -> Shown:
    told = {
        "withdrawal": withdrawal,
        "school": institutions.get(withdrawal.institution_id),
        "minimum": funds.get_minimum_balance(withdrawal.institution_id),
        "undecided": withdrawal.status is WithdrawalStatus.REQUESTED,
        "most_reason": minimum_rules.MOST_REASON,
        "sentence": refusal.sentence(visit.language) if refusal else "",
        "done": visit.query.get("done", ""),
    }
    return Shown("minimum_withdrawal.html", told, refusal.status if refusal else 200)
