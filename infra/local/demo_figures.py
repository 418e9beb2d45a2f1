"""What a district at rest comes to: its books with the bank's word on them, its closing figures, every invariant."""

from collections import Counter, defaultdict
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from infra.local import demo_covers, district_process, happened
from infra.local.district_process import District
from shared.dynamo import rows
from shared.funds.model import State
from shared.funds.store import books as stored_books
from shared.funds.store.books import Books
from shared.institutions import rules
from shared.institutions import store as institutions
from shared.kernel import clock


def read_books(running: District) -> Books:
    """All the books of a district at rest, with the bank's word on every account that they have an entry of."""
    running.settle()
    read = stored_books.read({})
    ours = {entry.account_no for entry in read.entries}
    told = {one["account_no"]: one["balance_fen"] for one in running.bank.books.accounts()}
    balances = {account_no: balance for account_no, balance in told.items() if account_no in ours}
    stopped = {iid: rules.stopped_periods(institutions.list_changes(iid)[::-1]) for iid in institutions.list_ids()}
    return replace(read, bank_balances=balances, stopped=stopped)


def read_figures(running: District) -> dict[str, Any]:
    """The closing figures of a district at rest: money by state, counts, and every invariant."""
    from functions.edge import parked
    from functions.edge.settings import settings
    from shared.alerts import store as alerts
    from shared.funds import invariants, seal_invariants
    from shared.funds.store import sweeps

    read = read_books(running)
    found = invariants.check_all(read)
    covers, policies = demo_covers.read(read.accounts), running.insurer.policies()
    found["paid_enrolments_are_insured_once"] = list(
        demo_covers.paid_enrolments_are_insured_once(read.accounts, covers, policies)
    )
    found["seals_are_trusted"] = list(seal_invariants.seals_are_trusted(read, settings().seal_public_keys))
    found["seats_add_up"] = _seats_astray(read)
    states: Counter[str] = Counter()
    for totals in read.totals:
        states.update({state.value: amount for state, amount in totals.by_state.items()})
    raised = alerts.list_alerts(alerts.DISTRICT, limit=1000, cursor=None).rows
    repairs: Counter[str] = Counter()
    for _, repaired in sweeps.list_last(1000):
        repairs.update(repaired)
    return {
        "money_fen": {state: states[state] for state in sorted(states) if state != "outside"},
        "flow_fen": {
            "deposited": sum(totals.deposited_fen for totals in read.totals),
            "released": sum(totals.released_fen for totals in read.totals),
            "paid_out": sum(totals.paid_out_fen for totals in read.totals),
            "refunded": sum(totals.refunded_fen for totals in read.totals),
        },
        "bank_fen": sum(read.bank_balances.values()),
        "enrolments": dict(sorted(Counter(account.status.value for account in read.accounts).items())),
        "entries": dict(sorted(Counter(entry.kind.value for entry in read.entries).items())),
        "lessons_released": sum(account.lessons_released for account in read.accounts),
        "payouts": dict(sorted(Counter(payout.status.value for payout in read.payouts).items())),
        "refunds": dict(sorted(Counter(refund.status.value for refund in read.refunds).items())),
        "alerts": dict(sorted(Counter(alert.rule.value for alert in raised).items())),
        "reconciliation": _reconciliation(read),
        "happened": happened.of(read, messages_refused=_messages_refused(running), told=_told()),
        "insurance": demo_covers.figures(read.accounts, covers, policies),
        "repairs": dict(repairs),
        "sealed_days": len(read.seals),
        "parked": len(parked.list_parked(limit=1000, cursor=None).rows),
        "time": clock.shown(running.clock()),
        "violations": {name: violations[:20] for name, violations in found.items() if violations},
        "invariants": {name: not violations for name, violations in found.items()},
    }


def _seats_astray(read: Books) -> list[str]:
    """Every class whose seats, sold, offered, taken by guests and left, aren't all that it has."""
    from shared.mall import invariants as mall_invariants
    from shared.mall import store as mall
    from shared.mall.store import waitlist

    sold = Counter(account.offering_id for account in read.accounts if account.seated)
    return list(mall_invariants.seats_add_up(mall.scan_classes(), waitlist.scan(), sold))


def _told() -> dict[str, int]:
    """How many seats went by a waitlist; reviews, how many count less or are hidden; reports of private payment; what
    guardians were told, what went back to them by WeChat, what they claimed.
    """
    from shared.insurance.claim_model import ClaimStatus
    from shared.insurance.store import claims
    from shared.mall.store import waitlist
    from shared.mall.waitlist_model import TicketStatus
    from shared.reviews.model import ReportStatus
    from shared.reviews.store import reports, reviews

    ids = institutions.list_ids()
    found = [one for iid in ids for one in reviews.list_of_institution(iid, limit=1000, cursor=None).rows]
    return {
        "seats_waited_for": sum(one.status is TicketStatus.TAKEN for one in waitlist.scan()),
        "reviews": len(found),
        "reviews_weighed_down": sum(bool(one.marks) for one in found),
        "reviews_hidden": sum(one.hidden for one in found),
        "messages": sum("kind" in image for image in rows.scan_images("messages")),
        "wechat_refunds": sum(
            image["sk"]["S"].startswith("refund#") and image["status"]["S"] == "success"
            for image in rows.scan_images("payments")
        ),
        "claims": sum(claims.count(status, at_most=1000) for status in ClaimStatus),
        "private_payments": sum(reports.count_in(status, at_most=1000) for status in ReportStatus),
    }


def _messages_refused(running: District) -> int:
    """How many of the bank's messages were refused since the district began."""
    from shared.bank import store as inbox

    first, last = (clock.business_day(at) for at in (district_process.STARTS_AT, running.clock()))
    days = (first + timedelta(days=number) for number in range((last - first).days + 1))
    return sum(inbox.count_refused(day.isoformat(), at_most=1000) for day in days)


def _reconciliation(read: Books) -> dict[str, int]:
    """Every statement of every account, its lines by outcome, the breaks by state; and how many agree with the entries.

    `agree` is judged anew, from the entries themselves: what an account holds by effective day is what the bank says.
    """
    from shared.reconciliation.model import BreakState
    from shared.reconciliation.store import breaks as break_store
    from shared.reconciliation.store import statements as statement_store

    found = [
        one
        for account_no in read.bank_balances
        for one in statement_store.list_statements(account_no, limit=500, cursor=None).rows
    ]
    moves: dict[str, list[tuple[date, int]]] = defaultdict(list)
    for entry in read.entries:
        moves[entry.account_no].append((entry.effective_on, -entry.legs.get(State.OUTSIDE, 0)))
    agree = sum(one.closing_fen == sum(fen for day, fen in moves[one.account_no] if day <= one.day) for one in found)
    return {
        "statements": len(found),
        "agree": agree,
        "matched": sum(one.matched for one in found),
        "adopted": sum(one.adopted for one in found),
        "broken": sum(one.broken for one in found),
        **{f"breaks_{state.value}": break_store.count_breaks(state, at_most=1000) for state in BreakState},
    }
