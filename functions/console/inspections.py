"""The annual inspections of a year: how far all of them are, and those that wait longest."""

from chalice.app import Blueprint

from functions.console.pages import Shown, Visit, page
from shared.filings.model import Outcome, State
from shared.filings.store import cases, inspections
from shared.kernel import clock

blueprint = Blueprint(__name__)

PAGE = 20


@page(blueprint, "/console/inspections")
def show_inspections(visit: Visit) -> Shown:
    """The counts by state and by result, kept with each move, and one page of the year's cases."""
    asked, today = visit.asked("year") or "", clock.business_day(visit.now)
    year = int(asked) if len(asked) == 4 and asked.isdecimal() else today.year
    found = cases.list_of_year(year, limit=PAGE, cursor=visit.asked("cursor"))
    tally = inspections.tally(year)
    told = {
        "year": year,
        "tally": {state: tally.states[state] for state in State if tally.states.get(state)},
        "results": {outcome: tally.results[outcome] for outcome in Outcome if tally.results.get(outcome)},
        "all": sum(tally.states.values()),
        "closed": tally.states.get(State.CLOSED, 0),
        "rows": found.rows,
        "today": today,
        "next_cursor": found.next_cursor,
        "paged": "cursor" in visit.query,
    }
    return Shown("inspections.html", told)
