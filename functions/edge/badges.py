"""What speaks for a school (安全标识), each derived from a fact of today."""

from enum import StrEnum

from functions.edge.verified import Coverage, Verified
from shared.institutions.model import CertificateKind
from shared.listings.model import ListName
from shared.policy import insurance


class Badge(StrEnum):
    """In the order in which they are shown."""

    LICENSED = "licensed"
    CUSTODY = "custody"
    COVERED = "covered"
    INSPECTED = "inspected"
    WHITE_LISTED = "white_listed"
    FIRE_SAFETY = "fire_safety"
    INSURED = "insured"


BADGE_NAMES = {
    Badge.LICENSED: ("证照有效", "Licensed"),
    Badge.CUSTODY: ("学费银行监管", "Tuition in bank custody"),
    Badge.COVERED: ("最低余额达标", "Minimum balance met"),
    Badge.INSPECTED: ("年检合格", "Inspection passed"),
    Badge.WHITE_LISTED: ("白名单", "On the white list"),
    Badge.FIRE_SAFETY: ("消防合格", "Fire safety certified"),
    Badge.INSURED: ("免费意外险", "Free accident insurance"),
}


def of(one: Verified) -> list[Badge]:
    """A school's badges; one that may not sell has none."""
    if not one.legal:
        return []
    fire = CertificateKind.FIRE_SAFETY
    told = {
        Badge.LICENSED: True,
        Badge.CUSTODY: one.held is not None,
        Badge.COVERED: one.coverage is not None and one.coverage is not Coverage.SHORT,
        Badge.INSPECTED: one.inspected is not None and one.inspected.standing.passed,
        Badge.WHITE_LISTED: one.on is ListName.WHITE,
        Badge.FIRE_SAFETY: any(each.kind is fire and one.today <= each.valid_to for each in one.school.certificates),
        Badge.INSURED: insurance.agreed(on=one.today),
    }
    return [badge for badge, holds in told.items() if holds]
