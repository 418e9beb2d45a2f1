"""The lists of those who may not teach, in the console: two people, search, files of serving teachers, what is seen."""

from typing import Any

import pytest

from functions.edge import personnel_acts, wiring
from shared.people.model import StaffRole
from shared.personnel import store
from shared.personnel.model import ListName
from shared.personnel.store import imports
from tests import steps, tables
from tests.builders import NOW, SCHOOL, TODAY
from tests.console.visitors import Visitor, addresses_in, sign_in, text_of
from tests.edge.doors import Clock
from tests.personnel.examples import NUMBER, OTHER, blacklisted, serving

PAGE = "/console/personnel"
PROPOSAL = "/console/personnel-blacklisting"
IMPORTS = "/console/personnel-imports"
FORM = {
    "qualification_no": "2026-3700-0000-00002",
    "name": "季示例",
    "reason": "体罚学员",
    "evidence": "处理决定<b>7号",
}

pytestmark = pytest.mark.usefixtures("registered")


@pytest.fixture
def registered(in_memory: Any) -> None:
    def put() -> None:
        personnel_acts.note_teachers(steps.register(), now=NOW)

    tables.put_in_memory(__name__, put)


@pytest.fixture
def reviewer() -> Visitor:
    return sign_in("reviewer", StaffRole.REVIEWER)


def approve(who: Visitor, answer: Any) -> Any:
    assert answer.status == 303, text_of(answer)
    return who.post(f"{answer.headers['location'].partition('?')[0]}/decision", {"decision": "approve"})


class TestTwoPeople:
    def test_a_reviewer_proposes_and_a_supervisor_approves(self, reviewer: Visitor, supervisor: Visitor) -> None:
        proposed = reviewer.post(PROPOSAL, {**FORM, "until": "2027-06-30"})
        assert store.get(OTHER).blacklisting is None
        assert "季示例" in text_of(supervisor.get(proposed.headers["location"]))
        assert "全区" in text_of(supervisor.get("/console/approvals"))

        assert approve(supervisor, proposed).status == 303

        told = text_of(supervisor.get(f"{PAGE}/{OTHER}"))
        for words in ("从业人员黑名单", "2027-06-30", "体罚学员", "处理决定<b>7号", "没有机构公示其任教"):
            assert words in told
        assert "Personnel blacklist" in text_of(supervisor.in_english().get(f"{PAGE}/{OTHER}"))

    def test_who_proposed_does_not_approve_and_a_reviewer_never(self, reviewer: Visitor, supervisor: Visitor) -> None:
        assert approve(supervisor, supervisor.post(PROPOSAL, FORM)).status == 403
        assert approve(reviewer, supervisor.post(PROPOSAL, {**FORM, "reason": "虐待"})).status == 403
        assert store.get(OTHER).blacklisting is None

    def test_two_that_propose_the_same_list_once(self, reviewer: Visitor, supervisor: Visitor) -> None:
        one, other = reviewer.post(PROPOSAL, FORM), reviewer.post(PROPOSAL, {**FORM, "reason": "虐待"})
        assert approve(supervisor, one).status == 303

        answer = approve(supervisor, other)

        assert (answer.status, "已在这份名单上" in text_of(answer)) == (409, True)
        assert store.get(OTHER).changes == 1

    def test_removal(self, reviewer: Visitor, supervisor: Visitor) -> None:
        blacklisted(now=wiring.now())
        address = f"{PAGE}/{OTHER}/delisting"
        assert "移出人员名单" in text_of(reviewer.get(f"{address}?list=blacklist"))
        proposed = reviewer.post(address, {"list": "blacklist", "reason": "复核后撤销"})

        assert approve(supervisor, proposed).status == 303

        assert store.get(OTHER).blacklisting is None
        assert "移出 · 从业人员黑名单" in text_of(supervisor.get(f"{PAGE}/{OTHER}"))

    @pytest.mark.parametrize(
        ("form", "words"),
        [
            ({"qualification_no": "12345"}, "资格证号应为6至40位"),
            ({"name": " "}, "请填写姓名"),
            ({"evidence": ""}, "请写明依据"),
            ({"until": "2026-09-01"}, "须晚于今日"),
            ({"until": "明年"}, "到期日应为"),
            ({"reason": " "}, "请填写理由"),
        ],
    )
    def test_what_is_wrong_is_said_and_the_rest_is_kept(
        self, reviewer: Visitor, form: dict[str, str], words: str
    ) -> None:
        answer = reviewer.post(PROPOSAL, {**FORM, **form})

        assert (answer.status, words in text_of(answer)) == (422, True)
        assert form.get("evidence") == "" or "处理决定&lt;b&gt;7号" in answer.text

    @pytest.mark.parametrize(("named", "status"), [("serving", 409), ("nonsense", 422), ("", 422)])
    def test_there_is_nothing_to_take_off(self, reviewer: Visitor, named: str, status: int) -> None:
        blacklisted(now=wiring.now())

        assert reviewer.post(f"{PAGE}/{OTHER}/delisting", {"list": named, "reason": "撤销"}).status == status


