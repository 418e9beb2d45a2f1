"""A guardian's insurance claims; and the insurer's word on them."""

import json
from datetime import date
from typing import Annotated, Any

import pydantic
from chalice.app import Blueprint

from functions.api.uploads import PictureNotUsable, pictures_of
from functions.api.views import View, money
from functions.edge import claims as edge
from functions.edge import wiring
from functions.edge.auth import Audience
from functions.edge.contract import Call, Id, Money, Request, endpoint, raw_endpoint
from functions.edge.settings import settings
from shared.bank import signature
from shared.funds import queries as funds
from shared.funds.store.accounts import UnknownEnrolment
from shared.insurance import claim_rules, claims, client
from shared.insurance.claim_model import Claim
from shared.insurance.store import NoCover
from shared.insurance.store import claims as store
from shared.kernel import clock, errors
from shared.kernel.ids import ClaimId, EnrolmentId, FileId
from shared.materials.queries import UnknownFile

blueprint = Blueprint(__name__)

_MOST_BODY_BYTES = 16 * 1024
_Text = Annotated[
    str, pydantic.StringConstraints(strip_whitespace=True, min_length=1, max_length=claim_rules.MOST_TEXT)
]
_Pictures = Annotated[list[Id], pydantic.Field(max_length=claim_rules.MOST_PICTURES)]


class WrongInsurerMessage(errors.Invalid):
    code = "wrong_insurer_message"
    zh = "承保机构的消息格式有误。"
    en = "The insurer's message is wrong."


class ClaimRequest(Request):
    """What happened and when; up to 3 pictures of the guardian's own. Forgotten here once the insurer has it."""

    accident_on: Annotated[date, pydantic.Field(strict=False)]
    text: _Text
    pictures: _Pictures = []


class SupplementRequest(Request):
    """What the insurer wanted to know more."""

    text: _Text
    pictures: _Pictures = []


class ClaimView(View):
    """A claim: `wanted` (on its way to the insurer), `received`, `more_wanted` (`asked` says what), `accepted`,
    `rejected`, `paid`, `refused` (the insurer doesn't take it: call it)."""

    claim_id: str
    accident_on: date
    policy_no: str
    status: str
    made_at: str
    since: str
    asked: str | None
    reason: str | None
    paid: Money


class Claims(View):
    data: list[ClaimView]


class InsurerAnswer(View):
    status: str


@endpoint(
    blueprint,
    "POST",
    "/v1/enrolments/{enrolment_id}/claims",
    audience=Audience.GUARDIAN,
    request=ClaimRequest,
    response=ClaimView,
    status=201,
    idempotent=True,
    errors=(
        UnknownEnrolment,
        NoCover,
        claim_rules.NoPolicy,
        claim_rules.NotYet,
        claim_rules.OutsideCover,
        claim_rules.ClaimedAlready,
        UnknownFile,
        PictureNotUsable,
    ),
    summary_zh="申请意外险理赔",
    summary_en="Claim under the accident cover",
)
def open_claim(call: Call[ClaimRequest]) -> ClaimView:
    claim = claims.open_claim(
        enrolment_id=_own(call),
        guardian_id=call.guardian_id,
        accident_on=call.body.accident_on,
        text=call.body.text,
        pictures=_pictures(call, call.body.pictures),
        now=call.now,
    )
    return _view(claim)


@endpoint(
    blueprint,
    "GET",
    "/v1/enrolments/{enrolment_id}/claims",
    audience=Audience.GUARDIAN,
    response=Claims,
    errors=(UnknownEnrolment,),
    summary_zh="一笔报名的理赔",
    summary_en="An enrolment's claims",
)
def list_claims(call: Call[None]) -> Claims:
    return Claims(data=list(map(_view, store.list_of(_own(call)))))


@endpoint(
    blueprint,
    "POST",
    "/v1/enrolments/{enrolment_id}/claims/{claim_id}/supplement",
    audience=Audience.GUARDIAN,
    request=SupplementRequest,
    response=ClaimView,
    status=201,
    idempotent=True,
    errors=(UnknownEnrolment, store.NoClaim, claim_rules.NothingWanted, UnknownFile, PictureNotUsable),
    summary_zh="补充理赔材料",
    summary_en="Add what the insurer wants to know of a claim",
)
def supplement_claim(call: Call[SupplementRequest]) -> ClaimView:
    claim = store.get(ClaimId(call.path["claim_id"]))
    if claim.enrolment_id != _own(call):
        raise store.NoClaim()
    pictures = _pictures(call, call.body.pictures)
    return _view(claims.supplement(claim_id=claim.claim_id, text=call.body.text, pictures=pictures, now=call.now))


@raw_endpoint(
    blueprint,
    "POST",
    "/v1/insurer/events",
    response=InsurerAnswer,
    errors=(signature.BadSignature, signature.StaleSignature, WrongInsurerMessage, store.NoClaim),
    summary_zh="承保机构的消息（签名）：理赔进展",
    summary_en="Messages of the insurer (signed): how a claim stands",
)
def receive_insurer_event() -> dict[str, str]:
    """The highest revision counts, so that one that comes twice, late or out of order changes nothing."""
    request: Any = blueprint.current_request
    body = request.raw_body
    if len(body) > _MOST_BODY_BYTES:
        raise WrongInsurerMessage()
    now = wiring.now()
    signature.verify(settings().insurer_webhook_keys, headers=request.headers, body=body, now=now)
    try:
        word = client.claim_told(json.loads(body))
    except (ValueError, client.InsurerSilent):
        raise WrongInsurerMessage() from None
    news = claims.note_told(word=word, also=edge.told, now=now)
    return {"status": "noted" if news else "known"}


def _own(call: Call[Any]) -> EnrolmentId:
    enrolment_id = EnrolmentId(call.path["enrolment_id"])
    return funds.get_own_account(enrolment_id=enrolment_id, guardian_id=call.guardian_id).enrolment_id


def _pictures(call: Call[Any], wanted: list[str]) -> list[FileId]:
    return [one.file_id for one in pictures_of(call.principal.subject, list(dict.fromkeys(wanted)))]


def _view(claim: Claim) -> ClaimView:
    return ClaimView(
        claim_id=claim.claim_id,
        accident_on=claim.accident_on,
        policy_no=claim.policy_no,
        status=claim.status.value,
        made_at=clock.shown(claim.made_at),
        since=clock.shown(claim.since),
        asked=claim.asked or None,
        reason=claim.refusal or None,
        paid=money(claim.paid_fen),
    )
