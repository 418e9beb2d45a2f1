"""The nightly check of a minimum balance: how it stood each day, and what is missing until when.

Days are worked out from the entries by the day of their effect, and anew for the whole month on each night: an entry
that comes late corrects the days it belongs to.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from shared.dynamo import transaction
from shared.funds import model
from shared.funds.minimum_model import MinimumBalance, MinimumDay, Requirement, Shortfall
from shared.funds.model import State
from shared.funds.store import minimum_days, minimums, requirements, totals
from shared.kernel import clock, errors
from shared.kernel.ids import InstitutionId
from shared.kernel.money import Fen
from shared.policy import calendar
from shared.policy.model import Policy

_MOST_REQUIREMENTS = 100


class MinimumBehind(errors.Unavailable):
    code = "minimum_balance_behind"
    zh = "最低余额的最新分录尚未入汇总，稍后再核。"
    en = "The totals haven't counted the newest entries of the minimum balance yet; it is checked later."


def check(*, minimum: MinimumBalance, counted_fen: Fen, policy: Policy, now: datetime) -> Shortfall | None:
    """Check a school's minimum balance up to yesterday; its shortfall where it has one, or where it was made up now.

    `counted_fen`: what the totals have counted of it. Twice is once. Raises MinimumBehind, Unavailable.
    """
    if counted_fen != minimum.balance_fen:
        raise MinimumBehind()
    if not minimum.requirements:
        return None
    institution_id = minimum.institution_id
    last = clock.business_day(now) - timedelta(days=1)
    required = requirements.list_of(institution_id, limit=_MOST_REQUIREMENTS, cursor=None).rows
    moved = totals.list_minimum(institution_id, since=clock.start_of(last.replace(day=1)))
    found = days_of(minimum, [entry for entry in moved if entry.version <= minimum.version], required, last=last)
    if not found:
        return None
    known = {one.day: one for one in minimum_days.list_of(institution_id, first=found[0].day, last=last)}
    changed = [one for one in found if known.get(one.day) != one]
    minimum_days.put(changed)
    if minimum.short_since is None and not any(one.short_fen for one in changed or found[-1:]):
        return None
    return transaction.retried(lambda: _note_shortfall(institution_id, changed or found[-1:], policy))


def days_of(
    minimum: MinimumBalance, moved: Sequence[model.Entry], required: Sequence[Requirement], *, last: date
) -> list[MinimumDay]:
    """How a minimum balance stood on each day of the month up to `last`, from the day of its first requirement on.

    `moved` are all the entries that were booked since the month's beginning, by version; `required` every requirement,
    the newest first. Pure.
    """
    of_day: dict[date, list[int]] = defaultdict(list)
    for entry in sorted(moved, key=lambda entry: entry.version):
        of_day[entry.effective_on].append(entry.legs[State.MINIMUM_BALANCE])
    day = last.replace(day=1)
    balance = minimum.balance_fen - sum(sum(amounts) for on, amounts in of_day.items() if on >= day)
    found: list[MinimumDay] = []
    while day <= last:
        lowest = balance
        for amount in of_day[day]:
            balance += amount
            lowest = min(lowest, balance)
        since = next((one for one in required if clock.business_day(one.at) <= day), None)
        if since is not None:
            lowest = balance if clock.business_day(since.at) == day else lowest
            average = (sum(one.closing_fen for one in found) + balance) // (len(found) + 1)
            told = map(Fen, (lowest, balance, average, since.required_fen))
            found.append(MinimumDay(minimum.institution_id, day, *told))
        day += timedelta(days=1)
    return found


def _note_shortfall(institution_id: InstitutionId, new: Sequence[MinimumDay], policy: Policy) -> Shortfall | None:
    """Open a shortfall, keep what is missing by now, or end it: when nothing was missing since the last check."""
    before = minimums.get(institution_id)
    short = [one for one in new if one.short_fen]
    since = before.short_since
    if since is None and not short:
        return None
    if since is None:
        deadline = calendar.working_days_after(short[0].day, policy.minimum_shortfall_working_days, policy.own_days)
        was = after = Shortfall(institution_id, short[0].day, short[-1].short_fen, deadline.day, deadline.assumed)
    else:
        was = minimum_days.get_shortfalls([(institution_id, since)])[institution_id]
        after = replace(was, short_fen=short[-1].short_fen) if short else replace(was, ended_on=new[-1].day)
    if since is None or after != was:
        becomes = replace(before, short_since=None if after.ended_on else after.since)
        transaction.commit([minimum_days.put_shortfall(after), minimums.change(before, becomes)])
    return after
