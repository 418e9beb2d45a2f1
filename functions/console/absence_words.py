"""The console's words for leaves, make-ups and transfers."""

from collections.abc import Mapping

from functions.console.words import Both
from shared.mall.transfer_model import TransferStatus
from shared.teaching.model import MakeUpStatus

MAKE_UPS: Mapping[MakeUpStatus, Both] = {
    MakeUpStatus.OFFERED: ("待家长答复", "Offered"),
    MakeUpStatus.ACCEPTED: ("家长已接受", "Accepted"),
    MakeUpStatus.MARKED: ("已补课登记", "Marked"),
    MakeUpStatus.DECLINED: ("家长谢绝", "Declined"),
    MakeUpStatus.WITHDRAWN: ("机构撤回", "Withdrawn"),
    MakeUpStatus.ENDED: ("随报名结束", "Ended with the enrolment"),
}


TRANSFERS: Mapping[TransferStatus, Both] = {
    TransferStatus.REQUESTED: ("家长申请，待机构答复", "Asked for by the guardian"),
    TransferStatus.OFFERED: ("机构提议，待家长答复", "Offered by the school"),
    TransferStatus.DONE: ("已转班", "Transferred"),
    TransferStatus.DECLINED: ("未同意", "Declined"),
    TransferStatus.WITHDRAWN: ("已撤回", "Withdrawn"),
}


def who(person: str) -> Both:
    """Who did something on an enrolment, by the kind of the id; nobody is the platform."""
    told = {"grd": ("监护人", "the guardian"), "usr": ("机构", "the school")}.get(person[:3], ("平台", "the platform"))
    return (f"{told[0]} …{person[-6:]}", f"{told[1]} …{person[-6:]}") if person else told
