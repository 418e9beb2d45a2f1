"""Terminations at any step, without a district around them."""

import base64
from dataclasses import replace
from typing import Any

from shared.dynamo import transaction
from shared.kernel.ids import InstitutionId
from shared.kernel.money import Fen
from shared.terminations import model, notices, usecases
from shared.terminations.model import Case, Notice, Return, Step
from shared.terminations.store import cases
from tests import builders
from tests.builders import NOW, SCHOOL

KEY = "whsk_" + base64.b64encode(bytes(range(32))).decode()
OTHER_KEY = "whsk_" + base64.b64encode(bytes(range(1, 33))).decode()
RETURNS = (
    Return("minimum_balance", builders.MINIMUM_NO, Fen(20_000)),
    Return("tuition", builders.TUITION_NO, Fen(667)),
)


def a_case(step: Step = Step.STOPPED, **changes: Any) -> Case:
    """A case as it stands at a step, in memory only."""
    told: dict[str, Any] = {
        "institution_id": SCHOOL,
        "step": step,
        "reason": "举办者申请终止办学",
        "opened_at": NOW,
        "history": (model.Stage(Step.STOPPED, NOW, "科长"),),
        "publicity_until": builders.TODAY,
        "check": a_check() if step in (Step.ZERO_LIABILITY, Step.NOTICE_ISSUED, Step.CLOSED) else None,
    }
    return Case(**{**told, **changes})


def a_check(**changes: Any) -> model.Check:
    """A check that found nothing owed."""
    told: dict[str, Any] = {
        "by": "finance",
        "at": NOW,
        "figures": {"enrolments": 3, "held_fen": 0},
        "minimum_fen": Fen(20_000),
        "payable_fen": Fen(667),
    }
    return model.Check(**{**told, **changes})


def put_case(step: Step = Step.STOPPED, **changes: Any) -> Case:
    """A case at a step, on file."""
    opened = usecases.opening(institution_id=changes.get("institution_id", SCHOOL), reason="终止", by="科长", now=NOW)
    transaction.commit([opened])
    return cases.move(
        InstitutionId(changes.get("institution_id", SCHOOL)),
        lambda was: replace(a_case(step, **changes), version=was.version),
    )


def issue(*, proposed_by: str = "reviewer", **changes: Any) -> Notice:
    """A notice of the case on file, approved by the supervisor."""
    told: dict[str, Any] = {
        "institution_id": SCHOOL,
        "school": {"name": "星河舞蹈", "credit_code": "91370305MA3C00001X", "payee_account_no": builders.PAYOUT_NO},
        "returns": RETURNS,
        "key": KEY,
        "proposed_by": proposed_by,
        "approved_by": "supervisor",
        "approval": no_approval(),
        "now": NOW,
    }
    return notices.issue(**{**told, **changes})


def no_approval() -> transaction.Part:
    """In the place of an approval: a part that always holds."""
    return transaction.check(
        cases.CaseRow("nobody", "case"), cases.CaseRow.pk.does_not_exist(), refused=transaction.LostRace()
    )


def use(notice: Notice, place: int = 0, **changes: Any) -> transaction.Part:
    """The bank's payment of what a notice returns from one account."""
    one = notice.returns[place]
    told: dict[str, Any] = {
        "number": notice.number,
        "account_no": one.account_no,
        "amount_fen": one.amount_fen,
        "signature": notice.signature,
        "bank_reference": f"BKT{place:05d}",
        "at": NOW,
    }
    return notices.use(**{**told, **changes})
