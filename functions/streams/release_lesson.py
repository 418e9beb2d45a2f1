"""Releases a lesson's share when the teaching table's stream says that it was confirmed."""

from collections.abc import Mapping
from typing import Any

from chalice.app import Blueprint

from events import facts
from functions.edge import batches, wiring
from shared.funds import usecases as funds
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
    """Release a confirmed lesson's share, then note it in teaching; whether it was released now.

    While the school's releases are stopped the lesson stays due, for the sweep to find. Raises what funds refuses.
    """
    now = wiring.now()
    latch = institutions.releasing_latch(fact.institution_id, spread_by=fact.enrolment_id)
    try:
        posting = funds.release_lesson(fact=fact, latch=latch, now=now)
    except institutions.ReleasesStopped:
        return False
    teaching.mark_released(enrolment_id=fact.enrolment_id, session_id=fact.session_id, now=now)
    return not posting.duplicate
