"""Whether a termination notice stands: for the bank before it executes one, and for whoever is shown one."""

from typing import Any

from chalice.app import Blueprint

from functions.api.views import View
from functions.edge.auth import Audience
from functions.edge.contract import Call, endpoint
from functions.edge.settings import settings
from shared.kernel import clock
from shared.policy.file import record
from shared.terminations import signature
from shared.terminations.store import notices

blueprint = Blueprint(__name__)


class NoticeView(View):
    """A notice as anybody may check it: no account and no amount is told.

    `status`: valid, used, failed or revoked. `supplements`: the notice whose rest it returns. `authentic`: one of the
    bureau's keys has signed it. `signature_fingerprint` is what stands on the paper.
    """

    notice_no: str
    title: str
    issued_by: str
    issued_at: str
    school: str
    credit_code: str
    status: str
    revoked_at: str | None
    supplements: str | None
    authentic: bool
    key_id: str
    signature_fingerprint: str


@endpoint(
    blueprint,
    "GET",
    "/v1/notices/{number}",
    audience=Audience.PUBLIC,
    response=NoticeView,
    errors=(notices.UnknownNotice,),
    summary_zh="核验终止通知书（编号如 2026-001）",
    summary_en="Check a termination notice (its number is like 2026-001)",
)
def get_notice(call: Call[Any]) -> NoticeView:
    notice = notices.get(call.path["number"])
    keys = settings().notice_signing_keys
    return NoticeView(
        notice_no=notice.number,
        title=notice.title,
        issued_by=record()["authority"]["name"],
        issued_at=clock.shown(notice.issued_at),
        school=notice.school,
        credit_code=notice.credit_code,
        status=notice.status.value,
        revoked_at=clock.shown(notice.revoked_at) if notice.revoked_at else None,
        supplements=notice.supplements or None,
        authentic=signature.verifies(keys, key_id=notice.key_id, content=notice.content, signature=notice.signature),
        key_id=notice.key_id,
        signature_fingerprint=signature.fingerprint(notice.signature),
    )
