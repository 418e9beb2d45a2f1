"""One enrolment: its money with every entry, its lessons, the decision of a dispute.

A child's name and a payer's are shown only to who gives a purpose, and that reading is recorded.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from math import floor

from chalice.app import Blueprint

from functions.console import absence_words, cover_words, csv_files, money_words, officers, payment_words, roles, words
from functions.console.pages import Answer, Download, SeeOther, Shown, Visit, form, page
from functions.edge import lessons as enrolment_lessons
from functions.edge import telling
from functions.edge.auth import NotForYourRole
from shared.funds import accrual
from shared.funds import queries as funds
from shared.funds.model import EnrolmentAccount, Entry, State
from shared.funds.store.accounts import UnknownEnrolment
from shared.institutions import store as institutions
from shared.insurance import queries as covers
from shared.kernel import clock, errors, ids
from shared.kernel.ids import EnrolmentId, SessionId
from shared.mall import queries as courses
from shared.mall.store import openings, transfers
from shared.messages import store as messages
from shared.payments import store as payments
from shared.people import queries as people
from shared.people import usecases as people_usecases
from shared.people.model import Student
from shared.policy.interest import NoAgreedRate
from shared.teaching import queries as teaching
from shared.teaching import rules, usecases
from shared.teaching.model import Lesson, LessonStatus
from shared.teaching.store import UnknownSession

blueprint = Blueprint(__name__)

_READINGS = 10
MOST_REASON = 500


class UnknownPurpose(errors.Invalid):
    code = "unknown_purpose"
    zh = "请选择查阅个人信息的用途。"
    en = "Choose what the personal data is wanted for."


class DecisionMissing(errors.Invalid):
    code = "decision_missing"
    zh = "请选择争议成立或驳回，并写明理由（至多 {most} 字）。"
    en = "Choose whether the dispute is upheld or rejected, and give the reason, in at most {most} characters."


@dataclass(frozen=True)
class Booked:
    """An entry, and what the enrolment held and had released after it, in fen."""

    entry: Entry
    held_after_fen: int
    released_after_fen: int


@page(blueprint, "/console/enrolments/{enrolment_id}")
def show_enrolment(visit: Visit) -> Shown:
    """An enrolment. With `purpose` in the query, the child's name too."""
    account = get_account(visit)
    lessons = enrolment_lessons.of(account)
    student = _read_student(visit, account)
    told = {
        "account": account,
        "school": institutions.get(account.institution_id),
        "terms": courses.get_terms(account.terms_hash),
        "accrued": _accrued(account, clock.business_day(visit.now)),
        "booked": list(booked(funds.list_entries(account))),
        "lessons": lessons,
        "absences": [one for one in lessons if one.leave or one.make_up],
        "absence_words": absence_words,
        "refunds": list(reversed(funds.list_refunds(account.enrolment_id))),
        "orders": payments.list_of(account.enrolment_id),
        "payment_words": payment_words,
        "disputed": [one for one in lessons if one.lesson and one.lesson.status is LessonStatus.DISPUTED],
        "officers": officers.names(one.lesson.decided_by for one in lessons if one.lesson),
        "student": student,
        "readings": _readings(visit, account),
        "done": visit.query.get("done", ""),
        "cover": covers.find(account.enrolment_id),
        "cover_words": cover_words,
        "opening": openings.find(account.offering_id),
        "transfers": transfers.list_of(account.enrolment_id),
    }
    return Shown("enrolment.html", told)


def _accrued(account: EnrolmentAccount, today: date) -> int | None:
    """What it has earned through yesterday and wasn't credited, in whole fen; None without an agreed rate."""
    try:
        return floor(accrual.earned(accrual.counted(account, end=today)))
    except NoAgreedRate:
        return None


@page(blueprint, "/console/enrolments/{enrolment_id}/entries.csv")
def download_entries(visit: Visit) -> Download:
    """Every entry of an enrolment, as a table. Nobody's name is in it."""
    account = get_account(visit)
    rows = [_cells(one) for one in booked(funds.list_entries(account))]
    name = f"{account.enrolment_id}-{clock.business_day(visit.now)}.csv"
    return Download(name, csv_files.text(_COLUMNS, visit.language, rows))


