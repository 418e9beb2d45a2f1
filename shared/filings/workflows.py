"""The workflows of `workflows.toml`, checked when they are loaded: a mistake names the place where it stands."""

import tomllib
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from shared.filings.definitions import Check, Rule, Step, Term, Workflow
from shared.filings.model import Action, Filing, Outcome, Role, State
from shared.policy.model import Policy


class Misdefined(Exception):
    """A workflow or a catalogue that can't be followed. A bug of the definition, never of who uses it."""


@cache
def versions() -> tuple[Workflow, ...]:
    """Every version of every workflow, oldest first. Raises Misdefined."""
    text = Path(__file__).with_name("workflows.toml").read_text(encoding="utf-8")
    return read(tomllib.loads(text))


def in_force(filing: Filing, *, on: date) -> Workflow:
    """How a kind of filing goes that is opened on a business day. Raises LookupError before the first version."""
    for workflow in reversed(versions()):
        if workflow.filing is filing and workflow.effective_from <= on:
            return workflow
    raise LookupError(f"no workflow for {filing} was in force on {on}")


def get(version: str) -> Workflow:
    """A workflow by its version. Raises LookupError."""
    for workflow in versions():
        if workflow.version == version:
            return workflow
    raise LookupError(f"no workflow has the version {version!r}")


def read(told: Mapping[str, Any]) -> tuple[Workflow, ...]:
    """The workflows of a record, oldest first, each checked. Raises Misdefined."""
    found = [_workflow(one) for one in told["workflow"]]
    if len({one.version for one in found}) < len(found):
        raise Misdefined("two workflows have the same version")
    for one in found:
        check(one)
    return tuple(sorted(found, key=lambda one: one.effective_from))


def check(workflow: Workflow) -> None:
    """Whether a workflow can be followed from its start to an end, whatever is decided. Raises Misdefined."""
    if workflow.start not in workflow.steps:
        raise Misdefined(f"{workflow.version}: it starts at {workflow.start}, which isn't there")
    for step in workflow.steps.values():
        _check_step(workflow, step)
    for step in workflow.steps.values():
        if step.term is not None:
            _check_term(f"{workflow.version}: {step.state}", workflow, step, step.term)
    reached = _reached(workflow, workflow.start)
    lost = [state for state in workflow.steps if state not in reached]
    if lost:
        raise Misdefined(f"{workflow.version}: {lost[0]} is never reached")
    for state in workflow.steps:
        if all(workflow.steps[one].rules for one in _reached(workflow, state)):
            raise Misdefined(f"{workflow.version}: {state} leads to no end")


def _check_step(workflow: Workflow, step: Step) -> None:
    where = f"{workflow.version}: {step.state}"
    for rule in step.rules:
        if rule.next not in workflow.steps:
            raise Misdefined(f"{where}.{rule.action}: {rule.next} isn't there")
    if step.rules and all(rule.next is step.state for rule in step.rules):
        raise Misdefined(f"{where} is a dead end")
    if len({rule.action for rule in step.rules}) < len(step.rules):
        raise Misdefined(f"{where}: an action stands there twice")
    for outcome in Outcome:
        onward = [rule for rule in step.rules if rule.next is not step.state]
        if onward and not any(not rule.outcomes or outcome in rule.outcomes for rule in onward):
            raise Misdefined(f"{where} is a dead end for what was decided: {outcome}")


def _check_term(where: str, workflow: Workflow, step: Step, term: Term) -> None:
    if term.figure not in Policy.__dataclass_fields__ or not term.figure.endswith("_working_days"):
        raise Misdefined(f"{where}.deadline: the policy has no working days named {term.figure}")
    if not any(term.owner in rule.roles and rule.next is not step.state for rule in step.rules):
        raise Misdefined(f"{where}.deadline: its owner, {term.owner}, can't lead on from there")
    for state in term.since:
        if state not in workflow.steps or step.state not in _reached(workflow, state):
            raise Misdefined(f"{where}.deadline: it runs since {state}, which doesn't come before")


def _reached(workflow: Workflow, start: State) -> set[State]:
    """The states that a case can come to from one, that one included."""
    found, todo = {start}, [start]
    while todo:
        for rule in workflow.steps[todo.pop()].rules:
            if rule.next not in found:
                found.add(rule.next)
                todo.append(rule.next)
    return found


def _workflow(told: Mapping[str, Any]) -> Workflow:
    version = str(told["version"])
    steps = {}
    for name, state in told["states"].items():
        step = _step(f"{version}: {name}", name, state)
        steps[step.state] = step
    return Workflow(
        filing=Filing(told["filing"]),
        version=version,
        effective_from=told["effective_from"],
        start=State(told["start"]),
        steps=steps,
        checklist=tuple(Check(one["code"], (one["zh"], one["en"])) for one in told["checklist"]),
    )


def _step(where: str, name: str, told: Mapping[str, Any]) -> Step:
    try:
        state = State(name)
        rules = tuple(_rule(state, one) for one in told.get("actions", ()))
        deadline = told.get("deadline")
        term = _term(state, deadline) if deadline else None
    except (KeyError, ValueError) as error:
        raise Misdefined(f"{where}: {error}") from None
    return Step(state, (told["zh"], told["en"]), rules, term)


def _rule(state: State, told: Mapping[str, Any]) -> Rule:
    roles = frozenset(map(Role, told["roles"]))
    if not roles:
        raise ValueError(f"{told['action']} is nobody's")
    return Rule(
        action=Action(told["action"]),
        roles=roles,
        next=State(told.get("next", state)),
        outcomes=frozenset(map(Outcome, told.get("outcomes", ()))),
    )


def _term(state: State, told: Mapping[str, Any]) -> Term:
    return Term(told["figure"], Role(told["owner"]), frozenset(map(State, told.get("since", [state]))))
