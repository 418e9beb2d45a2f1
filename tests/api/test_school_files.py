"""A school asks for a form of an upload, sees what became of its files, and reads them again."""

from typing import Any

import pytest

from functions.edge import files as edge_files
from infra.local.scanner_simulator import EICAR
from shared.kernel.ids import InstitutionId
from tests.api.district import District
from tests.builders import an_id
from tests.edge.doors import Clock, admin_bearer
from tests.materials import examples
from tests.materials.examples import FILE, PDF

UPLOADS, FILES = "/v1/school/uploads", "/v1/school/files"
ASKED = {"kind": "document", "name": "办学许可证.pdf", "size": len(PDF), "content_type": "application/pdf"}


@pytest.fixture(autouse=True)
def own_client(in_memory: Any) -> Any:
    """A client of S3 that signs with the keys of the test."""
    edge_files.client.cache_clear()
    yield
    edge_files.client.cache_clear()


class TestAskForUpload:
    def test_gives_a_form_for_exactly_this_file(self, district: District, at: Clock) -> None:
        told = district.admin.post(UPLOADS, ASKED, key="upload-0001")

        assert told.status == 201
        assert told.body["expires_at"] == "2026-09-01T10:15:00+08:00"
        assert (told.body["fields"]["key"], told.body["fields"]["Content-Type"]) == (
            told.body["file_id"],
            "application/pdf",
        )
        [waiting] = district.admin.get(FILES).body["data"]
        assert (waiting["file_id"], waiting["status"]) == (told.body["file_id"], "waiting")

        at.pass_by(minutes=16)
        assert district.admin.get(f"{FILES}/{waiting['file_id']}").body["status"] == "expired"

    def test_twice_with_one_key_is_one_file(self, district: District) -> None:
        first = district.admin.post(UPLOADS, ASKED, key="upload-0001")

        assert district.admin.post(UPLOADS, ASKED, key="upload-0001").body == first.body
        assert len(district.admin.get(FILES).body["data"]) == 1

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"name": "许可证.exe"}, "file_name_unlike_type"),
            ({"name": "a/b.pdf"}, "file_name_not_usable"),
            ({"content_type": "application/zip"}, "file_type_not_taken"),
            ({"kind": "picture"}, "file_type_not_taken"),
            ({"size": 0}, "file_empty"),
            ({"size": 11_000_000}, "upload_too_large"),
            ({"size": -1}, "invalid_request"),
            ({"kind": "song"}, "invalid_request"),
        ],
    )
    def test_refuses_what_is_not_taken(self, district: District, changes: dict[str, Any], code: str) -> None:
        district.refuses(
            district.admin,
            lambda door: door.post(UPLOADS, {**ASKED, **changes}, key="upload-0001"),
            422,
            code,
            but=["edge"],
        )

    def test_is_for_the_schools_administrator(self, district: District) -> None:
        for door, status in ((district.nobody, 401), (district.guardian, 403), (district.teacher, 403)):
            assert door.post(UPLOADS, ASKED, key="upload-0001").status == status


class TestSchoolFiles:
    def test_say_what_became_of_each_and_why(self, district: District) -> None:
        examples.handed_in(an_id("fil", 1), examples.a_photo(), **examples.JPEG)
        examples.handed_in(an_id("fil", 2), EICAR)

        refused, kept = district.admin.get(FILES).body["data"]
        assert (kept["status"], kept["reason"], len(kept["sha256"])) == ("accepted", None, 64)
        assert (refused["status"], refused["reason"]["code"], refused["sha256"]) == ("refused", "file_malicious", None)
        english = district.admin.with_headers(accept_language="en").get(f"{FILES}/{an_id('fil', 2)}")
        assert english.body["reason"]["message"] == "Malicious content was found: Eicar-Signature."

    def test_come_by_pages(self, district: District) -> None:
        for number in (1, 2, 3):
            examples.asked(an_id("fil", number))

        first = district.admin.get(f"{FILES}?limit=2").body
        rest = district.admin.get(f"{FILES}?limit=2&cursor={first['next_cursor']}").body
        assert (len(first["data"]), len(rest["data"]), rest["next_cursor"]) == (2, 1, None)


class TestContent:
    def test_is_at_a_short_lived_address(self, district: District) -> None:
        examples.handed_in()

        told = district.admin.get(f"{FILES}/{FILE}/content")

        assert told.status == 303
        assert f"/{FILE}/" in told.headers["location"]
        assert "X-Amz-Expires=120" in told.headers["location"]

    def test_of_what_was_not_accepted_is_not_given(self, district: District) -> None:
        examples.handed_in(content=EICAR)

        district.refuses(district.admin, lambda door: door.get(f"{FILES}/{FILE}/content"), 409, "file_not_kept")

    @pytest.mark.parametrize("path", ["", "/content"])
    def test_of_another_school_is_not_there(self, district: District, path: str) -> None:
        examples.handed_in()
        other = district.nobody.with_headers(authorization=admin_bearer(InstitutionId(an_id("ins", 2))))

        district.refuses(other, lambda door: door.get(f"{FILES}/{FILE}{path}"), 404, "unknown_file")
        district.refuses(district.admin, lambda door: door.get(f"{FILES}/fil_1{path}"), 404, "unknown_file")
        assert other.get(FILES).body["data"] == []
