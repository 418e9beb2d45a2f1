"""What the API says of an enrolment's accident insurance."""

from datetime import date

from functions.api.views import View, money
from functions.edge.contract import Money
from shared.insurance.model import Cover
from shared.kernel import clock
from shared.policy import insurance


class InsuranceView(View):
    """The accident cover of a paid enrolment: `wanted`, `issued`, `refused`, `ending`, `ended`, `withdrawn`.

    In force from `first_day` through `last_day`, or through `covered_until` where it ended early.
    `guardian_premium`: what it costs her. `disclosed`: what the insurer was told of the child.
    """

    status: str
    insurer: str
    product: str
    claim_phone: str
    guardian_premium: Money
    premium_paid_by: str
    policy_no: str | None
    first_day: date | None
    last_day: date | None
    covered_until: date | None
    ended_because: str | None
    disclosed: list[str]


def cover(one: Cover, *, language: str) -> InsuranceView:
    terms = insurance.insurance_terms(on=one.terms_of or clock.business_day(one.wanted_at))
    english = language == "en"
    policy = one.policy
    return InsuranceView(
        status=one.status.value,
        insurer=terms.insurer_en if english else terms.insurer_zh,
        product=terms.product_en if english else terms.product_zh,
        claim_phone=terms.claim_phone,
        guardian_premium=money(terms.guardian_premium_fen),
        premium_paid_by=terms.payer_en if english else terms.payer_zh,
        policy_no=policy.policy_no if policy else None,
        first_day=policy.first_day if policy else None,
        last_day=policy.last_day if policy else None,
        covered_until=one.covered_until,
        ended_because=one.over.value if one.over else None,
        disclosed=list(one.disclosure.told) if one.disclosure else [],
    )
