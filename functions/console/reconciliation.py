"""Reconciliation (对账): accounts by day, one statement with its lines, and the breaks with those who see to them."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from itertools import chain
from typing import Any

from chalice.app import Blueprint

from functions.console import break_words, csv_files, officers, roles, words
from functions.console.pages import Answer, Download, NoSuchPage, SeeOther, Shown, Visit, form, page
from shared.institutions import store as institutions
from shared.institutions.model import Institution
from shared.kernel import clock, errors
from shared.people import queries as people
from shared.reconciliation import breaks, rules
from shared.reconciliation.model import Break, BreakKind, BreakState
from shared.reconciliation.store import breaks as break_store
from shared.reconciliation.store import lines as line_store
from shared.reconciliation.store import statements as statement_store

blueprint = Blueprint(__name__)

DAYS = 14
SCHOOLS = 10
PAGE = 20
PIECES = 2  # of 50 lines, on a page of a statement
MOST_COUNTED = 100
MOST_IN_A_FILE = 2000


@page(blueprint, "/console/reconciliation", who=roles.MONEY)
def show_reconciliation(visit: Visit) -> Shown:
    """The last two weeks of every account, and how many breaks there are."""
    yesterday = clock.business_day(visit.now) - timedelta(days=1)
    last = _day(visit.asked("until")) if visit.asked("until") else yesterday
    days = [last - timedelta(days=back) for back in reversed(range(DAYS))]
    schools = institutions.list_page(limit=SCHOOLS, cursor=visit.asked("cursor"))
    accounts = [(school, number, purpose) for school in schools.rows for number, purpose in _accounts(school)]
    told = {
        "days": days,
        "accounts": accounts,
        "found": statement_store.find_statements([(number, day) for _, number, _ in accounts for day in days]),
        "counts": {state: break_store.count_breaks(state, at_most=MOST_COUNTED) for state in BreakState},
        "next_cursor": schools.next_cursor,
        "paged": "cursor" in visit.query,
        "earlier": days[0] - timedelta(days=1),
        "later": last + timedelta(days=DAYS) if last < yesterday else None,
        "until": last,
    }
    return Shown("reconciliation.html", told)


def _accounts(school: Institution) -> list[tuple[str, words.Both]]:
    of = school.accounts
    return [
        (of.tuition_account_no, ("学费", "Tuition")),
        (of.minimum_balance_account_no, ("最低余额", "Minimum balance")),
    ]


@page(blueprint, "/console/reconciliation/statements/{account_no}/{day}", who=roles.MONEY)
def show_statement(visit: Visit) -> Shown:
    """One statement: its balances beside the ledger's, its lines and what became of each, its breaks."""
    account_no, day = visit.path["account_no"], _day(visit.path["day"])
    statement = statement_store.find_statement(account_no, day)
    found = break_store.list_breaks_of(account_no, day)
    if statement is None and not found:
        raise NoSuchPage()
    account = institutions.find_account(account_no)
    pieces = None
    if statement is not None:
        pieces = line_store.list_lines(account_no, day, statement.digest, limit=PIECES, cursor=visit.asked("cursor"))
    told = {
        "account_no": account_no,
        "day": day,
        "statement": statement,
        "school": institutions.get(account.institution_id) if account else None,
        "results": list(chain.from_iterable(pieces.rows)) if pieces else [],
        "next_cursor": pieces.next_cursor if pieces else None,
        "paged": "cursor" in visit.query,
        "breaks": found,
        "why": _why(visit),
    }
    return Shown("statement.html", told)


@page(blueprint, "/console/reconciliation/breaks", who=roles.MONEY)
def show_breaks(visit: Visit) -> Shown:
    """The breaks in a state; of one kind, or one person's, where that is asked for."""
    state = _state(visit)
    found = break_store.list_breaks(state, **_chosen(visit), limit=PAGE, cursor=visit.asked("cursor"))
    schools = [one.institution_id for one in found.rows if one.institution_id]
    told = {
        "of": state,
        "rows": found.rows,
        "kind": visit.asked("kind") or "",
        "mine": visit.asked("mine") or "",
        "schools": institutions.get_many(schools) if schools else {},
        "officers": officers.names([one.owner for one in found.rows]),
        "counts": {each: break_store.count_breaks(each, at_most=MOST_COUNTED) for each in BreakState},
        "next_cursor": found.next_cursor,
        "paged": "cursor" in visit.query,
        "why": _why(visit),
    }
    return Shown("breaks.html", told)


@page(blueprint, "/console/reconciliation/breaks.csv", who=roles.MONEY)
def download_breaks(visit: Visit) -> Download:
    """Every break in a state, of the kind or the owner that the list was asked for, as a table."""
    state = _state(visit)
    rows: list[Sequence[csv_files.Cell]] = []
    cursor = None
    while len(rows) < MOST_IN_A_FILE:
        found = break_store.list_breaks(state, **_chosen(visit), limit=100, cursor=cursor)
        rows += [_cells(one, visit) for one in found.rows]
        cursor = found.next_cursor
        if cursor is None:
            break
    name = f"breaks-{state.value}-{clock.business_day(visit.now)}.csv"
    return Download(name, csv_files.text(_COLUMNS, visit.language, rows))


