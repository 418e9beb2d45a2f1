"""What the API says of a school's safety: whether it may be trusted, and with money. Nothing of a single family."""

from datetime import date

from functions.api.filing_views import InspectionView, inspection
from functions.api.views import View
from functions.edge import badges
from functions.edge.badges import BADGE_NAMES
from functions.edge.verified import COVERAGE_NAMES, MONEY_NAMES, VERDICT_NAMES, Verified


class BadgeView(View):
    """What speaks for a school: licensed, custody, covered, inspected, white_listed, fire_safety, insured."""

    code: str
    name: str


class SafetyView(View):
    """A school's safety. `verdict` is the one answer for a parent: legal, caution (it may take on students, but
    something public speaks against it) or stop; `reasons` say why, the gravest first.

    `money` (safe, low, short, frozen, not_supervised) tells no amount. `held` is what the bank holds of families'
    money, as a wide band in words, `coverage` (met, nearly_short, short) whether the school's minimum balance is there;
    both are None where it isn't under supervision yet. `inspection` is None where none of this year or the last counts.
    """

    verdict: str
    verdict_name: str
    reasons: list[str]
    badges: list[BadgeView]
    money: str
    money_name: str
    held: str | None
    coverage: str | None
    coverage_name: str | None
    inspection: InspectionView | None
    on_list: str | None
    listed_reason: str | None
    listed_until: date | None


def safety(one: Verified, *, english: bool) -> SafetyView:
    """A school's safety as it is shown."""
    return SafetyView(
        verdict=one.verdict.value,
        verdict_name=VERDICT_NAMES[one.verdict][english],
        reasons=[reason[english] for reason in one.reasons],
        badges=[BadgeView(code=badge.value, name=BADGE_NAMES[badge][english]) for badge in badges.of(one)],
        money=one.money.value,
        money_name=MONEY_NAMES[one.money][english],
        held=one.held.name[english] if one.held else None,
        coverage=one.coverage.value if one.coverage else None,
        coverage_name=COVERAGE_NAMES[one.coverage][english] if one.coverage else None,
        inspection=inspection(one.inspected, english),
        on_list=one.on.value if one.on else None,
        listed_reason=one.listing.reason if one.on else None,
        listed_until=one.listing.until if one.on else None,
    )
