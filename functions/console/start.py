"""The first page for whoever comes by a browser: what this is, and where each goes from here."""

from chalice.app import Blueprint

from functions.console.pages import Answer, SeeOther, Shown, Visit, page

blueprint = Blueprint(__name__)


@page(blueprint, "/", who=None)
def show_start(visit: Visit) -> Answer:
    """A page for a browser; who takes no page is led to the description of the API."""
    if "text/html" in visit.http.headers.get("accept", ""):
        return Shown("start.html")
    return SeeOther("/openapi.json")
