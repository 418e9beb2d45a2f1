"""What enrolling would mean: every rule of the sale asked at once, and the total explained. Nothing is written."""

from datetime import date, timedelta
from typing import Annotated

import pydantic
from chalice.app import Blueprint

from functions.api.enrolments import open_enrolments
from functions.api.views import View, money
from functions.edge.auth import Audience
from functions.edge.contract import Call, Id, Money, endpoint
from shared.institutions import model as institutions
from shared.institutions import store as institution_store
from shared.institutions.store import NotSelling
from shared.kernel import clock, errors
from shared.kernel.ids import CourseId, OfferingId, StudentId
from shared.mall import model as mall
from shared.mall import usecases
from shared.mall.compliance import Result
from shared.mall.store import UnknownCourse, UnknownOffering
from shared.people import consents, model
from shared.people import queries as people
from shared.policy import insurance
from shared.policy import queries as policies
from shared.policy.model import Policy

blueprint = Blueprint(__name__)


class QuoteQuery(pydantic.BaseModel):
    """For which child and which class. `terms_hash`: the terms that were read, where they are to be held against."""

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)
    course_id: Id
    offering_id: Id
    student_id: Id
    terms_hash: Annotated[str, pydantic.Field(pattern=r"^[0-9a-f]{64}$")] | None = None


class RuleView(View):
    """A rule of the sale: what it looked at, what that is held to, and its refusal's sentence where it isn't met."""

    rule: str
    met: bool
    value: str
    limit: str
    reason: str | None


class ReleaseView(View):
    """How money leaves supervision: a lesson's share once it was taught and confirmed, the last with the remainder."""

    per_lesson: Money
    last_lesson: Money
    confirmation_working_days: int


class RefundTermsView(View):
    """All comes back when that is asked for through `full_until`, or before the first lesson was taught; then what
    isn't taught, pro rata. The school answers within working days, the money comes within days of the agreement.
    """

    full_until: date
    full_refund_days: int
    answer_working_days: int
    payment_days: int


class InsuranceTermsView(View):
    insurer: str
    product: str
    guardian_premium: Money
    paid_by: str


class QuoteView(View):
    """`may_enrol`: whether every rule is met; `refusals` are those that aren't. To enrol: `POST /v1/enrolments` with
    `terms_hash`. The seat is then held until `pay_before`, if that is done now; unpaid by then it goes to who waits.
    """

    may_enrol: bool
    refusals: list[str]
    rules: list[RuleView]
    seats_left: int
    waiting: int
    offered_until: str | None
    total: Money
    lessons: int
    price_per_lesson: Money
    release: ReleaseView
    refund: RefundTermsView
    insurance: InsuranceTermsView
    hold_hours: int
    pay_before: str
    terms_hash: str
    policy_version: str
    consent_version: str


@endpoint(
    blueprint,
    "GET",
    "/v1/me/quote",
    audience=Audience.GUARDIAN,
    query=QuoteQuery,
    response=QuoteView,
    errors=(UnknownCourse, UnknownOffering, people.UnknownStudent),
    summary_zh="报价：一次核对全部报名规则，说明总价、拨付、退费和保险；不占座",
    summary_en="A quote: every rule of the sale at once, the total explained; nothing is written",
)
def get_quote(call: Call[None]) -> QuoteView:
    asked = call.query
    assert isinstance(asked, QuoteQuery)
    student = people.get_student(guardian_id=call.guardian_id, student_id=StudentId(asked.student_id))
    policy, today = policies.in_force(at=call.now), clock.business_day(call.now)
    quote = usecases.quote(
        student_id=student.student_id,
        course_id=CourseId(asked.course_id),
        offering_id=OfferingId(asked.offering_id),
        terms_hash=asked.terms_hash,
        open_enrolments=open_enrolments,
        policy=policy,
        now=call.now,
    )
    school = institution_store.get(quote.course.institution_id)
    results = [_selling(school, today), *quote.results, *_consent(student, today)]
    refused = [one.rule for one in results if one.refusal is not None]
    until = quote.offer.expires_at if quote.offer else None
    return QuoteView.model_validate(
        {
            **_explained(quote.course, quote.offering, policy, today, english=call.language == "en"),
            "may_enrol": not refused,
            "refusals": refused,
            "rules": [_rule(one, call.language) for one in results],
            "seats_left": quote.offering.seats_free,
            "waiting": quote.offering.waiting,
            "offered_until": clock.shown(until) if until else None,
            "pay_before": clock.shown(call.now + timedelta(hours=policy.unpaid_hours)),
            "consent_version": student.consent_version,
        }
    )


def _selling(school: institutions.Institution, today: date) -> Result:
    """What the school's latch says in the sale's own transaction."""
    refusal = None if school.may_sell_on(today) else NotSelling()
    return Result(NotSelling.code, school.status.value, institutions.Status.LICENSED.value, refusal)


def _consent(student: model.Student, today: date) -> list[Result]:
    return [Result(**vars(one)) for one in consents.standing(student, on=today)]


def _rule(one: Result, language: str) -> RuleView:
    said = one.refusal.sentence(language) if isinstance(one.refusal, errors.Refusal) else None
    return RuleView(rule=one.rule, met=one.refusal is None, value=one.value, limit=one.limit, reason=said)


def _explained(
    course: mall.Course, offering: mall.Offering, policy: Policy, today: date, *, english: bool
) -> dict[str, object]:
    share = course.lesson_fen
    terms = insurance.insurance_terms(on=today)
    return {
        "total": money(course.price_fen),
        "lessons": course.lessons,
        "price_per_lesson": money(share),
        "release": ReleaseView(
            per_lesson=money(share),
            last_lesson=money(course.price_fen - share * (course.lessons - 1)),
            confirmation_working_days=policy.confirmation_working_days,
        ),
        "refund": RefundTermsView(
            full_until=offering.starts_on - timedelta(days=course.full_refund_days),
            full_refund_days=course.full_refund_days,
            answer_working_days=policy.refund_answer_working_days,
            payment_days=policy.refund_payment_days,
        ),
        "insurance": InsuranceTermsView(
            insurer=terms.insurer_en if english else terms.insurer_zh,
            product=terms.product_en if english else terms.product_zh,
            guardian_premium=money(terms.guardian_premium_fen),
            paid_by=terms.payer_en if english else terms.payer_zh,
        ),
        "hold_hours": policy.unpaid_hours,
        "terms_hash": offering.terms_hash,
        "policy_version": policy.version,
    }
