"""What was agreed when an enrolment was sold: from what was kept then, never from what a course or a rule is today."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.funds.model import EnrolmentAccount
from shared.institutions import store as institutions
from shared.kernel import errors
from shared.mall import queries as courses
from shared.mall import rules
from shared.mall.store import transfers
from shared.mall.transfer_model import Transfer
from shared.policy import queries as policies
from shared.policy.model import Policy


class TermsAltered(errors.Conflict):
    code = "terms_altered"
    zh = "留存的条款与报名时的指纹不符，不能出具合同，请联系教育局。"
    en = "The terms on file don't have the hash that was accepted, so no contract is issued. Tell the bureau."


@dataclass(frozen=True)
class Sold:
    """A sale. `published_at`: when the school first published these terms, None where that wasn't noted.

    `terms_hash` and `terms` are those of the sale; `amendments` are the transfers since, each accepted by both. The
    credit code and the licence number never change; everything else of the school is from the terms.
    """

    account: EnrolmentAccount
    terms_hash: str
    terms: Mapping[str, Any]
    published_at: datetime | None
    policy: Policy
    credit_code: str
    licence_no: str
    amendments: Sequence[Transfer] = ()


def get(account: EnrolmentAccount) -> Sold:
    """How an enrolment was sold. Raises TermsAltered, Unavailable."""
    amendments = transfers.list_done(account.enrolment_id)
    accepted = amendments[0].from_terms if amendments else account.terms_hash
    published = courses.get_published_terms(accepted)
    if rules.terms_hash(published.text) != accepted:
        raise TermsAltered()
    school = institutions.get(account.institution_id)
    return Sold(
        account,
        accepted,
        json.loads(published.text),
        published.since,
        policies.get(version=account.policy_version),
        school.credit_code,
        school.licence_no,
        amendments,
    )
