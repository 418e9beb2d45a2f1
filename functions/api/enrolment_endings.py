"""How an enrolment stands at its end: completed, or what keeps it open after the last day of its class."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Literal

from functions.api.views import View, money
from functions.edge import lessons
from functions.edge.contract import Money
from shared.funds import queries as funds
from shared.funds.model import EnrolmentAccount, EnrolmentStatus
from shared.kernel import clock
from shared.teaching import queries as teaching
from shared.teaching.model import LessonStatus

State = Literal["completed", "undecided", "left_over"]
_UNDECIDED = (LessonStatus.TAUGHT, LessonStatus.DISPUTED, LessonStatus.CONFIRMED, LessonStatus.AUTO_CONFIRMED)
_NOTES: Mapping[State, tuple[str, str]] = {
    "completed": (
        "全部课时已上完并拨付，报名已结业，意外险同时结束。满足课时要求的可以评价。",
        "Every lesson is taught and released: the enrolment is completed, and its accident cover with it. It can be "
        "reviewed once enough lessons were confirmed.",
    ),
    "undecided": (
        "班级已结课，还有课时等待登记、确认、争议处理或补课，办完后结业。",
        "The class is over. Some lessons wait to be marked, confirmed, decided or made up for; then it is completed.",
    ),
    "left_over": (
        "班级已结课，剩余课时没有上课（缺课、请假或争议成立），不会拨付给机构：可以由机构补课，或随时申请退费。",
        "The class is over. What is left wasn't taught (absent, on leave, or a dispute upheld) and isn't released: the "
        "school may make up for it, or you may ask for it back at any time.",
    ),
}


class EndingView(View):
    """`undecided`: lessons that wait to be marked, confirmed, decided, released or made up for. `refundable`: what
    would come back if a refund were asked for now.
    """

    state: State
    lessons_left: int
    undecided: int
    refundable: Money
    note: str


def of(account: EnrolmentAccount, *, ends_on: date, now: datetime, language: str) -> EndingView | None:
    """How an enrolment stands at its end; None while its class goes on, or where it has ended otherwise."""
    if account.status is EnrolmentStatus.COMPLETED:
        return _view("completed", account, 0, 0, language)
    if account.status is not EnrolmentStatus.ACTIVE or clock.business_day(now) <= ends_on:
        return None
    undecided = min(_undecided(account, now), account.lessons_left)
    taught = teaching.list_taught(account.enrolment_id)
    refundable = funds.preview_refund(account=account, taught=taught).refundable_fen
    return _view("undecided" if undecided else "left_over", account, undecided, refundable, language)


def _undecided(account: EnrolmentAccount, now: datetime) -> int:
    lines = lessons.of(account)
    own = [line for line in lines if line.makes_up_for is None]
    marked = sum(line.lesson is not None and line.lesson.status in _UNDECIDED for line in lines)
    return (
        marked
        + sum(line.lesson is None and not line.session.extra for line in own)
        + sum(line.make_up is not None and line.make_up.open_at(now) for line in own)
    )


def _view(state: State, account: EnrolmentAccount, undecided: int, refundable_fen: int, language: str) -> EndingView:
    return EndingView(
        state=state,
        lessons_left=account.lessons_left,
        undecided=undecided,
        refundable=money(refundable_fen),
        note=_NOTES[state][language == "en"],
    )