class TestWhoMaySee:
    def test_auditors_read_and_are_offered_nothing(self) -> None:
        blacklisted(now=wiring.now())
        auditor = sign_in("auditor", StaffRole.AUDITOR)

        for path in (PAGE, f"{PAGE}/{OTHER}"):
            assert not {
                one for one in addresses_in(auditor.get(path)) if "listing" in one.removeprefix("/console/listings")
            }
        for path in (PROPOSAL, IMPORTS, f"{PAGE}/{OTHER}/delisting"):
            assert auditor.get(path).status == 403
        assert auditor.post(PROPOSAL, FORM).status == 403

    def test_finance_officers_do_not(self) -> None:
        officer = sign_in("finance", StaffRole.FINANCE_OFFICER)

        for path in (PAGE, f"{PAGE}/{NUMBER}", "/console/personnel.csv"):
            assert officer.get(path).status == 403
        assert not {one for one in addresses_in(officer.get("/console/listings")) if "personnel" in one}

    @pytest.mark.parametrize("number", ["20269999", "1", "%22%3E%3Cscript%3E", "imports"])
    def test_nobody_is_404(self, supervisor: Visitor, number: str) -> None:
        assert supervisor.get(f"{PAGE}/{number}").status == 404


class TestLists:
    def test_are_empty_and_say_so(self, supervisor: Visitor) -> None:
        for of in (*ListName, "published", "nonsense"):
            assert "名单上没有人员" in text_of(supervisor.get(f"{PAGE}?of={of}"))
        assert "Nobody is on this list" in text_of(supervisor.in_english().get(PAGE))

    def test_have_pages(self, supervisor: Visitor) -> None:
        serving(*(f"2026{number:07d}" for number in range(21)))

        first = supervisor.get(f"{PAGE}?of=serving")
        [following] = [one for one in addresses_in(first) if "cursor" in one]

        assert first.text.count("<tr>\n") == 20
        assert supervisor.get(following).text.count("<tr>\n") == 1
        assert supervisor.get(f"{PAGE}?cursor=abc").status == 422

    @pytest.mark.parametrize(
        ("asked", "found"),
        [
            ("2026-3700-0000-00002", True),
            ("季%20示例", True),
            ("季示", False),
            ("20263700000000009", False),
            ("%22%3E%3Cscript%3E", False),
        ],
    )
    def test_are_searched_by_number_and_whole_name(self, supervisor: Visitor, asked: str, found: bool) -> None:
        blacklisted(now=wiring.now())

        answer = supervisor.get(f"{PAGE}?q={asked}")

        assert (answer.status, f"{PAGE}/{OTHER}" in addresses_in(answer)) == (200, found)
        assert "<script>" not in answer.text
        assert ("没有找到" in text_of(answer)) is not found

    def test_csv_names_nobody(self, supervisor: Visitor) -> None:
        blacklisted(evidence="=1+1", now=wiring.now())
        serving(OTHER)

        told = supervisor.get("/console/personnel.csv").text

        assert OTHER in told
        assert "'=1+1" in told
        assert "季示例" not in told
        assert told.count("\r\n") == 2
        assert "在职中小学教师名册" in supervisor.get("/console/personnel.csv?of=serving").text


