"""The files of schools in the console: what became of each, where else it is, and who opened it for what."""

from datetime import timedelta
from typing import Any

import pytest

from functions.edge import files as edge_files
from infra.local.scanner_simulator import EICAR
from shared.kernel.ids import InstitutionId
from shared.materials.store import files, readings
from shared.people.model import StaffRole
from tests import steps
from tests.builders import NOW, SCHOOL, an_id
from tests.console.visitors import Visitor, addresses_in, sign_in, text_of
from tests.edge.doors import Clock
from tests.materials import examples
from tests.materials.examples import FILE

FILES = f"/console/schools/{SCHOOL}/files"
PAGE = f"/console/files/{FILE}"
OTHER = InstitutionId(an_id("ins", 2))
WHAT_FOR = {"purpose": "review", "words": "核对许可证"}


@pytest.fixture(autouse=True)
def own_client(in_memory: Any) -> Any:
    """A client of S3 that signs with the keys of the test."""
    edge_files.client.cache_clear()
    yield
    edge_files.client.cache_clear()


@pytest.fixture
def schools(in_memory: Any) -> None:
    steps.register()
    steps.register(2)


@pytest.mark.usefixtures("schools")
class TestSchoolFiles:
    def test_shows_states_reasons_and_flags(self, supervisor: Visitor) -> None:
        examples.handed_in(an_id("fil", 1))
        examples.handed_in(an_id("fil", 2), EICAR, name="毒.pdf")
        examples.handed_in(an_id("fil", 3), institution_id=OTHER)
        examples.asked(an_id("fil", 4), name="未传.pdf")

        told = text_of(supervisor.get(FILES))

        assert "检出恶意内容：Eicar-Signature" in told
        assert told.count("另一机构有相同文件") == 1
        assert "等待上传" in told
        assert "Malicious content was found" in text_of(supervisor.in_english().get(FILES))

    def test_of_a_school_without_any_says_so(self, supervisor: Visitor) -> None:
        assert "还没有文件" in text_of(supervisor.get(FILES))

    def test_is_reached_from_the_school(self, supervisor: Visitor) -> None:
        assert FILES in addresses_in(supervisor.get(f"/console/schools/{SCHOOL}"))


@pytest.mark.usefixtures("schools")
class TestFile:
    def test_shows_both_places_of_the_same_content(self, supervisor: Visitor) -> None:
        examples.handed_in(an_id("fil", 1))
        examples.handed_in(an_id("fil", 2), institution_id=OTHER, name="借来.pdf")
        examples.handed_in(an_id("fil", 3), name="再来.pdf")

        first, second = supervisor.get(PAGE), supervisor.get(f"/console/files/{an_id('fil', 2)}")

        assert "星河舞蹈0002 · 借来.pdf" in text_of(first)
        assert "本机构 再来.pdf" in text_of(first)
        assert "星河舞蹈0001 · 办学许可证.pdf" in text_of(second)
        assert f"/console/files/{an_id('fil', 2)}" in addresses_in(first)

    def test_that_nobody_knows_is_not_there(self, supervisor: Visitor) -> None:
        for path in (PAGE, "/console/files/nothing", f"{PAGE}/content"):
            assert supervisor.get(path).status == 404

    def test_of_a_refused_one_offers_no_opening(self, supervisor: Visitor) -> None:
        examples.handed_in(content=EICAR)

        assert f"{PAGE}/reading" not in addresses_in(supervisor.get(PAGE))
        assert supervisor.get(f"{PAGE}/content").status == 409
        assert supervisor.post(f"{PAGE}/reading", WHAT_FOR).status == 409
        assert readings.list_of_file(FILE, limit=9, cursor=None).rows == []


@pytest.mark.usefixtures("schools")
class TestOpening:
    def test_asks_what_for_and_records_it_first(self, supervisor: Visitor) -> None:
        examples.handed_in()
        assert supervisor.get(f"{PAGE}/content").headers["location"] == PAGE

        recorded = supervisor.post(f"{PAGE}/reading", WHAT_FOR)

        assert recorded.headers["location"] == f"{PAGE}?done=reading_recorded"
        assert "10:10 前可以打开" in text_of(supervisor.get(PAGE))
        opened = supervisor.get(f"{PAGE}/content")
        assert opened.status == 303
        assert "X-Amz-Expires=120" in opened.headers["location"]
        [reading] = readings.list_of_file(FILE, limit=9, cursor=None).rows
        assert (reading.staff_name, reading.words) == ("临示例", "核对许可证")

    def test_is_for_ten_minutes_and_for_nobody_else(self, supervisor: Visitor, at: Clock) -> None:
        examples.handed_in()
        supervisor.post(f"{PAGE}/reading", WHAT_FOR)
        at.now = NOW + timedelta(minutes=10)

        assert supervisor.get(f"{PAGE}/content").headers["location"] == PAGE

    @pytest.mark.parametrize("wrong", [{"words": " "}, {"purpose": "curiosity"}, {"words": "长" * 201}])
    def test_without_a_purpose_records_nothing(self, supervisor: Visitor, wrong: dict[str, str]) -> None:
        examples.handed_in()

        assert supervisor.post(f"{PAGE}/reading", {**WHAT_FOR, **wrong}).status == 422
        assert supervisor.get(f"{PAGE}/content").headers["location"] == PAGE

    def test_of_a_forged_form_records_nothing(self, supervisor: Visitor) -> None:
        examples.handed_in()

        assert supervisor.post(f"{PAGE}/reading", WHAT_FOR, csrf="forged").status == 403
        assert readings.list_of_file(FILE, limit=9, cursor=None).rows == []


@pytest.mark.usefixtures("schools")
class TestReadings:
    def test_are_a_page_for_auditors_by_month(self, supervisor: Visitor) -> None:
        examples.handed_in()
        supervisor.post(f"{PAGE}/reading", WHAT_FOR)
        auditor = sign_in("auditor", StaffRole.AUDITOR)

        told = text_of(auditor.get("/console/file-readings"))

        assert "临示例 办学许可证.pdf 星河舞蹈0001 审核申报材料：核对许可证" in told
        assert "本月没有查阅" in text_of(auditor.get("/console/file-readings?month=2026-08"))
        assert "Nothing was opened" in text_of(auditor.in_english().get("/console/file-readings?month=2026-08"))
        for wrong in ("2026-10", "2026-13", "x"):
            assert auditor.get(f"/console/file-readings?month={wrong}").status == 404

    def test_are_not_for_a_reviewer(self, in_memory: Any) -> None:
        assert sign_in("reviewer", StaffRole.REVIEWER).get("/console/file-readings").status == 403


@pytest.mark.usefixtures("schools")
class TestFiles:
    def test_shows_and_counts_what_waits_too_long_for_the_scanner(self, supervisor: Visitor, at: Clock) -> None:
        assert "收到的文件都已检查" in text_of(supervisor.get("/console/files"))
        files.begin(examples.asked(), sent_at=NOW)
        at.pass_by(minutes=11)

        answer = supervisor.get("/console/files")

        assert "等待检查过久 ● 1" in text_of(answer)
        assert "星河舞蹈0001" in text_of(answer)
