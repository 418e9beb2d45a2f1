"""The files that are handed in: what became of each, where else the same file is, and who of the bureau opened it.

A file is opened only after its purpose was recorded. The form leads back to the file's page, and a link there to the
bucket: a browser that holds to `form-action 'self'` follows no form to another address.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from chalice.app import Blueprint

from functions.api.school_files import address_of
from functions.console import material_words, roles, schools
from functions.console.pages import Answer, Elsewhere, NoSuchPage, SeeOther, Shown, Visit, form, page
from shared.institutions import store as institutions
from shared.institutions.model import Institution
from shared.kernel import clock, errors, ids
from shared.kernel.ids import FileId, InstitutionId
from shared.materials import limits, queries, rules, usecases
from shared.materials.model import FileStatus, KeptFile, Reading
from shared.materials.store import readings

blueprint = Blueprint(__name__)

PAGE = 20
_MOST_SAME = 20
_READINGS = 20


@dataclass(frozen=True)
class Marked:
    """A file, and the others with the same content: of other schools, and of its own."""

    file: KeptFile
    elsewhere: Sequence[KeptFile]
    again: Sequence[KeptFile]


@page(blueprint, "/console/files")
def show_files(visit: Visit) -> Shown:
    """The files that have come and wait too long for their check."""
    late = queries.list_late(now=visit.now, limit=PAGE)
    told = {"late": late, "schools": _schools(late), "file_words": material_words}
    return Shown("files.html", told)


@page(blueprint, "/console/schools/{institution_id}/files")
def show_school_files(visit: Visit) -> Shown:
    """A school's files, the newest first, with what became of each."""
    school = schools.get_school(visit)
    found = queries.list_of_institution(school.institution_id, limit=PAGE, cursor=visit.asked("cursor"))
    told = {
        "school": school,
        "files": found.map(_marked),
        "paged": "cursor" in visit.query,
        "file_words": material_words,
        "limits": limits.in_force(),
    }
    return Shown("school_files.html", told)


@page(blueprint, "/console/files/{file_id}")
def show_file(visit: Visit) -> Shown:
    """One file: what was declared, what came, where else it is, who opened it."""
    return _shown(visit, _file(visit))


@form(blueprint, "/console/files/{file_id}/reading", who=roles.EVERYONE)
def record_reading(visit: Visit) -> Answer:
    """Record what a file is opened for; without it nobody of the bureau opens it."""
    file = _file(visit)
    try:
        usecases.record_reading(
            file=file,
            staff_id=visit.session.staff_id,
            staff_name=visit.session.name,
            purpose=visit.form.get("purpose", ""),
            words=visit.form.get("words", ""),
            now=visit.now,
        )
    except (errors.Invalid, errors.Conflict) as refusal:
        return _shown(visit, file, refusal=refusal)
    return SeeOther(f"/console/files/{file.file_id}", {"done": "reading_recorded"})


@page(blueprint, "/console/files/{file_id}/content")
def open_file(visit: Visit) -> Answer:
    """The file itself, for who has just said what for; the form for who hasn't."""
    file = _file(visit)
    rules.check_kept(file)
    if queries.may_open_until(file.file_id, staff_id=visit.session.staff_id, now=visit.now) is None:
        return SeeOther(f"/console/files/{file.file_id}")
    return Elsewhere(address_of(file))


@page(blueprint, "/console/file-readings", who=roles.AUDITORS)
def show_readings(visit: Visit) -> Shown:
    """Who of the bureau opened which file in a month, and for what."""
    this_month = clock.business_day(visit.now).replace(day=1)
    month = _month(visit.asked("month"), this_month)
    after = (month + timedelta(days=31)).replace(day=1)
    found = readings.list_of_month(month, limit=PAGE, cursor=visit.asked("cursor"))
    told = {
        "month": month,
        "before": (month - timedelta(days=1)).replace(day=1),
        "after": after if after <= this_month else None,
        "readings": found,
        "schools": _schools(found.rows),
        "paged": "cursor" in visit.query,
        "file_words": material_words,
    }
    return Shown("file_readings.html", told)


def _shown(visit: Visit, file: KeptFile, *, refusal: errors.Refusal | None = None) -> Shown:
    marked = _marked(file)
    told = {
        "marked": marked,
        "file": file,
        "schools": _schools([file, *marked.elsewhere]),
        "until": queries.may_open_until(file.file_id, staff_id=visit.session.staff_id, now=visit.now),
        "readings": readings.list_of_file(file.file_id, limit=_READINGS, cursor=None).rows,
        "sentence": refusal.sentence(visit.language) if refusal else "",
        "typed": visit.form,
        "most_words": rules.WORDS_MAX_CHARACTERS,
        "done": visit.asked("done"),
        "file_words": material_words,
    }
    return Shown("file.html", told, refusal.status if refusal else 200)


def _marked(file: KeptFile) -> Marked:
    same = queries.list_same(file, at_most=_MOST_SAME) if file.status is FileStatus.ACCEPTED else []
    found = sorted(queries.get_many(same).values(), key=lambda one: one.asked_at)
    return Marked(
        file,
        [one for one in found if one.owner != file.owner],
        [one for one in found if one.owner == file.owner],
    )


def _schools(of: Sequence[KeptFile | Reading]) -> Mapping[InstitutionId, Institution]:
    wanted = [one.institution_id for one in of if one.institution_id]
    return institutions.get_many(wanted) if wanted else {}


def _file(visit: Visit) -> KeptFile:
    """The file that the address names. Raises UnknownFile."""
    told = visit.path["file_id"]
    if not ids.is_id(told, "fil"):
        raise queries.UnknownFile()
    return queries.get(FileId(told))


def _month(text: str | None, this_month: date) -> date:
    """The first day of the month that is asked for, of this one without. Raises NoSuchPage."""
    if text is None:
        return this_month
    try:
        month = date.fromisoformat(f"{text}-01")
    except ValueError:
        raise NoSuchPage() from None
    if not date(2000, 1, 1) < month <= this_month:
        raise NoSuchPage()
    return month
