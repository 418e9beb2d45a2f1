"""Courses and classes that schools want to sell: what waits, each beside what is published, the decision on it."""

from collections.abc import Sequence
from typing import Any

from chalice.app import Blueprint

from functions.console import course_facts, course_words, officers, roles
from functions.console.pages import Answer, SeeOther, Shown, Visit, form, page
from functions.edge import course_acts
from shared.institutions import store as institutions
from shared.kernel import errors
from shared.kernel.ids import CourseId, InstitutionId, OfferingId
from shared.mall import queries as mall
from shared.mall import sheet_rules, sheets
from shared.mall.compliance import Result
from shared.mall.model import Status
from shared.mall.sheet_model import ClassSheet, CourseSheet, Version
from shared.mall.store import openings, waitlist
from shared.mall.store import sheets as store

blueprint = Blueprint(__name__)

PAGE = 20
_HOME = "/console/schools/{institution_id}/courses/{course_id}"


@page(blueprint, "/console/courses")
def show_courses(visit: Visit) -> Shown:
    """One page of the courses and classes that wait for a review, the longest waiting first."""
    found = store.list_waiting(limit=PAGE, cursor=visit.asked("cursor"))
    told = {
        "rows": found.rows,
        "schools": institutions.get_many([one.institution_id for one in found.rows]) if found.rows else {},
        "next_cursor": found.next_cursor,
        "paged": "cursor" in visit.query,
        "done": visit.query.get("done", ""),
        "course_words": course_words,
    }
    return Shown("courses.html", told)


@page(blueprint, _HOME)
def show_course(visit: Visit) -> Shown:
    """A course beside what is published of it, the rules' results, its classes, its versions."""
    return _course(visit)


@page(blueprint, _HOME + "/classes/{offering_id}")
def show_class(visit: Visit) -> Shown:
    """A class beside what is published of it, the rules' results, its seats and waitlist, its versions."""
    return _class(visit)


@form(blueprint, _HOME + "/decision", who=roles.RECOMMENDERS)
def decide_course(visit: Visit) -> Answer:
    """Accept the course that was seen, which puts it on sale, or send it back with the reason."""
    sheet = _course_sheet(visit)
    try:
        if visit.form.get("decision") == "accept":
            course_acts.accept_course(
                sheet.institution_id, sheet.course_id, edits=_edits(visit), by=visit.session.username, now=visit.now
            )
            return SeeOther("/console/courses", {"done": "course_accepted"})
        return _sent_back(visit, sheet)
    except (errors.Invalid, errors.Conflict) as refusal:
        return _course(visit, refusal)


@form(blueprint, _HOME + "/classes/{offering_id}/decision", who=roles.RECOMMENDERS)
def decide_class(visit: Visit) -> Answer:
    """Accept the class that was seen, which puts it on sale, or send it back with the reason."""
    sheet = _class_sheet(visit)
    try:
        if visit.form.get("decision") == "accept":
            course_acts.accept_class(
                sheet.institution_id,
                sheet.course_id,
                OfferingId(sheet.item_id),
                edits=_edits(visit),
                by=visit.session.username,
                now=visit.now,
            )
            return SeeOther("/console/courses", {"done": "course_accepted"})
        return _sent_back(visit, sheet)
    except (errors.Invalid, errors.Conflict) as refusal:
        return _class(visit, refusal)


def _sent_back(visit: Visit, sheet: CourseSheet | ClassSheet) -> SeeOther:
    reason, by = visit.form.get("reason", ""), visit.session.username
    sheets.send_back(sheet=sheet, edits=_edits(visit), reason=reason, by=by, now=visit.now)
    return SeeOther("/console/courses", {"done": "course_returned"})


def _edits(visit: Visit) -> int:
    """The edit that was seen; 0, which is none, for what is no number."""
    told = visit.form.get("edits", "")
    return int(told) if told.isascii() and told.isdigit() else 0


def _course(visit: Visit, refusal: errors.Refusal | None = None) -> Shown:
    sheet = _course_sheet(visit)
    cursor = visit.asked("classes")
    classes = store.list_classes(sheet.institution_id, sheet.course_id, limit=PAGE, cursor=cursor)
    told = {
        "classes": classes,
        "sold": mall.get_classes([(sheet.course_id, one.offering_id) for one in classes.rows if one.offering_id]),
        "offering": None,
        "paged": cursor is not None,
        "course": None,
        "opening": None,
        "title": sheet.facts.title,
        "home": _HOME.format(**visit.path),
        "rows": course_facts.of_course(sheet.facts, sheet.published, language=visit.language),
    }
    results = course_acts.results_of_course(sheet, now=visit.now) if sheet.open else ()  # what is published was checked
    return _shown(visit, sheet, told, results, store.versions_of_course(sheet.course_id), refusal)


def _class(visit: Visit, refusal: errors.Refusal | None = None) -> Shown:
    sheet = _class_sheet(visit)
    school = institutions.get(sheet.institution_id)
    offering_id = OfferingId(sheet.item_id)
    offering = mall.get_classes([(sheet.course_id, offering_id)]).get(offering_id)
    told = {
        "offering": offering,
        "in_line": waitlist.list_waiting(offering) if offering and offering.waiting else [],
        "course": store.get_course(sheet.institution_id, sheet.course_id),
        "opening": openings.find(OfferingId(sheet.item_id)),
        "classes": None,
        "title": sheet.facts.name,
        "home": (_HOME + "/classes/{offering_id}").format(**visit.path),
        "rows": course_facts.of_class(sheet.facts, sheet.published, school, language=visit.language),
    }
    results = course_acts.results_of_class(sheet, now=visit.now) if sheet.open else ()
    return _shown(visit, sheet, told, results, store.versions_of_class(offering_id), refusal)


def _shown(
    visit: Visit,
    sheet: CourseSheet | ClassSheet,
    told: dict[str, Any],
    results: Sequence[Result],
    versions: Sequence[Version[Any]],
    refusal: errors.Refusal | None,
) -> Shown:
    who = [sheet.decided_by, *(one.decided_by for one in versions)]
    also = {
        "sheet": sheet,
        "school": institutions.get(sheet.institution_id),
        "waiting": sheet.open is Status.IN_REVIEW,
        "results": results,
        "broken": [one.refusal.sentence(visit.language) for one in results if one.refusal],
        "versions": versions,
        "officers": officers.names([one for one in who if one]),
        "reason": visit.form.get("reason", ""),
        "sentence": refusal.sentence(visit.language) if refusal else "",
        "most_reason": sheet_rules.MOST_REASON,
        "course_words": course_words,
    }
    return Shown("course_sheet.html", {**told, **also}, refusal.status if refusal else 200)


def _course_sheet(visit: Visit) -> CourseSheet:
    return store.get_course(InstitutionId(visit.path["institution_id"]), CourseId(visit.path["course_id"]))


def _class_sheet(visit: Visit) -> ClassSheet:
    path = visit.path
    return store.get_class(
        InstitutionId(path["institution_id"]), CourseId(path["course_id"]), OfferingId(path["offering_id"])
    )
