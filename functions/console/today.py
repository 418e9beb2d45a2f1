"""The first page: the district's money by state, deposits and releases by week, what is due, the newest alerts."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from chalice.app import Blueprint

from functions.console import charts, navigation, roles
from functions.console.pages import Shown, Visit, page
from functions.edge import parked
from shared.alerts import store as alerts
from shared.approvals import store as approvals
from shared.bank import store as bank
from shared.filings import usecases as filings
from shared.filings.model import Role as FilingRole
from shared.filings.store import cases as filing_cases
from shared.funds import queries as funds
from shared.funds.model import EnrolmentStatus, State
from shared.funds.queries import Wait
from shared.funds.refund_model import RefundWait
from shared.funds.store import sweeps
from shared.institutions import store as institutions
from shared.institutions.store import watched
from shared.institutions.store.watched import Watch
from shared.insurance import queries as covers
from shared.insurance.model import CoverStatus
from shared.kernel import clock
from shared.listings import store as listings
from shared.messages import queries as messages
from shared.personnel import store as personnel
from shared.policy import queries as policies
from shared.policy.model import Policy
from shared.reconciliation.model import BreakState
from shared.reconciliation.store import breaks as reconciliation
from shared.teaching import queries as teaching
from shared.teaching.model import Due

blueprint = Blueprint(__name__)

WEEKS = 10
ALERTS = 6
_MOST = navigation.MOST_COUNTED


@dataclass(frozen=True)
class Item:
    """One line of what is due. `level`: red, act today; yellow, watch; calm, nothing to do."""

    level: str
    zh: str
    en: str
    count: int
    amount_fen: int | None = None
    since: datetime | None = None
    path: str = ""


@dataclass(frozen=True)
class Low:
    """How many schools' minimum balances are under what is required (red), and how many are low besides (yellow)."""

    red: int
    yellow: int


@page(blueprint, "/console")
def show_today(visit: Visit) -> Shown:
    """What an officer looks at first. It reads the same however many schools there are."""
    today, policy = clock.business_day(visit.now), policies.in_force(at=visit.now)
    district = funds.get_district()
    by_state = Counter(district.by_state)
    weeks = charts.weeks(
        funds.list_days(funds.DISTRICT, first=charts.first_day(today, count=WEEKS), last=today), last=today, count=WEEKS
    )
    newest = alerts.list_alerts(alerts.DISTRICT, limit=ALERTS, cursor=None).rows
    low = _low(policy)
    told = {
        "by_state": by_state,
        "parts": charts.parts(by_state, charts.TUITION_STATES),
        "in_bank_fen": -by_state[State.OUTSIDE],
        "tuition_fen": sum(by_state[state] for state in charts.TUITION_STATES),
        "low": low,
        "schools": institutions.get_many([one.institution_id for one in newest]) if newest else {},
        "weeks": weeks,
        "bars": charts.bars(weeks),
        "items": _items(visit, by_state, low, policy),
        "alerts": newest,
        "counted_through": district.counted_through,
    }
    return Shown("today.html", told)


def _low(policy: Policy) -> Low:
    """How many schools' minimum balances are under what is required, and how many are low besides."""
    red, yellow = (
        funds.count_low_minimums(percent=percent, at_most=_MOST)
        for percent in (policy.minimum_balance_red_percent, policy.minimum_balance_yellow_percent)
    )
    return Low(red, max(yellow - red, 0))


def _items(visit: Visit, by_state: Mapping[State, int], low: Low, policy: Policy) -> list[Item]:
    items = [
        _disputes(visit.now),
        _refunds(),
        _approvals(),
        _payouts(by_state),
        _minimums(low),
        _shortfalls(clock.business_day(visit.now)),
        _withdrawals(),
        _confirmations(visit.now),
        _payments(visit.now),
        _papers(visit.now, policy),
        _stopped(),
        _terminations(),
        _filings(visit.now),
        _appeals(),
        _covers(visit.now, policy),
    ]
    if visit.role in roles.PERSONNEL:
        items.append(_listed_teachers(visit.now))
    if visit.role in roles.MONEY:
        items += [_breaks(), _suspense(by_state), _unhandled(visit.now), _undelivered(visit.now), _repairs()]
    order = {"red": 0, "yellow": 1, "calm": 2}
    return sorted(items, key=lambda item: order[item.level])


def _disputes(now: datetime) -> Item:
    count = teaching.count_waiting(Due.DECISION, until=now, at_most=_MOST)
    first = teaching.list_waiting(Due.DECISION, until=now, limit=1, cursor=None).rows
    since = first[0].due_at if first else None
    level = "red" if count else "calm"
    return Item(level, "课时争议待裁决", "Disputes to decide", count, since=since, path="/console/disputes")


def _refunds() -> Item:
    count = funds.count_refunds_waiting(RefundWait.DECISION, at_most=_MOST)
    first = funds.list_refunds_waiting(RefundWait.DECISION, limit=1, cursor=None).rows
    since = first[0].requested_at if first else None
    level = "red" if count else "calm"
    return Item(level, "有异议的退费待裁决", "Contested refunds to decide", count, since=since, path="/console/refunds")


