"""What the API says of schools, courses and classes."""

from datetime import date
from typing import Any, Literal

from functions.api.review_views import RatingOnCard
from functions.api.safety_views import SafetyView
from functions.api.views import View, money
from functions.edge.contract import Money
from shared.institutions import model as institutions
from shared.mall import model as mall


class CategoryView(View):
    code: str
    name_zh: str
    name_en: str
    authority_zh: str
    authority_en: str


class InstitutionCard(View):
    institution_id: str
    name: str
    categories: list[str]
    addresses: list[str]
    teachers: int
    rating: RatingOnCard


class CampusView(View):
    """A campus; `position` is `latitude,longitude` in GCJ-02. It and `street` are empty where nobody has told them."""

    campus_id: str
    name: str
    street: str
    address: str
    phone: str
    position: str


class TeacherView(View):
    teacher_id: str
    name: str
    subject: str
    qualification: str
    qualification_no: str
    valid_to: date | None


class CertificateView(View):
    """A certificate, valid through `valid_to`."""

    item_id: str
    kind: str
    number: str
    issuer: str
    valid_from: date
    valid_to: date
    valid: bool


class RoomView(View):
    """A place where is taught, in whole square metres; whether there is a picture of it."""

    item_id: str
    caption: str
    area_m2: int
    picture: bool


class InstitutionView(View):
    institution_id: str
    name: str
    credit_code: str
    licence_no: str
    licence_valid_to: date
    status: str
    selling: bool
    phone: str
    categories: list[str]
    campuses: list[CampusView]
    teachers: list[TeacherView]
    certificates: list[CertificateView]
    rooms: list[RoomView]
    safety: SafetyView


class CourseCard(View):
    """A course. `ages` are shown, `age_from` and `age_to` are whole years, both included."""

    course_id: str
    institution_id: str
    title: str
    category: str
    ages: str
    age_from: int
    age_to: int
    mode: str
    price: Money
    lessons: int
    minutes_per_lesson: int
    price_per_lesson: Money
    price_per_hour: Money
    rating: RatingOnCard


class WeeklyTimeView(View):
    """A time of the week: 1 is Monday, 7 Sunday; hours of Shanghai, as 09:00."""

    weekday: int
    starts: str
    ends: str


class OfferingView(View):
    """A class. It opens with `minimum_students` or more; `seats` is the most that it takes.

    `seats_left` are everybody's: none while somebody is `waiting`, to whom they are offered first.
    """

    offering_id: str
    number: str
    name: str
    campus_id: str
    room_id: str | None
    room: str
    teacher_id: str
    teacher_name: str
    times: str
    weekly: list[WeeklyTimeView]
    starts_on: date
    ends_on: date
    seats: int
    minimum_students: int
    seats_left: int
    waiting: int
    on_sale: bool
    terms_hash: str


class CourseView(CourseCard):
    """A course with what the contract says of it.

    All is given back when that is asked for `full_refund_days` or more before the class starts. `supervision`:
    how the prepayment is supervised; `bank_custody`, the bank holds it. A seat that is taken and not paid for is held
    for `hold_hours`; then it goes to who waits for it, else to everybody.
    """

    summary: str
    content: str
    full_refund_days: int
    supervision: Literal["bank_custody"]
    version: int
    institution_name: str
    selling: bool
    hold_hours: int
    classes: list[OfferingView]


def institution_card(school: institutions.Institution, rating: RatingOnCard) -> InstitutionCard:
    return InstitutionCard(
        institution_id=school.institution_id,
        name=school.name,
        categories=list(school.categories),
        addresses=[campus.address for campus in school.campuses],
        teachers=len(school.teachers),
        rating=rating,
    )


def institution(school: institutions.Institution, safety: SafetyView, today: date) -> InstitutionView:
    return InstitutionView(
        institution_id=school.institution_id,
        name=school.name,
        credit_code=school.credit_code,
        licence_no=school.licence_no,
        licence_valid_to=school.licence_valid_to,
        status=school.status.value,
        selling=school.may_sell_on(today),
        phone=school.phone,
        categories=list(school.categories),
        campuses=[CampusView(**vars(campus)) for campus in school.campuses],
        teachers=[teacher(one) for one in school.teachers],
        certificates=[
            CertificateView(**{**_but_file(one), "kind": one.kind.value}, valid=today <= one.valid_to)
            for one in school.certificates
        ],
        rooms=[RoomView(**_but_file(room), picture=room.file is not None) for room in school.rooms],
        safety=safety,
    )


def teacher(one: institutions.Teacher) -> TeacherView:
    return TeacherView(**_but_file(one))


def _but_file(item: institutions.Teacher | institutions.Certificate | institutions.Room) -> dict[str, Any]:
    """What is shown of an item: the scan of a certificate or a qualification isn't for the public."""
    return {name: value for name, value in vars(item).items() if name != "file"}


def _course_facts(course: mall.Course, rating: RatingOnCard) -> dict[str, object]:
    return {
        "course_id": course.course_id,
        "institution_id": course.institution_id,
        "title": course.title,
        "category": course.category,
        "ages": course.ages,
        "age_from": course.age_from,
        "age_to": course.age_to,
        "mode": course.mode.value,
        "price": money(course.price_fen),
        "lessons": course.lessons,
        "minutes_per_lesson": course.minutes_per_lesson,
        "price_per_lesson": money(course.lesson_fen),
        "price_per_hour": money(course.hour_fen),
        "rating": rating,
    }


def course_card(course: mall.Course, rating: RatingOnCard) -> CourseCard:
    return CourseCard.model_validate(_course_facts(course, rating))


def course(
    found: mall.CourseWithOfferings,
    school: institutions.Institution,
    rating: RatingOnCard,
    today: date,
    *,
    hold_hours: int,
) -> CourseView:
    return CourseView.model_validate(
        {
            **_course_facts(found.course, rating),
            "summary": found.course.summary,
            "content": found.course.content,
            "full_refund_days": found.course.full_refund_days,
            "supervision": mall.SUPERVISION,
            "version": found.course.version,
            "institution_name": school.name,
            "selling": school.may_sell_on(today),
            "hold_hours": hold_hours,
            "classes": [offering(one, today) for one in found.offerings],
        }
    )


def offering(one: mall.Offering, today: date) -> OfferingView:
    return OfferingView(
        offering_id=one.offering_id,
        number=one.number,
        name=one.name,
        campus_id=one.campus_id,
        room_id=one.room_id or None,
        room=one.room,
        teacher_id=one.teacher_id,
        teacher_name=one.teacher_name,
        times=one.times,
        weekly=[weekly(told) for told in one.weekly],
        starts_on=one.starts_on,
        ends_on=one.ends_on,
        seats=one.seats,
        minimum_students=one.minimum_students,
        seats_left=one.seats_free,
        waiting=one.waiting,
        on_sale=one.status is mall.Status.PUBLISHED and one.seats_free > 0 and today <= one.starts_on,
        terms_hash=one.terms_hash,
    )


def weekly(told: mall.WeeklyTime) -> WeeklyTimeView:
    return WeeklyTimeView(weekday=told.weekday, starts=f"{told.starts:%H:%M}", ends=f"{told.ends:%H:%M}")
