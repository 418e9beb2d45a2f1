"""Asks the insurer for what is wanted and due: policies of paid enrolments, and the end of those that are over.

Every quarter of an hour. A try is noted before the insurer is asked, so what is broken off comes again later. An
insurer that doesn't answer a few in a row is left in peace until the next run.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import TypeVar

from chalice.app import Blueprint, Cron

from functions.edge import covers, scheduled, wiring
from functions.edge.line import Line
from shared.funds import queries as funds
from shared.funds.model import EnrolmentAccount
from shared.insurance import queries, usecases
from shared.insurance.client import InsurerRefused, InsurerSilent, PolicyRequest
from shared.insurance.model import Cover, Disclosure, Due, EndReason
from shared.kernel import clock
from shared.kernel.ids import EnrolmentId
from shared.mall import queries as courses
from shared.people import queries as people
from shared.people.model import Student
from shared.policy import insurance
from shared.policy.model import InsuranceTerms

blueprint = Blueprint(__name__)

T = TypeVar("T")

PURPOSE = "accident_insurance"
MOST_AT_ONCE = 500


@blueprint.schedule(Cron("7/15", "*", "*", "*", "?", "*"))
@scheduled.run
def issue_covers() -> dict[str, int]:
    """Ends first: an end that waits costs somebody, a policy that waits is noted already."""
    now = wiring.now()
    line = Line(now)
    figures = {}
    for due, act in ((Due.END, end), (Due.ISSUE, issue), (Due.EXPIRY, expire)):
        found = queries.list_due(due, until=now, limit=MOST_AT_ONCE)
        figures[due.value] = scheduled.each("issue_covers", found, partial(act, line), key=str)
    return figures


def issue(line: Line, enrolment_id: EnrolmentId) -> bool:
    """Ask for one policy; whether the insurer issued it. Raises NoInsurer, InsurerSilent, Unavailable."""
    cover, now = queries.get(enrolment_id), wiring.now()
    if line.closed or not _is_due(cover, Due.ISSUE, now):
        return False
    account = funds.get_account(enrolment_id)
    stands = covers.stands(account)
    if stands.over:  # and no record has said so yet
        usecases.follow(enrolment=stands, now=now)
        return False
    if not stands.ready:
        usecases.put_off(cover=cover, now=now)
        return False
    begun = _begin(cover, account, now)
    if begun is None:
        return False
    try:
        policy = _heard(line, lambda: wiring.insurer().issue(begun, now=now))
    except InsurerRefused as refusal:
        usecases.note_refused(enrolment_id=enrolment_id, reason=str(refusal.figures["reason"]), now=now)
        return False
    return usecases.note_issued(enrolment_id=enrolment_id, policy=policy, now=now)


def end(line: Line, enrolment_id: EnrolmentId) -> bool:
    """Ask for the end of one policy; whether the insurer ended it. Raises InsurerSilent, Unavailable."""
    cover, now = queries.get(enrolment_id), wiring.now()
    if line.closed or not _is_due(cover, Due.END, now) or cover.over is None or cover.over_on is None:
        return False
    begun, why, last_day = usecases.begin(cover=cover, now=now), cover.over, cover.over_on
    if begun is None:
        return False
    try:
        word = _heard(line, lambda: wiring.insurer().end(begun, why=why, last_day=last_day, now=now))
    except InsurerRefused as refusal:
        usecases.note_end_refused(enrolment_id=enrolment_id, reason=str(refusal.figures["reason"]))
        return False
    return usecases.note_ended(enrolment_id=enrolment_id, word=word, now=now)


def expire(line: Line, enrolment_id: EnrolmentId) -> bool:
    """Note that a policy's period is over; whether this is news. The insurer isn't asked."""
    return usecases.note_expired(enrolment_id=enrolment_id, now=wiring.now())


def _is_due(cover: Cover, due: Due, now: datetime) -> bool:
    """Whether it still is what the list said: another run may have been faster."""
    return cover.due is due and cover.due_at is not None and cover.due_at <= now


def _begin(cover: Cover, account: EnrolmentAccount, now: datetime) -> Cover | None:
    """The cover with what the insurer is asked; None where there is nothing to cover, or another run was faster.

    Raises NoInsurer.
    """
    if cover.request:
        return usecases.begin(cover=cover, now=now)
    today = clock.business_day(now)
    terms, sold = insurance.insurance_terms(on=today), courses.get_terms(account.terms_hash)
    first_day, last_day = (date.fromisoformat(str(sold[name])) for name in ("starts_on", "ends_on"))
    if last_day < today:
        usecases.follow(enrolment=replace(covers.stands(account), over=EndReason.PERIOD), now=now)
        return None
    student = _consenting(account, terms)
    request = PolicyRequest(
        cover_id=cover.cover_id,
        product=terms.product_code,
        premium_payer=terms.payer_zh,
        insured_name=student.name if student else None,
        insured_birth_month=student.birth_month if student else None,
        purpose=PURPOSE,
        school=str(sold["institution"]),
        activity=account.category,
        first_day=max(first_day, today).isoformat(),
        last_day=(last_day + timedelta(days=terms.days_beyond)).isoformat(),
    )
    told = Disclosure(now, PURPOSE, ("name", "birth_month"), student.consent_version) if student else None
    return usecases.begin(cover=cover, request=request.text(), terms_of=terms.effective_from, disclosure=told, now=now)


def _consenting(account: EnrolmentAccount, terms: InsuranceTerms) -> Student | None:
    """The child, if the guardian's consent stands and is of a text that lets the insurer be told."""
    for student in people.get_students([account.student_id]):
        if student.consent_withdrawn_at is None and student.consent_version in terms.consent_versions:
            return student
    return None


def _heard(line: Line, ask: Callable[[], T]) -> T:
    """The insurer's answer. Raises InsurerRefused, InsurerSilent."""
    try:
        answer = ask()
    except InsurerSilent:
        line.was(silent=True)
        raise
    except InsurerRefused:
        line.was(silent=False)
        raise
    line.was(silent=False)
    return answer
