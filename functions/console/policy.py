"""The policy record: each rule's number with its source, what differs between versions, how each version came about."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import date

from chalice.app import Blueprint

from functions.console import officers, roles
from functions.console.pages import NoSuchPage, Shown, Visit, page
from functions.edge import policy_acts
from shared.approvals import store as approvals
from shared.approvals.model import OF_NO_SCHOOL, Kind, Proposal, Status
from shared.kernel import clock
from shared.policy import file, insurance, interest, rules
from shared.policy import queries as policies
from shared.policy.model import Change, Figure, InterestTerms, OwnDays, Policy, Version

blueprint = Blueprint(__name__)

PAGE = 20
KINDS = (Kind.POLICY, Kind.POLICY_WITHDRAWAL)


@dataclass(frozen=True)
class Difference:
    """What a version has otherwise than another: figures before and after, own days that are new or dropped."""

    figures: tuple[tuple[Figure, Figure], ...]
    days_off: tuple[date, ...]
    days_on: tuple[date, ...]
    dropped: tuple[date, ...]

    @property
    def nothing(self) -> bool:
        """Whether both say the same."""
        return not (self.figures or self.days_off or self.days_on or self.dropped)


@page(blueprint, "/console/policy")
def show_policy(visit: Visit) -> Shown:
    """The version in force, or the one that is asked for, beside the one it was made of or the one to compare with."""
    shown = _version(visit.asked("version") or policies.in_force(at=visit.now).version)
    against = visit.asked("against") or shown.base
    other = _version(against).policy if against else None
    page = policies.list_versions(limit=PAGE, cursor=visit.asked("history"))
    told = {
        "shown": shown,
        "policy": shown.policy,
        "other": other,
        "difference": difference(other, shown.policy) if other else None,
        "standing": {one.policy.version: policies.standing(one, at=visit.now) for one in (*page.rows, shown)},
        "withdrawable": _is_withdrawable(shown, visit),
        "sections": file.sections(),
        "versions": page.rows,
        "next_cursor": page.next_cursor,
        "paged": "history" in visit.query,
        "waiting": _waiting(),
        "officers": officers.names(_people([*page.rows, shown])),
        "terms": interest.all_terms(),
        "agreed_now": _agreed(clock.business_day(visit.now)),
        "insurance": insurance.all_terms(),
        "schools": file.record()["school_calendar"],
        "course_words": file.record()["course_words"],
        "may_propose": visit.role in roles.POLICY_MAKERS,
    }
    return Shown("policy.html", told)


def difference(was: Policy, becomes: Policy) -> Difference:
    """What a policy has otherwise than another."""
    of = {figure.name: figure for figure in was.figures}
    figures = tuple((of[one.name], one) for one in becomes.figures if of[one.name] != one)
    return _difference(figures, was.own_days, becomes.own_days)


def proposed_difference(proposal: Proposal) -> Difference | None:
    """What a proposal would change of the version that it was made of; None when it is about something else."""
    if proposal.kind is not Kind.POLICY:
        return None
    return changed(policy_acts.change_of(proposal))


def changed(change: Change) -> Difference:
    """What a change would make otherwise in the version that it was made of."""
    base = policies.get(version=change.base)
    new = change.figures
    figures = tuple((one, replace(one, **asdict(new[one.name]))) for one in base.figures if one.name in new)
    return _difference(figures, base.own_days, change.own_days)


def _difference(figures: tuple[tuple[Figure, Figure], ...], was: OwnDays, becomes: OwnDays) -> Difference:
    return Difference(
        figures,
        tuple(sorted(becomes.holidays - was.holidays)),
        tuple(sorted(becomes.working_days - was.working_days)),
        tuple(sorted((was.holidays - becomes.holidays) | (was.working_days - becomes.working_days))),
    )


def _version(version: str) -> Version:
    """Raises NoSuchPage."""
    found = policies.find_version(version)
    if found is None:
        raise NoSuchPage()
    return found


def _is_withdrawable(shown: Version, visit: Visit) -> bool:
    """Whether to offer it; the command decides."""
    still = shown.withdrawal is None and rules.decidable(shown.policy.effective_from, now=visit.now)
    return visit.role in roles.POLICY_MAKERS and still and shown.number > 0


def _waiting() -> list[Proposal]:
    """What waits for a second person, among what was proposed last on the whole district."""
    found = approvals.list_of_institution(OF_NO_SCHOOL, limit=PAGE, cursor=None)
    return [one for one in found.rows if one.kind in KINDS and one.status is Status.PROPOSED]


def _people(versions: Iterable[Version]) -> Iterable[str]:
    for one in versions:
        yield from (one.proposed_by, one.approved_by)
        if one.withdrawal is not None:
            yield from (one.withdrawal.proposed_by, one.withdrawal.approved_by)


def _agreed(day: date) -> InterestTerms | None:
    """The terms of interest on a day; None where there are none."""
    try:
        return interest.interest_terms(on=day)
    except interest.NoAgreedRate:
        return None


@page(blueprint, "/console/{room}")
def show_nothing(visit: Visit) -> Shown:
    """An address of the console at which there is nothing. Raises NoSuchPage."""
    raise NoSuchPage()
