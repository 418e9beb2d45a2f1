"""What lists, queues and searches of schools read, counted: the same with ten times the schools."""

from datetime import date
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
CONSOLE = (
    "/console",
    "/console/minimums",
    "/console/validities",
    "/console/suspense",
    "/console/schools",
    "/console/schools?of=frozen",
    f"/console/search?q={NAME}",
    "/console/listings?of=black",
)
CODE = builders.a_school(1).credit_code


def put_on_file(first: int, last: int) -> None:
    """Schools with their annual inspections open, on the black list; of the FEW papers end and the minimum is short."""
    for number in range(first, last + 1):
        due = number <= FEW
        ends = date(2026, 9, 30) if due else date(2027, 12, 31)
        school = steps.register(number, required_fen=10_000 if due else 0, licence_valid_to=ends)
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
    for path in CONSOLE:
        role = StaffRole.FINANCE_OFFICER if path.endswith("suspense") else StaffRole.REVIEWER
        officer = sign_in(role.value, role)  # anew: the engine forgets sessions by the machine's time
        with counted(monkeypatch) as found[path]:
            assert officer.get(path).status == 200
    for path in (f"/v1/verify?name={NAME}", f"/v1/verify?credit_code={CODE}", "/v1/listings/blacklist"):
        with counted(monkeypatch) as found[path]:
            assert Door(app).get(path).status == 200
    with counted(monkeypatch) as found["queue"]:
        assert len(cases.list_by_state(State.DRAFT, limit=20, cursor=None).rows) == 20
    return found
