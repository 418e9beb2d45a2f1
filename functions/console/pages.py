"""Registering the pages of the console; how a call is answered is in `calls.py`.

    @page(blueprint, "/console/schools/{institution_id}")
    def show_school(visit: Visit) -> Shown: …

    @form(blueprint, "/console/schools/{institution_id}/suspension", who=roles.SUPERVISORS)
    def suspend_school(visit: Visit) -> SeeOther: …

A view gives a page to show, an address to go to, or a file. A form's answer is an address (303), so that a reload sends
nothing twice. Who isn't signed in is asked to, and comes back to where she wanted to go.
"""

from collections.abc import Callable, Set

from chalice.app import Blueprint, Response

from functions.console import calls, roles
from functions.console.answers import Answer, Download, Elsewhere, NoSuchPage, SeeOther, Shown, View, Visit
from shared.people.model import StaffRole

__all__ = ["Answer", "Download", "Elsewhere", "NoSuchPage", "SeeOther", "Shown", "View", "Visit", "form", "page"]

NAMES: set[str] = set()


def page(
    blueprint: Blueprint, path: str, *, who: Set[StaffRole] | None = roles.EVERYONE, recognised: bool = False
) -> Callable[[View], View]:
    """Register a page. `who` may see it; None: it is open to who isn't signed in.

    `recognised`: who is signed in is shown such an open page as one of the console's.
    """
    return _register(blueprint, "GET", path, who, recognised=recognised)


def form(blueprint: Blueprint, path: str, *, who: Set[StaffRole] | None) -> Callable[[View], View]:
    """Register what a form is sent to. Its token is checked before the view sees it."""
    return _register(blueprint, "POST", path, who)


def _register(
    blueprint: Blueprint, method: str, path: str, who: Set[StaffRole] | None, *, recognised: bool = False
) -> Callable[[View], View]:
    def decorate(view: View) -> View:
        name = f"console_{view.__name__}"
        if name in NAMES:
            raise ValueError(f"two pages are named {name}: Chalice would let one of them disappear")
        NAMES.add(name)

        def answer(**parts: str) -> Response:
            return calls.Call(blueprint.current_request, parts, method, path, recognised).respond(view, who)

        answer.__name__ = name
        # Any content type reaches the page, so that a wrong one is answered with a page like everything else.
        blueprint.route(path, methods=[method], content_types=["*/*"], name=name)(answer)
        return view

    return decorate
