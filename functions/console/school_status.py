"""Suspending a school from selling, and letting it sell again: a page of its own, and a dialog on the school's page."""

from collections.abc import Callable

from chalice.app import Blueprint

from functions.console import roles, schools
from functions.console.pages import Answer, SeeOther, Shown, Visit, form, page
from shared.institutions import usecases
from shared.institutions.model import Institution
from shared.institutions.rules import ReasonMissing
from shared.kernel import errors

blueprint = Blueprint(__name__)

_MAX_REASON = 500


class NameNotTyped(errors.Invalid):
    code = "name_not_typed"
    zh = "请输入机构名称“{short_name}”以确认。"
    en = "Type the school's name, {short_name}, to confirm."


class ReasonTooLong(errors.Invalid):
    code = "reason_too_long"
    zh = "原因至多 {most} 个字符。"
    en = "The reason has at most {most} characters."


@page(blueprint, "/console/schools/{institution_id}/suspension", who=roles.SUPERVISORS)
def ask_to_suspend(visit: Visit) -> Shown:
    """The form, for who has no scripts."""
    return _asked("suspend", schools.get_school(visit))


@form(blueprint, "/console/schools/{institution_id}/suspension", who=roles.SUPERVISORS)
def suspend_school(visit: Visit) -> Answer:
    """Stop the school's sales at once."""
    return _change(visit, "suspend", usecases.suspend, "suspended")


@page(blueprint, "/console/schools/{institution_id}/reinstatement", who=roles.SUPERVISORS)
def ask_to_reinstate(visit: Visit) -> Shown:
    """The form, for who has no scripts."""
    return _asked("reinstate", schools.get_school(visit))


@form(blueprint, "/console/schools/{institution_id}/reinstatement", who=roles.SUPERVISORS)
def reinstate_school(visit: Visit) -> Answer:
    """Let the school sell again."""
    return _change(visit, "reinstate", usecases.reinstate, "reinstated")


def _change(visit: Visit, action: str, change: Callable[..., None], done: str) -> Answer:
    school = schools.get_school(visit)
    reason, typed = visit.form.get("reason", "").strip(), visit.form.get("name", "").strip()
    try:
        if not reason:
            raise ReasonMissing(pointer="/reason")
        if len(reason) > _MAX_REASON:
            raise ReasonTooLong(pointer="/reason", most=_MAX_REASON)
        if typed not in (school.short_name, school.name):
            raise NameNotTyped(pointer="/name", short_name=school.short_name)
        change(institution_id=school.institution_id, reason=reason, by=visit.session.username, now=visit.now)
    except (errors.Invalid, errors.Conflict) as refusal:
        return _asked(action, school, reason=reason, refusal=refusal, language=visit.language)
    return SeeOther(f"/console/schools/{school.institution_id}", {"done": done})


def _asked(
    action: str,
    school: Institution,
    *,
    reason: str = "",
    refusal: errors.Refusal | None = None,
    language: str = "zh",
) -> Shown:
    told = {
        "action": action,
        "school": school,
        "reason": reason,
        "sentence": refusal.sentence(language) if refusal else "",
        "pointer": refusal.pointer if refusal else None,
    }
    return Shown("school_status.html", told, refusal.status if refusal else 200)
