"""What a district's accident covers come to, held against its enrolments and the insurer's own books."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from shared.funds.model import EnrolmentAccount, EnrolmentStatus
from shared.insurance import queries
from shared.insurance.model import Cover, CoverStatus, EndReason
from shared.kernel.ids import EnrolmentId

_PAID = (
    EnrolmentStatus.ACTIVE,
    EnrolmentStatus.COMPLETED,
    EnrolmentStatus.REFUNDING,
    EnrolmentStatus.REFUNDED,
)
Covers = Mapping[EnrolmentId, Cover]


def read(accounts: Sequence[EnrolmentAccount]) -> Covers:
    """The cover of each enrolment that has one."""
    return queries.get_many([account.enrolment_id for account in accounts])


def figures(
    accounts: Sequence[EnrolmentAccount], covers: Covers, policies: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """How many enrolments are paid, have a cover, have a policy at the insurer; how they stand, why they ended."""
    told = covers.values()
    return {
        "paid_enrolments": sum(account.status in _PAID for account in accounts),
        "covers": len(covers),
        "policies": len(policies),
        "by_status": dict(sorted(Counter(one.status.value for one in told).items())),
        "ended_by_refund": sum(one.status is CoverStatus.ENDED and one.over is EndReason.REFUND for one in told),
        "asked_again": sum(bool(one.asked_again) for one in told),
    }


def paid_enrolments_are_insured_once(
    accounts: Sequence[EnrolmentAccount], covers: Covers, policies: Sequence[Mapping[str, Any]]
) -> Iterator[str]:
    """A cover for each paid enrolment, the insurer's policies are ours one by one, none is in force for nothing."""
    ours = {cover.cover_id: cover for cover in covers.values()}
    for account in accounts:
        cover = covers.get(account.enrolment_id)
        if account.status in _PAID and cover is None:
            yield f"{account.enrolment_id} is {account.status} and has no cover"
        if account.over and cover is not None and cover.status is CoverStatus.ISSUED:
            yield f"{account.enrolment_id} is {account.status} and its policy is in force"
    for told in policies:
        cover = ours.pop(told["cover_id"], None)
        if cover is None or cover.policy is None or cover.policy.policy_no != told["policy_no"]:
            yield f"the insurer's policy {told['policy_no']} isn't ours"
    for cover in ours.values():
        if cover.policy is not None:
            yield f"{cover.enrolment_id} has a policy that the insurer doesn't know: {cover.policy.policy_no}"
