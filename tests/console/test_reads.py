"""What lists, queues and searches of schools read, counted: the same with ten times the schools."""

from urllib.parse import quote

import pytest

from app import app
from shared.filings import watching
from shared.filings.model import InstitutionType, State
from shared.filings.store import cases
from shared.listings.model import ListName
from shared.people.model import StaffRole
from tests import builders, steps
from tests.builders import NOW
from tests.console.visitors import sign_in
from tests.edge.doors import Door
from tests.listings import examples
from tests.reads import Reads, counted

pytestmark = pytest.mark.usefixtures("on_engine")

FEW, MANY = 22, 220
NAME = quote("星河舞蹈")
CODE = builders.a_school(1).credit_code


def put_on_file(first: int, last: int) -> None:
    """Schools, each with its annual inspection open; a first page of them on the black list."""
    for number in range(first, last + 1):
        school = steps.register(number)
        watching.open_inspection(
            institution_id=school.institution_id,
            institution_type=InstitutionType.COMPANY,
            subject=school.name,
            year=NOW.year,
            now=NOW,
        )
        examples.put_on(ListName.BLACK, number)


class TestWithTenTimesTheSchools:
    def test_lists_queues_and_searches_read_the_same(self, monkeypatch: pytest.MonkeyPatch) -> None:
        put_on_file(1, FEW)
        before = _reads(monkeypatch)
        put_on_file(FEW + 1, MANY)
        after = _reads(monkeypatch)

        assert after == before


def _reads(monkeypatch: pytest.MonkeyPatch) -> dict[str, Reads]:
    found = {}
    for path in ("/console/schools", f"/console/search?q={NAME}", "/console/listings?of=black"):
        reviewer = sign_in("reviewer", StaffRole.REVIEWER)  # anew: the engine forgets sessions by the machine's time
        with counted(monkeypatch) as found[path]:
            assert reviewer.get(path).status == 200
    for path in (f"/v1/verify?name={NAME}", f"/v1/verify?credit_code={CODE}", "/v1/listings/blacklist"):
        with counted(monkeypatch) as found[path]:
            assert Door(app).get(path).status == 200
    with counted(monkeypatch) as found["queue"]:
        assert len(cases.list_by_state(State.DRAFT, limit=20, cursor=None).rows) == 20
    return found