class TestPublishedOnes:
    def test_are_seen_on_the_first_page_and_at_the_school(self, supervisor: Visitor) -> None:
        before = text_of(supervisor.get(f"/console/schools/{SCHOOL}"))
        blacklisted(NUMBER, now=wiring.now())

        assert "公示的教师" not in before
        assert "公示的教师 鲁示例 在名单上，机构须撤下" in text_of(supervisor.get(f"/console/schools/{SCHOOL}"))
        assert "从业人员黑名单" in text_of(supervisor.get(f"/console/schools/{SCHOOL}/profile"))
        assert f"/console/schools/{SCHOOL}/profile" in addresses_in(supervisor.get(f"{PAGE}?of=published"))
        assert f"{PAGE}?of=published" in addresses_in(supervisor.get("/console"))
        assert "has to withdraw" in text_of(supervisor.in_english().get(f"/console/schools/{SCHOOL}"))


class TestImport:
    @pytest.mark.parametrize("encoding", ["utf-8-sig", "gbk"])
    def test_takes_a_file_over(self, reviewer: Visitor, at: Clock, encoding: str) -> None:
        content = f"姓名,资格证号\r\n鲁示例,{NUMBER}\r\n临示例,{OTHER}\r\n".encode(encoding)

        for added in (2, 0):
            assert reviewer.upload(IMPORTS, content).headers["location"] == f"{IMPORTS}?done=serving_imported"
            told = imports.list_page(limit=1, cursor=None).rows[0]
            assert (told.file_name, told.lines, told.done, told.added) == ("名册.csv", 2, 2, added)
            at.pass_by(minutes=1)

        person = store.get(NUMBER)
        assert person.barred_by(TODAY) == (ListName.SERVING,)
        assert person.serving is not None
        assert person.serving.name == "鲁示例"
        assert "名册.csv" in text_of(reviewer.get(IMPORTS))

    def test_with_wrong_lines_names_them_and_takes_nothing_over(self, reviewer: Visitor) -> None:
        before = tables.dump_memory(but=("people",))
        content = f"姓名,资格证号\n临示例,{OTHER}\n,{NUMBER}\n王,2.02637E+16\n".encode()

        answer, english = reviewer.upload(IMPORTS, content), reviewer.in_english().upload(IMPORTS, content)

        assert (answer.status, english.status) == (422, 422)
        assert "有 2 行不符合要求，整个文件未导入。" in text_of(answer)
        assert "3 请填写姓名" in text_of(answer)
        assert "4 The number of a qualification has 6 to 40" in text_of(english)
        assert tables.dump_memory(but=("people",)) == before

    def test_with_many_wrong_lines_shows_the_first_hundred(self, reviewer: Visitor) -> None:
        answer = reviewer.upload(IMPORTS, "姓名,资格证号\n".encode() + b"a,1\n" * 250)

        assert "还有 150 行" in text_of(answer)

    @pytest.mark.parametrize(
        ("content", "words"),
        [(b"", "请选择文件"), (b"\x00\x01\xff", "无法读取"), (b"a,b\n" + b"x" * 530_000 + b",1", "文件过大")],
    )
    def test_of_what_is_no_list_is_refused(self, reviewer: Visitor, content: bytes, words: str) -> None:
        answer = reviewer.upload(IMPORTS, content)

        assert (answer.status, words in text_of(answer)) == (422, True)

    def test_needs_her_token_and_a_form_that_can_be_read(self, reviewer: Visitor) -> None:
        good = f"姓名,资格证号\n临示例,{OTHER}\n".encode()
        assert reviewer.upload(IMPORTS, good, csrf="forged").status == 403
        assert reviewer.upload(IMPORTS, b"x" * 1_100_000).status == 422
        broken = reviewer.with_headers(content_type="multipart/form-data; boundary=other")
        assert broken.post(IMPORTS, b"--edge\r\n\r\n--edge--").status == 422
        assert reviewer.post(IMPORTS, {}).status == 422
        assert store.get(OTHER).serving is None
