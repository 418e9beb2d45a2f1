"""The engine of every workflow, and what may be handed in. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime

from shared.filings.definitions import Rule, Workflow
from shared.filings.model import Action, Case, Due, InstitutionType, Outcome, Role, Stage, State
from shared.kernel import clock, errors

MOST_TEXT = 500
PUBLIC = "public"

Days = Callable[[date, int], tuple[date, bool]]
"""The working day so many after a day, and whether it had to be assumed."""


class ActionNotNow(errors.Conflict):
    code = "filing_action_not_now"
    zh = "该申报现为“{state_zh}”，不能这样办理。"
    en = "The filing stands at {state}; this can't be done to it."


class ActionNotYours(errors.Denied):
    code = "filing_action_not_yours"
    zh = "这一步不由您办理。"
    en = "This step isn't yours to take."


class FilingTextNeeded(errors.Invalid):
    code = "filing_text_needed"
    zh = "请填写（至多500字）。"
    en = "Say something, in at most 500 characters."


def institution_type(credit_code: str) -> InstitutionType:
    """What an institution is registered as: a code that begins with 5 is a civil non-profit's."""
    return InstitutionType.NON_PROFIT if credit_code.startswith("5") else InstitutionType.COMPANY


def check_text(text: str, *, pointer: str) -> str:
    """The text without the space around it. Raises FilingTextNeeded."""
    told = text.strip()
    if not told or len(told) > MOST_TEXT:
        raise FilingTextNeeded(pointer=pointer)
    return told


def find_rule(workflow: Workflow, state: State, action: Action, role: Role, outcome: Outcome | None) -> Rule:
    """What an action by a role means in a state. Raises ActionNotNow, ActionNotYours."""
    step = workflow.steps[state]
    for rule in step.rules:
        if rule.action is action and (not rule.outcomes or outcome in rule.outcomes):
            if role not in rule.roles:
                raise ActionNotYours()
            return rule
    raise ActionNotNow(state=state.value, state_zh=step.names[0])


def actions(workflow: Workflow, case: Case, role: Role) -> set[Action]:
    """What a role may do to a case now."""
    rules = workflow.steps[case.state].rules
    return {one.action for one in rules if role in one.roles and (not one.outcomes or case.outcome in one.outcomes)}


def moved(
    case: Case,
    workflow: Workflow,
    action: Action,
    role: Role,
    *,
    by: str,
    now: datetime,
    figures: Mapping[str, int],
    days: Days,
    note: str = "",
) -> Case:
    """The case after an action: where its workflow leads, with the deadline there. Staying changes neither.

    `figures` are the policy's. Raises ActionNotNow, ActionNotYours.
    """
    rule = find_rule(workflow, case.state, action, role, case.outcome)
    if rule.next is case.state:
        return case
    history = (*case.history, Stage(rule.next, action, now, by, note))
    return replace(case, state=rule.next, history=history, due=due(workflow, rule.next, history, figures, days))


def due(
    workflow: Workflow, state: State, history: tuple[Stage, ...], figures: Mapping[str, int], days: Days
) -> Due | None:
    """By when somebody has to act on a case that has come to a state."""
    term = workflow.steps[state].term
    if term is None:
        return None
    since = next((stage.at for stage in reversed(history) if stage.state in term.since), history[-1].at)
    day, assumed = days(clock.business_day(since), figures[term.figure])
    return Due(day, term.owner, assumed)