_COLUMNS: tuple[words.Both, ...] = (
    ("差异编号", "break_id"),
    ("状态", "state"),
    ("类型", "kind"),
    ("账号", "account_no"),
    ("日期", "day"),
    ("机构编号", "institution_id"),
    ("差异", "why"),
    ("发现时间", "found_at"),
    ("天数", "age_days"),
    ("负责人", "owner"),
    ("说明", "reason"),
)


def _cells(one: Break, visit: Visit) -> Sequence[csv_files.Cell]:
    finding = one.finding
    return [
        one.break_id,
        one.state.value,
        finding.kind.value,
        finding.account_no,
        finding.day.isoformat(),
        one.institution_id or "",
        break_words.why(finding.kind, finding.figures, visit.language),
        csv_files.moment(one.found_at),
        (visit.now - one.found_at).days,
        one.owner,
        one.reason,
    ]


@page(blueprint, "/console/reconciliation/breaks/{account_no}/{day}/{break_id}", who=roles.MONEY)
def show_break(visit: Visit) -> Shown:
    """One break: what differs, by how much, who sees to it."""
    return _shown(visit, _break(visit))


@form(blueprint, "/console/reconciliation/breaks/{account_no}/{day}/{break_id}/taking", who=roles.MONEY_MOVERS)
def take_break(visit: Visit) -> Answer:
    """Give a break to oneself, or to somebody else by username."""
    by = visit.session.username
    owner = visit.form.get("owner", "").strip() or by
    try:
        if owner != by and people.find_staff(owner) is None:
            raise UnknownOwner(pointer="/owner", owner=owner)
        breaks.take(**_key(visit), owner=owner, by=by, now=visit.now)
    except (errors.Invalid, errors.Conflict) as refusal:
        return _shown(visit, _break(visit), refusal)
    return SeeOther(_address(_break(visit)), {"done": "break_taken"})


@form(blueprint, "/console/reconciliation/breaks/{account_no}/{day}/{break_id}/settlement", who=roles.MONEY_MOVERS)
def settle_break(visit: Visit) -> Answer:
    """Say why it differs, or that it doesn't any more."""
    becomes = BreakState.RESOLVED if visit.form.get("becomes") == "resolved" else BreakState.EXPLAINED
    reason, by = visit.form.get("reason", ""), visit.session.username
    try:
        breaks.settle(**_key(visit), becomes=becomes, reason=reason, by=by, now=visit.now)
    except (errors.Invalid, errors.Conflict) as refusal:
        return _shown(visit, _break(visit), refusal)
    return SeeOther(_address(_break(visit)), {"done": "break_settled"})


class UnknownOwner(errors.Invalid):
    code = "unknown_owner"
    zh = "没有工作人员 {owner}。"
    en = "There is no officer {owner}."


def _shown(visit: Visit, one: Break, refusal: errors.Refusal | None = None) -> Shown:
    told = {
        "one": one,
        "school": institutions.get(one.institution_id) if one.institution_id else None,
        "officers": officers.names([one.owner, one.changed_by]),
        "over": one.state is BreakState.RESOLVED,
        "home": _address(one),
        "most_reason": rules.MOST_REASON,
        "sentence": refusal.sentence(visit.language) if refusal else "",
        "done": visit.query.get("done", ""),
        "why": _why(visit),
        "names": break_words.FIGURES,
        "age": (visit.now - one.found_at).days,
    }
    return Shown("break.html", told, refusal.status if refusal else 200)


def _why(visit: Visit) -> Callable[[Break], str]:
    """What differs, in the visitor's language."""
    return lambda one: break_words.why(one.finding.kind, one.finding.figures, visit.language)


def _break(visit: Visit) -> Break:
    return break_store.get_break(visit.path["account_no"], _day(visit.path["day"]), visit.path["break_id"])


def _key(visit: Visit) -> dict[str, Any]:
    return {**visit.path, "day": _day(visit.path["day"])}


def _address(one: Break) -> str:
    finding = one.finding
    return f"/console/reconciliation/breaks/{finding.account_no}/{finding.day}/{one.break_id}"


def _chosen(visit: Visit) -> dict[str, Any]:
    """What a list of breaks is asked for by: a kind, or the visitor as their owner."""
    kind = visit.asked("kind")
    return {
        "kind": BreakKind(kind) if kind in set(BreakKind) else None,
        "owner": visit.session.username if visit.asked("mine") else "",
    }


def _state(visit: Visit) -> BreakState:
    asked = visit.asked("state")
    return BreakState(asked) if asked in set(BreakState) else BreakState.OPEN


def _day(text: str | None) -> date:
    """A day of an address. Raises NoSuchPage."""
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        raise NoSuchPage() from None
