"""Addresses: ids that aren't ids, cursors that aren't ours, paths and methods that aren't there."""

import http.client
import json
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from app import app
from infra.local import trouble
from infra.local.gateway import Gateway
from shared.funds import sealing
from shared.funds.store.withdrawals import id_of
from tests import steps
from tests.api.district import CONTRACTS, District
from tests.builders import COURSE, ENROLMENT, GUARDIAN, NOW, OFFERING, SCHOOL, SESSION, STUDENT, an_id
from tests.edge.conftest import SEAL_KEY
from tests.edge.doors import Door, pointers
from tests.filings import examples as filings
from tests.mall import examples as courses
from tests.materials import examples as uploads
from tests.profiles import examples as profiles
from tests.reviews import examples as reviews

IDS = {
    "enrolment_id": ENROLMENT,
    "session_id": SESSION,
    "offering_id": OFFERING,
    "student_id": STUDENT,
    "institution_id": SCHOOL,
    "course_id": COURSE,
    "category": "dance",
    "withdrawal_id": id_of(SCHOOL, 1),
    "file_id": uploads.FILE,
    "change_id": profiles.CHANGE,
    "case_id": an_id("cas"),
    "day": "2026-09-01",
    "version": "linzi-2026.1",
}
MY_FILE = an_id("fil", 2)
WRONG = [SCHOOL, STUDENT, "1", "-1", "0" * 64, "enr_", "None", "account", "..", "entry%23release", "%00", "'OR'1"]
APART = (
    "statement.pdf",
    "statement.xlsx",
    "contract.pdf",
    "receipt.pdf",
    "/receipts/{code}",
    "/content",
    "/picture",
    "/decision.pdf",
    "{number}",
)  # in a bucket; a notice needs a termination; a receipt is known by its code
AT_ONE_THING = [
    one
    for one in CONTRACTS
    if one.method == "GET" and "{" in one.path and "/v1/" in one.path and not one.path.endswith(APART)
]


class TestIdsInPaths:
    @pytest.mark.parametrize("contract", AT_ONE_THING, ids=lambda one: one.path)
    def test_that_are_not_ids_or_of_another_kind_are_404(self, district: District, contract: Any) -> None:
        steps.open_account(paid_fen=1000, terms_hash=district.opens().terms_hash)
        district.teaches()
        steps.count_all()
        sealing.seal_days(through=NOW.date(), key=SEAL_KEY, now=NOW)
        steps.pay_minimum(20_000)
        uploads.handed_in()
        filings.open_change()
        steps.ask_to_withdraw()
        profiles.drafted()
        reviews.written()
        uploads.asked(MY_FILE, institution_id="", by=GUARDIAN)
        courses.course_drafted()
        courses.class_drafted()
        courses.opening_planned()
        door = {
            "guardian": district.guardian,
            "school": district.teacher,
            "school_admin": district.admin,
            "public": district.nobody,
            "signed_in": district.guardian,
        }[contract.audience]
        known = {**IDS, "file_id": MY_FILE} if "/v1/me/" in contract.path else IDS
        names = [name for name in IDS if f"{{{name}}}" in contract.path]
        before = district.dump()

        assert door.get(contract.path.format(**known)).status == 200
        for name in names:
            for wrong in (one for one in WRONG if one != known[name]):
                answer = door.get(contract.path.format(**{**known, name: wrong}))
                assert (answer.status, answer.body["request_id"]) == (404, answer.headers["x-request-id"]), wrong
                assert answer.code.startswith(("unknown_", "no_such_path")), answer.text
        assert district.dump() == before

    @pytest.mark.parametrize("wrong", ["x" * 65, "x" * 3000, "号", "a b", "a+b", "%E5%8F%B7", "a'b", "a@b"])
    def test_that_no_id_can_be_are_not_even_looked_up(self, district: District, wrong: str) -> None:
        district.refuses(district.nobody, lambda door: door.get(f"/v1/mall/courses/{wrong}"), 404, "no_such_path")

    def test_of_commands_are_404_too(self, district: District) -> None:
        for wrong in (STUDENT, "x" * 3000):
            path = f"/v1/enrolments/{wrong}/lessons/{SESSION}/confirmation"
            assert district.guardian.post(path, {}, key="key-0001").status == 404


class TestUnknown:
    @pytest.mark.parametrize(
        ("path", "code"),
        [
            (f"/v1/mall/courses/{an_id('crs', 99)}", "unknown_course"),
            (f"/v1/mall/institutions/{an_id('ins', 99)}", "unknown_institution"),
            (f"/v1/mall/institutions/{an_id('ins', 99)}/courses", "unknown_institution"),
            ("/v1/mall/search?category=chess", "unknown_category"),
            ("/v1/mall/categories/chess/institutions", "unknown_category"),
            ("/assets/passwd", "unknown_asset"),
        ],
    )
    def test_things_are_404(self, district: District, path: str, code: str) -> None:
        district.refuses(district.nobody, lambda door: door.get(path), 404, code)