@page(blueprint, "/console/enrolments/{enrolment_id}/lessons/{session_id}/decision", who=roles.SUPERVISORS)
def ask_to_decide(visit: Visit) -> Shown:
    """The form, for who has no scripts."""
    account = get_account(visit)
    lesson = _lesson(visit, account)
    if lesson.status is not LessonStatus.DISPUTED:
        raise rules.NotDisputed()
    return Shown("decision.html", {"account": account, "lesson": lesson, "sentence": ""})


@form(blueprint, "/console/enrolments/{enrolment_id}/lessons/{session_id}/decision", who=roles.SUPERVISORS)
def decide_dispute(visit: Visit) -> Answer:
    """Uphold a dispute, so that the lesson is never paid, or reject it, so that it counts as confirmed."""
    account = get_account(visit)
    lesson = _lesson(visit, account)
    decision, reason = visit.form.get("decision", ""), visit.form.get("reason", "").strip()
    if decision not in ("uphold", "reject") or not 0 < len(reason) <= MOST_REASON:
        sentence = DecisionMissing(most=MOST_REASON).sentence(visit.language)
        return Shown("decision.html", {"account": account, "lesson": lesson, "sentence": sentence}, 422)
    uphold = decision == "uphold"
    told = telling.dispute_decided(account, lesson, uphold=uphold, reason=reason, now=visit.now)
    usecases.decide_dispute(
        enrolment_id=account.enrolment_id,
        session_id=lesson.session_id,
        uphold=uphold,
        reason=reason,
        by=visit.session.username,
        now=visit.now,
        also=[messages.posted(told)],
    )
    done = {"done": "upheld" if uphold else "rejected"}
    return SeeOther(f"/console/enrolments/{account.enrolment_id}", done)


def booked(entries: Sequence[Entry]) -> Iterator[Booked]:
    """Entries in the order of their versions, with the balances after each."""
    sums: Counter[State] = Counter()
    for entry in entries:
        sums.update(entry.legs)
        yield Booked(entry, sums[State.HELD], sums[State.PAYABLE])


_COLUMNS: tuple[words.Both, ...] = (
    ("序号", "version"),
    ("记账时间", "booked_at"),
    ("生效日期", "effective_on"),
    ("类型", "kind"),
    *((f"{zh}(元)", f"{state.value}_yuan") for state, (zh, _) in money_words.STATES.items()),
    ("监管余额(元)", "held_after_yuan"),
    ("流水或课次", "reference"),
    ("原因", "reason"),
)


def _cells(one: Booked) -> list[csv_files.Cell]:
    entry = one.entry
    return [
        entry.version,
        csv_files.moment(entry.booked_at),
        entry.effective_on.isoformat(),
        entry.kind.value,
        *(csv_files.Yuan.of(entry.legs.get(state, 0)) for state in money_words.STATES),
        csv_files.Yuan.of(one.held_after_fen),
        entry.reference,
        entry.reason,
    ]


def get_account(visit: Visit) -> EnrolmentAccount:
    """The enrolment that the address names. Raises UnknownEnrolment."""
    text = visit.path["enrolment_id"]
    if not ids.is_id(text, "enr"):
        raise UnknownEnrolment()
    return funds.get_account(EnrolmentId(text))


def _lesson(visit: Visit, account: EnrolmentAccount) -> Lesson:
    """The lesson that the address names. Raises UnknownSession."""
    text = visit.path["session_id"]
    lesson = teaching.find_lesson(account.enrolment_id, SessionId(text)) if ids.is_id(text, "ses") else None
    if lesson is None:
        raise UnknownSession()
    return lesson


def _read_student(visit: Visit, account: EnrolmentAccount) -> Student | None:
    """The child, when a purpose is given; recorded before it is read. Raises NotForYourRole, UnknownPurpose."""
    purpose = visit.asked("purpose")
    if purpose is None:
        return None
    if visit.role not in roles.PERSONAL:
        raise NotForYourRole()
    if purpose not in words.PURPOSES:
        raise UnknownPurpose()
    people_usecases.record_staff_reading(
        staff_id=visit.session.staff_id, subject=account.student_id, purpose=purpose, now=visit.now
    )
    return people.get_student(guardian_id=account.guardian_id, student_id=account.student_id)


def _readings(visit: Visit, account: EnrolmentAccount) -> Sequence[object]:
    """Who read the child's data lately, for those who may read it."""
    if visit.role not in roles.PERSONAL:
        return []
    return people.list_readings(account.student_id, limit=_READINGS, cursor=None).rows
