"""Takes a file of serving public-school teachers over: all of its lines, or none with the wrong ones named."""

import hashlib

from chalice.app import Blueprint

from functions.console import officers, roles
from functions.console.pages import Answer, SeeOther, Shown, Visit, form, page
from shared.kernel import clock, errors
from shared.personnel import imports, serving_files
from shared.personnel.store import imports as kept

blueprint = Blueprint(__name__)

PAGE = 20
_MOST_SHOWN = 100
_MOST_NAME = 100


@page(blueprint, "/console/personnel-imports", who=roles.RECOMMENDERS)
def show_personnel_imports(visit: Visit) -> Shown:
    """The form, and the files that were taken over, the newest first."""
    return _shown(visit)


@form(blueprint, "/console/personnel-imports", who=roles.RECOMMENDERS)
def import_serving_teachers(visit: Visit) -> Answer:
    """Take a file over. The same file again adds nobody."""
    sent = visit.files.get("file")
    try:
        lines = serving_files.read(sent.content if sent else b"")
    except errors.Invalid as refusal:
        return _shown(visit, refusal)
    assert sent is not None
    mark = f"{visit.session.username}#{clock.stored(visit.now)}#".encode()
    imports.take_over(
        import_id=hashlib.sha256(mark + sent.content).hexdigest()[:16],
        file_name=sent.name[-_MOST_NAME:],
        lines=lines,
        by=visit.session.username,
        now=visit.now,
    )
    return SeeOther("/console/personnel-imports", {"done": "serving_imported"})


def _shown(visit: Visit, refusal: errors.Invalid | None = None) -> Shown:
    found = kept.list_page(limit=PAGE, cursor=visit.asked("cursor"))
    wrong = refusal.wrong if isinstance(refusal, serving_files.ServingLinesWrong) else ()
    told = {
        "imports": found,
        "paged": "cursor" in visit.query,
        "officers": officers.names(one.by for one in found.rows),
        "sentence": refusal.sentence(visit.language) if refusal else "",
        "wrong": wrong[:_MOST_SHOWN],
        "more_wrong": max(len(wrong) - _MOST_SHOWN, 0),
        "most_lines": serving_files.MOST_LINES,
        "most_kilobytes": serving_files.MOST_BYTES // 1024,
        "done": visit.query.get("done", ""),
    }
    return Shown("personnel_imports.html", told, refusal.status if refusal else 200)
