"""The lessons in dispute that wait for the bureau's decision."""

from chalice.app import Blueprint

from functions.console.pages import Shown, Visit, page
from shared.institutions import store as institutions
from shared.teaching import queries as teaching
from shared.teaching.model import Due

blueprint = Blueprint(__name__)

PAGE = 20


@page(blueprint, "/console/disputes")
def show_disputes(visit: Visit) -> Shown:
    """One page of them, the longest waiting first."""
    found = teaching.list_waiting(Due.DECISION, until=visit.now, limit=PAGE, cursor=visit.asked("cursor"))
    schools = institutions.get_many([one.lesson.institution_id for one in found.rows]) if found.rows else {}
    told = {"rows": found.rows, "schools": schools, "next_cursor": found.next_cursor, "paged": "cursor" in visit.query}
    return Shown("disputes.html", told)
