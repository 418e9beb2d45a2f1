"""The words of accident covers: how they stand, why they are over, what the insurer was told."""

from collections.abc import Mapping

from functions.console.words import Both
from shared.insurance.claim_model import ClaimStatus
from shared.insurance.model import CoverStatus, EndReason

STATES: Mapping[CoverStatus, Both] = {
    CoverStatus.REFUSED: ("被拒保", "Refused"),
    CoverStatus.WANTED: ("待承保", "Wanted"),
    CoverStatus.ENDING: ("待注销", "To be ended"),
    CoverStatus.ISSUED: ("保障中", "In force"),
    CoverStatus.ENDED: ("已终止", "Ended"),
    CoverStatus.WITHDRAWN: ("无需投保", "Not needed"),
}
"""In the order of the room's tabs: what needs somebody first."""

LEVELS: Mapping[CoverStatus, str] = {
    CoverStatus.REFUSED: "red",
    CoverStatus.WANTED: "yellow",
    CoverStatus.ENDING: "yellow",
    CoverStatus.ISSUED: "calm",
    CoverStatus.ENDED: "grey",
    CoverStatus.WITHDRAWN: "grey",
}

OVER: Mapping[EndReason, Both] = {
    EndReason.REFUND: ("退费", "Refund"),
    EndReason.COMPLETION: ("课时已完成", "All lessons are done"),
    EndReason.PERIOD: ("保险期满", "Its period is over"),
}

TOLD: Mapping[str, Both] = {"name": ("姓名", "name"), "birth_month": ("出生年月", "birth month")}

CLAIMS: Mapping[ClaimStatus, Both] = {
    ClaimStatus.WANTED: ("待送承保机构", "On the way to the insurer"),
    ClaimStatus.RECEIVED: ("已受理", "Received"),
    ClaimStatus.MORE_WANTED: ("待家长补充", "The guardian is to add more"),
    ClaimStatus.ACCEPTED: ("已核定", "Accepted"),
    ClaimStatus.PAID: ("已赔付", "Paid by the insurer"),
    ClaimStatus.REJECTED: ("不予赔付", "Rejected"),
    ClaimStatus.REFUSED: ("未受理", "Not taken"),
}
