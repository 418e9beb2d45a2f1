"""Asking to found a school: whoever is signed in by WeChat becomes an applicant's administrator."""

import base64
from typing import Annotated

import pydantic
from chalice.app import Blueprint

from functions.api.views import View
from functions.edge import wiring
from functions.edge.auth import Audience
from functions.edge.contract import Call, Request, endpoint
from shared.dynamo import transaction
from shared.filings import rules as filing_rules
from shared.filings import usecases as filings
from shared.filings.model import Filing
from shared.filings.store import applicants, cases
from shared.institutions import model, rules, store
from shared.institutions import usecases as institutions
from shared.kernel import clock, ids
from shared.kernel.ids import CampusId, CaseId, InstitutionId
from shared.people import usecases as people
from shared.policy import queries as policies

blueprint = Blueprint(__name__)

Text = Annotated[str, pydantic.Field(min_length=1, max_length=100)]


class ApplicationRequest(Request):
    """`credit_code` has 18 characters, the last a check digit (GB 32100-2015)."""

    name: Text
    credit_code: Annotated[str, pydantic.Field(min_length=18, max_length=18)]
    legal_representative: Annotated[str, pydantic.Field(min_length=1, max_length=40)]
    address: Annotated[str, pydantic.Field(min_length=1, max_length=200)]
    phone: Annotated[str, pydantic.Field(min_length=7, max_length=20)]


class ApplicationView(View):
    """`invitation` makes who signs in with it (`as: school`) the applicant's administrator; it is told only here."""

    institution_id: str
    case_id: str
    invitation: str
    invitation_expires_at: str


@endpoint(
    blueprint,
    "POST",
    "/v1/applications",
    audience=Audience.GUARDIAN,
    request=ApplicationRequest,
    response=ApplicationView,
    status=201,
    idempotent=True,
    errors=(rules.ApplicationBlank, rules.WrongCreditCode, rules.WrongPhone, applicants.TooManyApplications),
    summary_zh="申请设立培训机构",
    summary_en="Ask to found a school",
)
def apply_to_found(call: Call[ApplicationRequest]) -> ApplicationView:
    applicant = _applicant(call)
    case, opened = filings.opening(
        case_id=CaseId(ids.derived("cas", applicant.institution_id, Filing.APPLICATION)),
        filing=Filing.APPLICATION,
        institution_id=applicant.institution_id,
        institution_type=filing_rules.institution_type(applicant.credit_code),
        subject=applicant.name,
        by=call.guardian_id,
        now=call.now,
    )
    try:
        parts = institutions.applying(institution=applicant, by=call.guardian_id, now=call.now)
        most = policies.in_force(at=call.now).open_applications_most
        transaction.commit([*parts, *opened, applicants.opened(call.guardian_id, most=most)])
    except (store.AlreadyRegistered, cases.CaseExists):
        pass  # the answer to the same request was lost; its invitation is given anew
    code = base64.b32encode(wiring.randomness(15)).decode()
    invitation = people.invite(
        code=code,
        institution_id=applicant.institution_id,
        teacher_id=None,
        name=applicant.legal_representative,
        now=call.now,
    )
    return ApplicationView(
        institution_id=applicant.institution_id,
        case_id=case.case_id,
        invitation=code,
        invitation_expires_at=clock.shown(invitation.expires_at),
    )


def _applicant(call: Call[ApplicationRequest]) -> model.Institution:
    asked = call.body
    institution_id = InstitutionId(ids.derived("ins", call.guardian_id, call.idempotency_key))
    campus_id = CampusId(ids.derived("cmp", institution_id))
    return model.Institution(
        institution_id=institution_id,
        name=asked.name.strip(),
        short_name=asked.name.strip(),
        credit_code=asked.credit_code,
        licence_no="",
        licence_valid_to=model.NO_LICENCE,
        legal_representative=asked.legal_representative.strip(),
        phone=asked.phone,
        size="small",
        categories=(),
        accounts=model.NO_ACCOUNTS,
        campuses=(model.Campus(campus_id, "校本部", asked.address.strip(), asked.phone),),
        teachers=(),
        status=model.Status.APPLICANT,
    )