def _approvals() -> Item:
    count = approvals.count_waiting(at_most=_MOST)
    level = "yellow" if count else "calm"
    return Item(level, "待第二人批准的事项", "Acts that wait for a second person", count, path="/console/approvals")


def _payouts(by_state: Mapping[State, int]) -> Item:
    """Payouts that the bank hasn't settled."""
    waiting = funds.count_waiting(Wait.PAYOUT, at_most=_MOST)
    failed = funds.count_waiting(Wait.PAYOUT_FAILED, at_most=_MOST)
    level = "red" if failed else "yellow" if waiting else "calm"
    zh, en = "划拨未到账", "Payouts not settled"
    if failed:
        zh, en = f"{zh}（{failed} 批银行未能支付）", f"{en} ({failed} failed)"
    count = min(waiting + failed, _MOST)
    return Item(level, zh, en, count, by_state.get(State.IN_TRANSIT, 0), path="/console/schools")


def _minimums(low: Low) -> Item:
    level = "red" if low.red else "yellow" if low.yellow else "calm"
    zh, en = "最低余额不足", "Minimum balance low"
    if low.red:
        zh, en = f"{zh}（{low.red} 家低于核定额）", f"{en} ({low.red} under the requirement)"
    return Item(level, zh, en, low.red + low.yellow, path="/console/minimums")


def _shortfalls(today: date) -> Item:
    """Minimum balances that the nightly check has found short, to be made up by a day."""
    found = funds.list_open_shortfalls(limit=_MOST, cursor=None).rows
    overdue = sum(one.is_overdue(today) for one in found)
    level = "red" if overdue else "yellow" if found else "calm"
    zh, en = "最低余额缺口待补足", "Shortfalls to be made up"
    if overdue:
        zh, en = f"{zh}（{overdue} 家逾期）", f"{en} ({overdue} overdue)"
    return Item(level, zh, en, len(found), sum(one.short_fen for one in found), path="/console/minimums")


def _withdrawals() -> Item:
    count = funds.count_waiting(Wait.WITHDRAWAL, at_most=_MOST)
    level = "yellow" if count else "calm"
    return Item(level, "最低余额支取待办理", "Minimum-balance withdrawals", count, path="/console/minimums")


def _confirmations(now: datetime) -> Item:
    tonight = clock.end_of(clock.business_day(now))
    count = teaching.count_waiting(Due.AUTO_CONFIRMATION, until=tonight, at_most=_MOST)
    return Item("yellow" if count else "calm", "今日到期视为确认的课时", "Lessons auto-confirmed today", count)


def _payments(now: datetime) -> Item:
    due = funds.get_accounts(funds.list_expiring(clock.business_day(now))[:_MOST])
    unpaid = [account for account in due if account.status is EnrolmentStatus.AWAITING_DEPOSIT]
    amount = sum(account.due_fen for account in unpaid)
    return Item(
        "yellow" if unpaid else "calm", "今日付款到期的报名", "Enrolments to be paid today", len(unpaid), amount
    )


def _papers(now: datetime, policy: Policy) -> Item:
    days = policy.certificate_first_warning_days
    count = watched.count_expiring(until=clock.business_day(now) + timedelta(days=days), at_most=_MOST)
    zh, en = f"证照 {days} 日内到期", f"Schools whose papers end within {days} days"
    return Item("yellow" if count else "calm", zh, en, count, path="/console/validities")


def _stopped() -> Item:
    """Schools whose money is frozen."""
    count = watched.count_waiting(Watch.FROZEN, at_most=_MOST)
    level = "red" if count else "calm"
    return Item(level, "资金冻结的机构", "Schools whose money is frozen", count, path="/console/schools?of=frozen")


def _terminations() -> Item:
    """Schools on their way to the notice, and those whose accounts have got money since: it wants another notice.

    Of those that have ended it looks at the newest; what comes into an older one's account is in suspense besides.
    """
    open_ones = watched.count_waiting(Watch.TERMINATING, at_most=_MOST)
    ended = funds.get_totals_of(watched.list_waiting(Watch.ENDED, limit=_MOST, cursor=None).rows)
    left = [-one.by_state[State.OUTSIDE] for one in ended if one.by_state.get(State.OUTSIDE)]
    zh, en = "终止办理中的机构", "Schools that are terminated"
    if left:
        zh, en = f"{zh}（{len(left)} 家终止后账户又有余额）", f"{en} ({len(left)} with money since)"
    count = open_ones + len(left)
    return Item("yellow" if count else "calm", zh, en, count, sum(left) or None, path="/console/terminations")