MY_ENROLMENT = [
    ("GET", f"/v1/enrolments/{ENROLMENT}"),
    ("GET", f"/v1/enrolments/{ENROLMENT}/entries"),
    ("GET", f"/v1/enrolments/{ENROLMENT}/lessons"),
    ("POST", f"/v1/enrolments/{ENROLMENT}/lessons/{SESSION}/confirmation"),
    ("POST", f"/v1/enrolments/{ENROLMENT}/lessons/{SESSION}/dispute"),
]


class TestAnothers:
    @pytest.mark.parametrize(("method", "path"), MY_ENROLMENT)
    def test_enrolment_is_as_if_it_were_not_there(self, district: District, method: str, path: str) -> None:
        steps.open_account(paid_fen=1000)
        body = {"reason": "?"} if "dispute" in path else {} if method == "POST" else None
        door = district.stranger.with_headers(idempotency_key="key-00000001")
        nowhere = path.replace(ENROLMENT, an_id("enr", 99))

        theirs = district.refuses(door, lambda door: door.call(method, path, body), 404, "unknown_enrolment")
        nobodys = district.refuses(door, lambda door: door.call(method, nowhere, body), 404, "unknown_enrolment")

        same = ("type", "title", "status", "code", "detail")
        assert [theirs.body[name] for name in same] == [nobodys.body[name] for name in same]
        assert theirs.body.keys() == nobodys.body.keys()


PAGED = [one for one in CONTRACTS if one.paged]


def _door_of(district: District, contract: Any) -> Door:
    """The door of somebody whom an endpoint is for."""
    doors: dict[str, Door] = {
        "public": district.nobody,
        "guardian": district.guardian,
        "signed_in": district.guardian,
    }
    return doors.get(contract.audience, district.admin)


class TestCursors:
    @pytest.mark.parametrize("contract", PAGED, ids=lambda one: one.path)
    @pytest.mark.parametrize(
        "cursor",
        ["", "nonsense", "e30", "W10", "bnVsbA", "WyJhIl0", "%00", "a" * 1000, "名", "W1siYSJdLCJiIl0", "MTIzNA"],
    )
    def test_that_are_not_ours_are_refused(self, district: District, contract: Any, cursor: str) -> None:
        courses.course_drafted()
        url = f"{contract.path.format(**IDS)}?cursor={cursor}"
        door = _door_of(district, contract)

        answer = district.refuses(door, lambda door: door.get(url), 422, "bad_cursor")

        assert pointers(answer) == [("/cursor", "bad_cursor")]

    def test_of_another_list_are_refused(self, district: District) -> None:
        terms_hash = district.opens().terms_hash
        for number in (1, 2):
            steps.open_account(number, guardian_id=GUARDIAN, terms_hash=terms_hash)
        cursor = district.guardian.get("/v1/enrolments?limit=1").body["next_cursor"]

        for door, path in ((district.stranger, "/v1/enrolments"), (district.guardian, "/v1/me/children")):
            url = f"{path}?cursor={cursor}"
            district.refuses(door, partial(Door.get, path=url), 422, "bad_cursor")

    @pytest.mark.parametrize("contract", PAGED, ids=lambda one: one.path)
    @pytest.mark.parametrize("limit", ["0", "101", "-1", "1.5", "many", ""])
    def test_limits_of_pages_are_held(self, district: District, contract: Any, limit: str) -> None:
        url = f"{contract.path.format(**IDS)}?limit={limit}"
        door = _door_of(district, contract)

        district.refuses(door, lambda door: door.get(url), 422, "invalid_request")


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """The app behind the local API Gateway: what isn't a route never reaches a view."""
    number = trouble.free_ports(1)
    gateway = Gateway(app, port=number)
    gateway.start()
    yield number
    gateway.stop()


class TestRoutes:
    @pytest.mark.parametrize(
        ("method", "path", "status", "code"),
        [
            ("GET", "/v1/nothing", 404, "no_such_path"),
            ("GET", "/v2/enrolments", 404, "no_such_path"),
            ("DELETE", "/v1/enrolments", 405, "no_such_method"),
            ("PUT", "/v1/bank/events", 405, "no_such_method"),
            ("GET", "/v1/bank/events", 405, "no_such_method"),
            ("PATCH", "/health", 405, "no_such_method"),
        ],
    )
    def test_that_are_not_there_are_told_so(self, port: int, method: str, path: str, status: int, code: str) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        connection.request(method, path)
        answer = connection.getresponse()
        told = json.load(answer)
        connection.close()

        assert (answer.status, told["code"]) == (status, code)
        assert answer.headers["content-type"] == "application/problem+json"
        assert any("一" <= letter <= "鿿" for letter in told["detail"])
