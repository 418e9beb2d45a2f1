"""Releases a lesson's share when the teaching table's stream says that it was confirmed."""

from collections.abc import Mapping
from typing import Any

from chalice.app import Blueprint

from events import facts
from functions.edge import batches, wiring
from shared.funds import usecases as funds
from shared.funds.rules import InArrears, ShareRefunded
from shared.institutions import store as institutions
from shared.teaching import store as teaching_store
from shared.teaching import usecases as teaching

blueprint = Blueprint(__name__)


@blueprint.on_dynamodb_record(stream_arn=batches.stream_of("TeachingTable"))
@batches.each_record
def release_lesson(record: Mapping[str, Any]) -> None:
    """One record: a lesson that became confirmed. Anything else in it is passed over."""
    fact = teaching_store.confirmed_from_image(record["dynamodb"]["NewImage"])
    if fact is not None:
        release(fact)


def release(fact: facts.LessonConfirmed) -> bool:
    """Release a confirmed lesson's share, and note it in teaching with the same transaction; whether it was now.

    While the school's releases are stopped, or the enrolment is in arrears, it stays due, for the sweep to find. Where
    the share went back with a refund before the teacher marked the lesson, that is noted instead. Raises what else
    funds refuses, and NotConfirmed.
    """
    now = wiring.now()
    latch = institutions.releasing_latch(fact.institution_id, spread_by=fact.enrolment_id)
    note = teaching_store.released(fact.enrolment_id, fact.session_id)
    try:
        posting = funds.release_lesson(fact=fact, latch=latch, also=[note], now=now)
    except (institutions.ReleasesStopped, InArrears):
        return False
    except ShareRefunded:
        teaching.mark_refunded(enrolment_id=fact.enrolment_id, session_id=fact.session_id, now=now)
        return False
    if posting.duplicate:  # the ledger has it; teaching may have been put back to an older backup
        teaching.mark_released(enrolment_id=fact.enrolment_id, session_id=fact.session_id, now=now)
    return not posting.duplicate
