"""Changing the policy: what is to change is chosen, then filled in. Withdrawing a version that is still to come."""

from datetime import date, timedelta

from chalice.app import Blueprint

from functions.console import policy, roles
from functions.console.approvals import propose
from functions.console.pages import Answer, NoSuchPage, Shown, Visit, form, page
from functions.edge import policy_acts
from shared.approvals import rules as approvals
from shared.approvals.model import OF_NO_SCHOOL, Kind
from shared.kernel import clock, errors, ids
from shared.policy import file, rules, store, usecases
from shared.policy import queries as policies
from shared.policy.model import Change, Figure, NewFigure, OwnDays, Policy, Source

blueprint = Blueprint(__name__)

_OWN_DAYS = "own_days"
_MOST_DIGITS = 15


class PolicyDayUnreadable(errors.Invalid):
    code = "policy_day_unreadable"
    zh = "日期应为“年-月-日”，如 2027-01-01；多个日期用空格或换行隔开。"
    en = "A day is a date such as 2027-01-01; several are parted by spaces or lines."


class PolicySourceMissing(errors.Invalid):
    code = "policy_source_missing"
    zh = "请选择“{name}”的来源。"
    en = "Choose the source of {name}."


@page(blueprint, "/console/policy/proposal", who=roles.POLICY_MAKERS)
def ask_to_change_policy(visit: Visit) -> Shown:
    """The form for the figures that the address names; without any, a list to choose from."""
    head = store.get_head()
    base = policies.newest(head)
    names = {figure.name for figure in base.figures} & set(visit.query)
    own_days = _OWN_DAYS in visit.query
    if len(names) > rules.MOST_FIGURES or not (names or own_days):
        chosen = {"base": base, "sections": file.sections(), "most": rules.MOST_FIGURES, "names": names}
        return Shown("policy_choice.html", {**chosen, "own_days": own_days})
    figures = [(one, _as_it_is(one)) for one in base.figures if one.name in names]
    told: dict[str, object] = {
        "figures": figures,
        "own_days": own_days,
        "holidays": _text(base.own_days.holidays),
        "working_days": _text(base.own_days.working_days),
        "effective_from": (max(base.effective_from, clock.business_day(visit.now)) + timedelta(days=1)).isoformat(),
        "base_version": base.version,
        "base_changes": str(head.changes),
        "reason": "",
    }
    return _asked(told)


@form(blueprint, "/console/policy/proposal", who=roles.POLICY_MAKERS)
def propose_policy(visit: Visit) -> Answer:
    """Propose what was filled in; a supervisor, another person, approves."""
    try:
        change = _change(visit)
        usecases.check_change(change, now=visit.now)
        figures, words = policy_acts.told(change)
        subject = f"{change.base}#{ids.derived('chg', *sorted(words.values()))}"
        return propose(visit, Kind.POLICY, OF_NO_SCHOOL, subject=subject, figures=figures, words=words)
    except (errors.Invalid, errors.Conflict) as refusal:
        return _asked_again(visit, refusal)


@page(blueprint, "/console/policy/versions/{version}/withdrawal", who=roles.POLICY_MAKERS)
def ask_to_withdraw_policy(visit: Visit) -> Shown:
    """The form that proposes to withdraw a version."""
    return _asked_to_withdraw(visit)


@form(blueprint, "/console/policy/versions/{version}/withdrawal", who=roles.POLICY_MAKERS)
def propose_policy_withdrawal(visit: Visit) -> Answer:
    """Propose to withdraw a version that is still to come; a supervisor, another person, approves."""
    version = visit.path["version"]
    try:
        usecases.check_withdrawal(version, now=visit.now)
        told = {"policy_version": version}
        return propose(visit, Kind.POLICY_WITHDRAWAL, OF_NO_SCHOOL, subject=version, words=told)
    except (errors.Invalid, errors.Conflict) as refusal:
        return _asked_to_withdraw(visit, refusal)