def _filings(now: datetime) -> Item:
    """Filings in which the bureau has to act soon, and those in which it should have."""
    today = clock.business_day(now)
    soon, _ = filings.days(today, policies.in_force(at=now).filing_reminder_working_days, at=now)
    bureau = (FilingRole.REVIEWER, FilingRole.SUPERVISOR)
    near = sum(filing_cases.count_due(one, until=soon, at_most=_MOST) for one in bureau)
    over = sum(filing_cases.count_due(one, until=today - timedelta(days=1), at_most=_MOST) for one in bureau)
    zh, en = "申报将到期", "Filings to act on soon"
    if over:
        zh, en = f"{zh}（{over} 件逾期）", f"{en} ({over} overdue)"
    level = "red" if over else "yellow" if near else "calm"
    firsts = [filing_cases.list_due(one, until=soon, limit=1, cursor=None).rows for one in bureau] if near else []
    first = min(
        (case for rows in firsts for case in rows), key=lambda case: case.due.day if case.due else soon, default=None
    )
    path = f"/console/filings?of={first.state}" if first else "/console/filings"
    return Item(level, zh, en, min(near, _MOST), path=path)


def _appeals() -> Item:
    """Appeals against the black list that wait for an answer."""
    count = listings.count_open_appeals(at_most=_MOST)
    first = listings.list_open_appeals(limit=1, cursor=None).rows
    since = first[0].at if first else None
    level = "red" if count else "calm"
    path = "/console/listings?of=appeals"
    return Item(level, "黑名单申诉待答复", "Appeals against the black list to answer", count, since=since, path=path)


def _listed_teachers(now: datetime) -> Item:
    """Persons on a list whom a school publishes as its teachers."""
    found = personnel.list_published(limit=_MOST, cursor=None).rows
    count = sum(bool(one.barred_by(clock.business_day(now))) for one in found)
    zh, en = "名单上的人员仍被公示任教", "Persons on a list whom a school publishes"
    return Item("red" if count else "calm", zh, en, count, path="/console/personnel?of=published")


def _covers(now: datetime, policy: Policy) -> Item:
    """Accident covers that the insurer has refused, and those that it doesn't deal with."""
    found = covers.standing(late_hours=policy.cover_late_hours, now=now, at_most=_MOST)
    refused = found.by_status[CoverStatus.REFUSED]
    zh, en = "意外险被拒保或逾期", "Accident covers refused or late"
    if found.late:
        hours = policy.cover_late_hours
        zh, en = f"{zh}（{found.late} 份超过 {hours} 小时未处理）", f"{en} ({found.late} over {hours} hours)"
    of = CoverStatus.REFUSED if refused else CoverStatus.WANTED
    level = "red" if refused or found.late else "calm"
    return Item(level, zh, en, min(refused + found.late, _MOST), path=f"/console/covers?of={of.value}")


def _breaks() -> Item:
    """What differs between the bank's statements and the ledger, missing statements included; since when."""
    count = reconciliation.count_breaks(BreakState.OPEN, at_most=_MOST)
    first = reconciliation.list_breaks(BreakState.OPEN, limit=1, cursor=None).rows
    since = first[0].found_at if first else None
    level = "red" if count else "calm"
    zh, en = "对账差异和缺失的对账单", "Breaks with the bank, statements missing"
    return Item(level, zh, en, count, since=since, path="/console/reconciliation/breaks")


def _suspense(by_state: Mapping[State, int]) -> Item:
    """Money in suspense, and money that left without an instruction: the one isn't netted against the other."""
    missing = funds.count_waiting(Wait.SUSPENSE_MISSING, at_most=_MOST)
    there = funds.count_waiting(Wait.SUSPENSE, at_most=_MOST)
    level = "red" if missing else "yellow" if there else "calm"
    zh, en = "有待查款的机构", "Schools with money in suspense"
    amount = by_state.get(State.SUSPENSE, 0)
    return Item(level, zh, en, min(missing + there, _MOST), amount, path="/console/suspense")


def _unhandled(now: datetime) -> Item:
    today = clock.business_day(now).isoformat()
    count = parked.count_parked(at_most=_MOST) + bank.count_refused(today, at_most=_MOST)
    level = "red" if count else "calm"
    zh, en = "未能处理的记录和今日被拒的银行消息", "Records parked, bank messages refused today"
    return Item(level, zh, en, min(count, _MOST), path="/console/unhandled")


def _undelivered(now: datetime) -> Item:
    today = clock.business_day(now)
    count = messages.count_undeliverable(since=clock.start_of(today), until=clock.end_of(today), at_most=_MOST)
    zh, en = "今日微信未能送达的消息", "Messages that WeChat didn't deliver today"
    return Item("yellow" if count else "calm", zh, en, count, path="/console/unhandled#undeliverable")


def _repairs() -> Item:
    last = next(iter(sweeps.list_last(1)), None)
    count = sum(last[1].values()) if last else 0
    zh, en = "上次夜间巡检补做", "Repairs of the last nightly sweep"
    return Item(
        "yellow" if count else "calm", zh, en, count, since=last[0] if last else None, path="/console/unhandled"
    )
