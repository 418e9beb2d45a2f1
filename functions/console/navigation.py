"""The console's rooms, for each role those that it may enter, with what waits in them."""

from collections.abc import Set
from dataclasses import dataclass
from datetime import datetime

from functions.console import roles
from functions.edge import parked
from shared.approvals import store as approvals
from shared.bank import store as bank
from shared.funds import queries as funds
from shared.funds.refund_model import RefundWait
from shared.institutions.store import account_requests
from shared.insurance import queries as covers
from shared.insurance.model import CoverStatus
from shared.kernel import clock
from shared.listings import store as listings
from shared.mall.store import sheets as courses
from shared.materials import queries as materials
from shared.people.model import StaffRole
from shared.profiles import store as profiles
from shared.reconciliation.model import BreakState
from shared.reconciliation.store import breaks as reconciliation
from shared.reviews.model import ReportStatus
from shared.reviews.store import reports, reviews
from shared.teaching import queries as teaching
from shared.teaching.model import Due
from shared.terminations.store import cases as terminations

MOST_COUNTED = 100


@dataclass(frozen=True)
class Room:
    """A link of the navigation. `waiting` is how much waits there, None where nothing does; 100 means or more."""

    path: str
    zh: str
    en: str
    current: bool
    waiting: int | None = None


_ROOMS: tuple[tuple[str, str, str, Set[StaffRole]], ...] = (
    ("/console", "今日", "Today", roles.EVERYONE),
    ("/console/schools", "机构", "Schools", roles.EVERYONE),
    ("/console/profiles", "公示", "Profiles", roles.EVERYONE),
    ("/console/courses", "课程审核", "Courses", roles.EVERYONE),
    ("/console/listings", "名单", "Lists", roles.EVERYONE),
    ("/console/files", "材料", "Files", roles.EVERYONE),
    ("/console/filings", "申报", "Filings", roles.EVERYONE),
    ("/console/account-requests", "开户", "Accounts", roles.EVERYONE),
    ("/console/disputes", "争议", "Disputes", roles.EVERYONE),
    ("/console/reviews", "评价", "Reviews", roles.EVERYONE),
    ("/console/refunds", "退费", "Refunds", roles.EVERYONE),
    ("/console/covers", "保险", "Insurance", roles.EVERYONE),
    ("/console/minimums", "最低余额", "Minimums", roles.EVERYONE),
    ("/console/approvals", "审批", "Approvals", roles.EVERYONE),
    ("/console/terminations", "终止办理", "Terminations", roles.EVERYONE),
    ("/console/alerts", "预警", "Alerts", roles.EVERYONE),
    ("/console/reconciliation", "对账", "Reconciliation", roles.MONEY),
    ("/console/suspense", "待查款", "Suspense", roles.MONEY),
    ("/console/trial-balance", "总账试算", "Trial balance", roles.MONEY),
    ("/console/reports", "报表", "Reports", roles.MONEY),
    ("/console/unhandled", "未处理", "Unhandled", roles.MONEY),
    ("/console/seals", "留痕", "Seals", roles.MONEY),
    ("/console/policy", "规则", "Policy", roles.EVERYONE),
)


def rooms(role: StaffRole, here: str, *, now: datetime, counted: bool) -> list[Room]:
    """The rooms of a role. `here` is the path of the page that they are shown on."""
    counts = _counts(role, now) if counted else {}
    found = [room for room in _ROOMS if role in room[3]]
    return [Room(path, zh, en, _is_in(here, path), counts.get(path)) for path, zh, en, _ in found]


_ELSEWHERE = (
    ("/console/instructions", "/console/reconciliation"),
    ("/console/personnel", "/console/listings"),
    ("/console/file-readings", "/console/files"),
    ("/console/inspections", "/console/filings"),
    ("/console/catalogue", "/console/filings"),
    ("/console/notices", "/console/terminations"),
    ("/console/enrolments", "/console/schools"),
    ("/console/payouts", "/console/schools"),
    ("/console/private-payments", "/console/reviews"),
    ("/console/validities", "/console/profiles"),
    ("/console/minimum-withdrawals", "/console/minimums"),
)
"""Pages that belong to a room with another path: what theirs begins with, and the room."""


def _is_in(here: str, path: str) -> bool:
    here = here.partition("?")[0]
    if here.startswith("/console/enrolments/") and here.endswith("/cover"):
        here = "/console/covers"
    if here.startswith("/console/schools/") and "/courses/" in here:
        here = "/console/courses"
    here = next((room for begins, room in _ELSEWHERE if here.startswith(begins)), here)
    return here == path or (path != "/console" and here.startswith(f"{path}/"))


def _counts(role: StaffRole, now: datetime) -> dict[str, int]:
    counts = {
        "/console/files": materials.count_late(now=now, at_most=MOST_COUNTED),
        "/console/disputes": teaching.count_waiting(Due.DECISION, until=now, at_most=MOST_COUNTED),
        "/console/terminations": terminations.count_open(at_most=MOST_COUNTED),
        "/console/approvals": approvals.count_waiting(at_most=MOST_COUNTED),
        "/console/account-requests": account_requests.count(at_most=MOST_COUNTED),
        "/console/profiles": profiles.count_waiting(at_most=MOST_COUNTED),
        "/console/courses": courses.count_waiting(at_most=MOST_COUNTED),
        "/console/listings": listings.count_open_appeals(at_most=MOST_COUNTED),
        "/console/covers": covers.count(CoverStatus.REFUSED, at_most=MOST_COUNTED),
        "/console/refunds": funds.count_refunds_waiting(RefundWait.DECISION, at_most=MOST_COUNTED),
    }
    counts["/console/reviews"] = reviews.count_waiting(at_most=MOST_COUNTED)
    if role in roles.REPORTS:
        new = reports.count_in(ReportStatus.NEW, at_most=MOST_COUNTED)
        counts["/console/reviews"] = min(counts["/console/reviews"] + new, MOST_COUNTED)
    if role in roles.MONEY:
        today = clock.business_day(now).isoformat()
        refused = bank.count_refused(today, at_most=MOST_COUNTED)
        counts["/console/reconciliation"] = reconciliation.count_breaks(BreakState.OPEN, at_most=MOST_COUNTED)
        counts["/console/unhandled"] = min(parked.count_parked(at_most=MOST_COUNTED) + refused, MOST_COUNTED)
    return {path: count for path, count in counts.items() if count}