def _change(visit: Visit) -> Change:
    """What the form says. Raises PolicyDayUnreadable, PolicySourceMissing, PolicyChangedSince, UnknownFigure."""
    form, told = visit.form, {}
    for name in _named(visit):
        if form.get(f"{name}.source", "") not in set(Source):
            raise PolicySourceMissing(pointer=f"/figures/{name}/source", name=name)
        told[name] = NewFigure(
            _whole(form[f"{name}.value"]),
            Source(form[f"{name}.source"]),
            form.get(f"{name}.note_zh", "").strip(),
            form.get(f"{name}.note_en", "").strip(),
        )
    base = _base(visit)
    own_days = base.own_days
    if _OWN_DAYS in form:
        own_days = OwnDays(_days(form.get("holidays", "")), _days(form.get("working_days", "")))
    return Change(base.version, _whole(form.get("base_changes", "")), _day(visit), told, own_days)


def _base(visit: Visit) -> Policy:
    """The version that the form was made of. Raises PolicyChangedSince for none."""
    try:
        return policies.get(version=visit.form.get("base_version", ""))
    except LookupError:
        raise store.PolicyChangedSince() from None


def _named(visit: Visit) -> list[str]:
    return [name.removesuffix(".value") for name in visit.form if name.endswith(".value")]


def _whole(text: str) -> int:
    """A whole number; -1, which no figure may be, for anything else."""
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS else -1


def _days(text: str) -> frozenset[date]:
    """Raises PolicyDayUnreadable."""
    try:
        return frozenset(map(date.fromisoformat, text.replace("、", " ").replace(",", " ").split()))
    except ValueError:
        raise PolicyDayUnreadable(pointer="/effective_from") from None


def _day(visit: Visit) -> date:
    """Raises PolicyDayUnreadable."""
    days = _days(visit.form.get("effective_from", ""))
    if len(days) != 1:
        raise PolicyDayUnreadable(pointer="/effective_from")
    return next(iter(days))


def _text(days: frozenset[date]) -> str:
    return "\n".join(sorted(day.isoformat() for day in days))


def _as_it_is(figure: Figure) -> dict[str, str]:
    return {
        "value": str(figure.value),
        "source": figure.source,
        "note_zh": figure.note_zh,
        "note_en": figure.note_en,
    }


def _asked_again(visit: Visit, refusal: errors.Refusal) -> Shown:
    """The form as it was sent, with what is wrong. What changed since is shown by the figures' own values."""
    form = visit.form
    newest = {figure.name: figure for figure in policies.newest(store.get_head()).figures}
    figures = [
        (newest[name], {part: form.get(f"{name}.{part}", "") for part in ("value", "source", "note_zh", "note_en")})
        for name in _named(visit)
        if name in newest
    ]
    kept = ("holidays", "working_days", "effective_from", "base_version", "base_changes", "reason")
    told: dict[str, object] = {name: form.get(name, "") for name in kept}
    return _asked({**told, "figures": figures, "own_days": _OWN_DAYS in form}, visit, refusal)


def _asked(told: dict[str, object], visit: Visit | None = None, refusal: errors.Refusal | None = None) -> Shown:
    told |= {
        "sources": tuple(Source),
        "most_note": rules.MOST_NOTE,
        "most_reason": approvals.MOST_REASON,
        "sentence": refusal.sentence(visit.language) if refusal and visit else "",
    }
    return Shown("policy_proposal.html", told, refusal.status if refusal else 200)


def _asked_to_withdraw(visit: Visit, refusal: errors.Refusal | None = None) -> Shown:
    found = policies.find_version(visit.path["version"])
    if found is None:
        raise NoSuchPage()
    told = {
        "version": found,
        "difference": policy.difference(policies.get(version=found.base), found.policy) if found.base else None,
        "reason": visit.form.get("reason", ""),
        "sentence": refusal.sentence(visit.language) if refusal else "",
        "most_reason": approvals.MOST_REASON,
    }
    return Shown("policy_withdrawal.html", told, refusal.status if refusal else 200)
