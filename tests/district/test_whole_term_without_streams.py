"""A whole term whose tables' streams bring nothing and whose nights have no sweep; then one sweep makes up for it.

What no stream brings is as without the fault all along: deposits, confirmations, refunds, decisions, a termination. No
refund gives back a lesson that was taught, released or not. What the streams bring, the sweep does from what is stored:
it releases, counts, insures, tells and warns, only late. So these differ, and nothing else:

- Interest. What lay unreleased earned at the bank, and much of it is the guardians', who held it: a closed day takes
  corrections only, so a release that is months late takes effect when it is booked. How an enrolment stands is compared
  without interest.
- Payouts. Nothing was payable before, so nothing was paid out, in parts or recalled; what is released now leaves with
  the next payout, which may be large enough for an alert.
- What a reversed deposit took back of released money, and the next one gave again: nothing was released by then.
- The notice for a terminated school. Its liabilities can't be checked while the totals are behind, so its accounts are
  still to be returned.
- Accident policies. What is over by now has nothing left to insure, and no claim.
- Warnings of what isn't so any more: a listed teacher whom her school has withdrawn, one in two places months ago.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta

import pytest

from functions.schedules import sweep
from infra import events
from infra.local import district, scheduler
from infra.local.stage import RUNS_APART
from infra.local.story import TERM_ENDS
from infra.local.story_terminations import SCHOOL
from infra.local.streams import Faults
from shared.dynamo import rows
from shared.funds.model import State
from tests.district.conftest import Lived, a_small_district, look

FAMILIES = 17  # with a dispute, siblings paid for together, and a refund by WeChat
_NIGHTLY = next(one for one in events.SCHEDULES if one.name == "sweep")
_OVER_BY_NOW = {"listed_teacher", "teacher_in_two_places"}


@dataclass(frozen=True)
class WholeTerm:
    """A district at the term's end, and how many of its lessons are in each status."""

    lived: Lived
    lessons: Counter[str]


@dataclass(frozen=True)
class Stopped:
    """The district with stopped streams: at the term's end, after one sweep, and a week later."""

    end: Lived
    swept: WholeTerm
    later: Lived


@pytest.fixture(scope="module")
def whole() -> WholeTerm:
    """The term with nothing going wrong."""
    with a_small_district(families=FAMILIES) as (running, term):
        assert term.live(until=TERM_ENDS)
        return WholeTerm(look(running, term), _lessons())


@pytest.fixture(scope="module")
def stopped() -> Stopped:
    """The term without streams and without a nightly sweep. At its end the streams run again, and there is a sweep."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(events, "SCHEDULES", tuple(one for one in events.SCHEDULES if one is not _NIGHTLY))
        with a_small_district(families=FAMILIES) as (running, term):
            running.streams.faults = Faults(stopped=True)
            assert term.live(until=TERM_ENDS)
            end = look(running, term)
            running.streams.faults = Faults()
            sweep.sweep(scheduler.event(_NIGHTLY, running.clock()), None)
            swept = WholeTerm(look(running, term), _lessons())
            running.advance(timedelta(days=7), apart=RUNS_APART)
            return Stopped(end, swept, look(running, term))


def _lessons() -> Counter[str]:
    """How many lessons are in each status."""
    found = rows.scan_images("teaching")
    return Counter(one["status"]["S"] for one in found if one["sk"]["S"].startswith("lesson#"))


class TestAWholeTerm:
    def test_leaves_the_sweeps_nothing_to_repair(self, whole: WholeTerm) -> None:
        assert set(whole.lived.figures["repairs"].values()) == {0}


class TestAWholeTermWithoutStreams:
    def test_releases_and_pays_out_nothing(self, stopped: Stopped) -> None:
        assert not {"release", "payout"} & stopped.end.figures["entries"].keys()

    def test_leaves_each_enrolment_after_one_sweep_as_without_the_fault(
        self, whole: WholeTerm, stopped: Stopped
    ) -> None:
        assert stopped.swept.lived.enrolments == whole.lived.enrolments

    def test_leaves_each_lesson_as_without_the_fault(self, whole: WholeTerm, stopped: Stopped) -> None:
        assert stopped.swept.lessons == whole.lessons
        assert whole.lessons["released"] > 100

    def test_leaves_all_tuition_as_without_the_fault(self, whole: WholeTerm, stopped: Stopped) -> None:
        assert _tuition(stopped.swept.lived) == _tuition(whole.lived)

    def test_warns_as_without_the_fault_of_what_is_still_so(self, whole: WholeTerm, stopped: Stopped) -> None:
        alerts = whole.lived.figures["alerts"].items()
        assert stopped.swept.lived.figures["alerts"] == {
            rule: count for rule, count in alerts if rule not in _OVER_BY_NOW
        }

    def test_keeps_every_invariant(self, whole: WholeTerm, stopped: Stopped) -> None:
        for lived in (whole.lived, stopped.swept.lived, stopped.later):
            assert lived.figures["violations"] == {}
            assert lived.figures["parked"] == 0

    def test_is_paid_out_a_week_later_but_to_the_terminated_school(self, stopped: Stopped) -> None:
        terminated = district.generate(family_count=FAMILIES).schools[SCHOOL].institution.institution_id
        payable = {one.institution_id for one in stopped.later.books.totals if one.by_state.get(State.PAYABLE)}

        assert payable == {terminated}
        assert stopped.later.figures["money_fen"]["in_transit"] == 0
        assert stopped.later.figures["money_fen"]["interest"] == 0
        assert stopped.later.enrolments == stopped.swept.lived.enrolments


def _tuition(lived: Lived) -> dict[str, object]:
    """What depends neither on interest nor on payouts."""
    money, flows, happened = (lived.figures[name] for name in ("money_fen", "flow_fen", "happened"))
    counted = ("lessons_paid_back", "refunds_arbitrated", "deposits_reversed", "suspense_returned", "reviews")
    return {
        **{
            state: money.get(state, 0) for state in ("refund_pending", "suspense", "minimum_balance", "minimum_pending")
        },
        "deposited": flows["deposited"],
        **{name: happened[name]["count"] for name in counted},
        "lessons_released": lived.figures["lessons_released"],
    }
