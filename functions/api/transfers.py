"""A guardian asks for a transfer to another class of the school, or answers the one that the school offers."""

from typing import Annotated

import pydantic
from chalice.app import Blueprint

from functions.api import transfer_views as views
from functions.edge import transfers as edge
from functions.edge.auth import Audience
from functions.edge.contract import Call, Id, Request, endpoint
from shared.funds import queries as funds
from shared.funds.model import EnrolmentAccount
from shared.funds.store.accounts import UnknownEnrolment
from shared.institutions.store import NotSelling
from shared.kernel.ids import CourseId, EnrolmentId, OfferingId
from shared.mall import queries as courses
from shared.mall import transfer_rules as rules
from shared.mall import transfers
from shared.mall.rules import TermsChanged
from shared.mall.store import UnknownCourse, UnknownOffering
from shared.mall.store import transfers as store

blueprint = Blueprint(__name__)

ANSWER_ERRORS = (
    UnknownEnrolment,
    UnknownCourse,
    UnknownOffering,
    store.UnknownTransfer,
    NotSelling,
    rules.TransferMovedOn,
    rules.OthersToAccept,
    *rules.ALL,
)
"""What refuses an answer to a transfer, a guardian's or a school's."""

Hash = Annotated[str, pydantic.Field(pattern=r"^[0-9a-f]{64}$")]


class TransferRequest(Request):
    """`terms_hash` is that of the new class as it was shown: what the guardian accepts."""

    course_id: Id
    offering_id: Id
    terms_hash: Hash


class TransferAnswer(Request):
    """Who accepts an offer quotes the terms of the new class; not accepting one's own request withdraws it."""

    accept: bool
    terms_hash: Hash | None = None


def number_of(told: str) -> int:
    """The number that an address names; 0, which is none, for what is no number."""
    return int(told) if told.isascii() and told.isdigit() and len(told) < 4 else 0


@endpoint(
    blueprint,
    "POST",
    "/v1/enrolments/{enrolment_id}/transfers",
    audience=Audience.GUARDIAN,
    request=TransferRequest,
    response=views.TransferView,
    status=201,
    idempotent=True,
    errors=(UnknownEnrolment, UnknownCourse, UnknownOffering, rules.TransferOpen, *rules.ALL),
    summary_zh="申请转到本校另一个班，由机构同意",
    summary_en="Ask for a transfer to another class of the school, which the school accepts",
)
def request_transfer(call: Call[TransferRequest]) -> views.TransferView:
    asked = transfers.begin(
        look=edge.looking(_own(call).enrolment_id, now=call.now),
        course_id=CourseId(call.body.course_id),
        offering_id=OfferingId(call.body.offering_id),
        terms_hash=call.body.terms_hash,
        by=call.guardian_id,
        now=call.now,
    )
    return views.transfer(asked)


@endpoint(
    blueprint,
    "GET",
    "/v1/enrolments/{enrolment_id}/transfers",
    audience=Audience.GUARDIAN,
    response=views.Transfers,
    errors=(UnknownEnrolment,),
    summary_zh="一笔报名的转班及双方接受的条款",
    summary_en="An enrolment's transfers, with the terms before and after each",
)
def list_transfers(call: Call[None]) -> views.Transfers:
    found = store.list_of(_own(call).enrolment_id)
    terms = courses.get_terms_of([told for one in found for told in (one.from_terms, one.to_terms)]) if found else {}
    return views.Transfers(data=[views.with_terms(one, terms) for one in found])


@endpoint(
    blueprint,
    "POST",
    "/v1/enrolments/{enrolment_id}/transfers/{number}/answer",
    audience=Audience.GUARDIAN,
    request=TransferAnswer,
    response=views.TransferView,
    status=201,
    idempotent=True,
    errors=ANSWER_ERRORS,
    summary_zh="接受或谢绝机构提议的转班，或撤回自己的申请",
    summary_en="Accept or decline the transfer that the school offers, or withdraw one's own request",
)
def answer_transfer(call: Call[TransferAnswer]) -> views.TransferView:
    enrolment_id = _own(call).enrolment_id
    number = number_of(call.path["number"])
    if not call.body.accept:
        told = transfers.refuse(enrolment_id=enrolment_id, number=number, by=call.guardian_id, now=call.now)
        return views.transfer(told)
    if call.body.terms_hash is None:
        raise TermsChanged(pointer="/terms_hash")
    done = transfers.accept(
        enrolment_id=enrolment_id,
        number=number,
        terms_hash=call.body.terms_hash,
        look=edge.looking(enrolment_id, now=call.now),
        carry=edge.carrying(enrolment_id, now=call.now),
        by=call.guardian_id,
        now=call.now,
    )
    return views.transfer(done)


def _own(call: Call[None] | Call[TransferRequest] | Call[TransferAnswer]) -> EnrolmentAccount:
    enrolment_id = EnrolmentId(call.path["enrolment_id"])
    return funds.get_own_account(enrolment_id=enrolment_id, guardian_id=call.guardian_id)
