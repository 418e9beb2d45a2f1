"""The lists in the console: who is on them, why, what two people do, what a school's appeal comes to."""

from datetime import timedelta
from typing import Any

import pytest

from functions.edge import wiring
from shared.institutions import store as institutions
from shared.listings import store, usecases
from shared.listings.model import ListName
from shared.people.model import StaffRole
from tests import steps, tables
from tests.builders import NOW, SCHOOL
from tests.console.visitors import Visitor, addresses_in, sign_in, text_of
from tests.filings.examples import keep_file
from tests.listings.examples import put_on, school, take_off

PAGE = f"/console/schools/{SCHOOL}/listing"
WHY = {"reason": "收费不入监管账户", "evidence": "检查记录<b>2026-11号"}

pytestmark = pytest.mark.usefixtures("registered")


@pytest.fixture
def registered(in_memory: Any) -> None:
    tables.put_in_memory(__name__, lambda: steps.register(required_fen=0))


@pytest.fixture
def reviewer() -> Visitor:
    return sign_in("reviewer", StaffRole.REVIEWER)


def propose(who: Visitor, act: str, **form: str) -> Any:
    return who.post(f"{PAGE}/{act}", {**WHY, **form})


def approve(who: Visitor, answer: Any) -> Any:
    assert answer.status == 303, text_of(answer)
    return who.post(f"{answer.headers['location'].partition('?')[0]}/decision", {"decision": "approve"})


class TestListing:
    def test_every_rule_stands_there_in_both_languages(self, supervisor: Visitor) -> None:
        told = text_of(supervisor.get(PAGE))

        for words in ("办学状态正常", "许可证有效", "未列入黑名单", "资金未被冻结", "最低余额达标", "近期无红色预警"):
            assert words in told
        assert "从未列入名单" in told
        assert "It never was on a list" in text_of(supervisor.in_english().get(PAGE))

    def test_files_named_as_evidence_are_links_for_the_staff_and_not_told_to_the_public(
        self, reviewer: Visitor, supervisor: Visitor
    ) -> None:
        kept, strange = keep_file(1, SCHOOL, name="笔录.pdf"), keep_file(2, school(2))
        assert propose(reviewer, "blacklisting", **{f"file-{strange}": "yes"}).status == 422
        assert "笔录.pdf" in text_of(reviewer.get(f"{PAGE}/blacklisting"))
        approved = approve(supervisor, propose(reviewer, "blacklisting", **{f"file-{kept}": "yes"}))
        assert approved.status == 303

        [change] = store.list_history(SCHOOL, limit=9, cursor=None).rows
        assert change.files == (kept,)
        auditor = sign_in("auditor", StaffRole.AUDITOR)
        assert f"/console/files/{kept}" in addresses_in(auditor.get(PAGE))
        for public in (
            f"/v1/listings/institutions/{SCHOOL}/history",
            "/v1/listings/blacklist",
            "/v1/listings/feed.json",
        ):
            told = Visitor().get(public)
            assert told.status == 200
            assert kept not in told.text
            assert "笔录.pdf" not in told.text

    def test_auditors_read_and_are_offered_nothing(self) -> None:
        auditor = sign_in("auditor", StaffRole.AUDITOR)

        assert not {one for one in addresses_in(auditor.get(PAGE)) if one.startswith(f"{PAGE}/")}
        assert auditor.get(f"{PAGE}/blacklisting").status == 403
        assert propose(auditor, "blacklisting").status == 403

    def test_the_schools_page_says_that_it_is_barred(self, supervisor: Visitor) -> None:
        put_on(now=wiring.now())

        told = text_of(supervisor.get(f"/console/schools/{SCHOOL}"))

        assert "该机构被禁止招生：列入黑名单" in told


class TestTwoPeople:
    def test_a_reviewer_proposes_and_a_supervisor_approves(self, reviewer: Visitor, supervisor: Visitor) -> None:
        proposed = propose(reviewer, "blacklisting", until="2027-06-30")
        assert store.get(SCHOOL).on is None

        assert approve(supervisor, proposed).status == 303

        told = text_of(supervisor.get(PAGE))
        assert "黑名单" in told
        assert "检查记录<b>2026-11号" in told
        assert "2027-06-30" in told
        assert not institutions.get(SCHOOL).may_sell_on(NOW.date())

    def test_who_proposed_does_not_approve_and_a_reviewer_never(self, reviewer: Visitor, supervisor: Visitor) -> None:
        assert approve(supervisor, propose(supervisor, "blacklisting")).status == 403
        assert approve(reviewer, propose(supervisor, "whitelisting")).status == 403
        assert store.get(SCHOOL).on is None

    def test_what_is_not_eligible_is_not_proposed_for_the_white_list(self, reviewer: Visitor) -> None:
        steps.freeze()

        answer = propose(reviewer, "whitelisting")

        assert answer.status == 409
        assert "“资金未被冻结”不满足" in text_of(answer)

    def test_eligibility_that_is_lost_before_the_approval_leaves_it_open(
        self, reviewer: Visitor, supervisor: Visitor
    ) -> None:
        proposed = propose(reviewer, "whitelisting")
        steps.suspend()

        answer = approve(supervisor, proposed)

        assert (answer.status, "“办学状态正常”不满足" in text_of(answer)) == (409, True)
        assert "待批准" in text_of(supervisor.get(proposed.headers["location"].partition("?")[0]))

    @pytest.mark.parametrize(
        ("form", "words"),
        [
            ({"evidence": " "}, "请写明依据"),
            ({"until": "2026-01-01"}, "到期日须晚于今日"),
            ({"until": "明年"}, "到期日应为"),
            ({"reason": ""}, "请填写理由"),
        ],
    )
    def test_what_is_wrong_is_said_and_the_rest_is_kept(
        self, reviewer: Visitor, form: dict[str, str], words: str
    ) -> None:
        answer = propose(reviewer, "blacklisting", **form)

        assert (answer.status, words in text_of(answer)) == (422, True)

    def test_removal(self, reviewer: Visitor, supervisor: Visitor) -> None:
        put_on(now=wiring.now())

        assert approve(supervisor, propose(reviewer, "delisting")).status == 303

        assert store.get(SCHOOL).on is None
        assert "移出" in text_of(supervisor.get(PAGE))

    @pytest.mark.parametrize("act", ["delisting", "listing_appeal"])
    def test_there_is_nothing_to_take_off_or_to_answer(self, reviewer: Visitor, act: str) -> None:
        assert propose(reviewer, act, answer="upheld").status in (404, 409)

    def test_no_such_act(self, supervisor: Visitor) -> None:
        for act in ("freeze", "nonsense"):
            assert supervisor.get(f"{PAGE}/{act}").status == 404


class TestAppeals:
    @pytest.mark.parametrize(("answer", "on"), [("upheld", None), ("dismissed", ListName.BLACK)])
    def test_two_people_answer(self, reviewer: Visitor, supervisor: Visitor, answer: str, on: ListName | None) -> None:
        put_on(now=wiring.now())
        usecases.appeal(institution_id=SCHOOL, text="认定有误", by="admin", now=wiring.now())
        assert "认定有误" in text_of(supervisor.get("/console/listings?of=appeals"))
        assert "认定有误" in text_of(reviewer.get(f"{PAGE}/listing_appeal"))

        assert approve(supervisor, propose(reviewer, "listing_appeal", answer=answer)).status == 303

        assert store.get(SCHOOL).on is on
        assert "没有待答复的申诉" in text_of(supervisor.get("/console/listings?of=appeals"))

    def test_an_answer_has_to_be_chosen(self, reviewer: Visitor) -> None:
        put_on(now=wiring.now())
        usecases.appeal(institution_id=SCHOOL, text="认定有误", by="admin", now=wiring.now())

        assert propose(reviewer, "listing_appeal").status == 422


class TestLists:
    def test_each_has_its_schools_and_empty_ones_say_so(self, supervisor: Visitor) -> None:
        steps.register(2, required_fen=0)
        put_on()
        put_on(ListName.WHITE, 2)

        white, black = supervisor.get("/console/listings"), supervisor.get("/console/listings?of=black")

        assert f"/console/schools/{school(2)}/listing" in addresses_in(white)
        assert f"/console/schools/{SCHOOL}/listing" not in addresses_in(white)
        assert "不可招生" in text_of(black)
        take_off(now=NOW + timedelta(minutes=1))
        assert "名单上没有机构" in text_of(supervisor.get("/console/listings?of=black"))


class TestReentry:
    def test_the_staff_sees_whom_it_is_like_on_every_page_that_decides(
        self, reviewer: Visitor, supervisor: Visitor
    ) -> None:
        steps.register(2, required_fen=0)
        put_on(number=2, now=wiring.now())
        proposed = propose(reviewer, "whitelisting").headers["location"].partition("?")[0]

        for path in (PAGE, f"/console/schools/{SCHOOL}", proposed):
            told = text_of(supervisor.get(path))
            assert "可能是换名重来" in told
            assert "在黑名单上" in told
        assert "换名" not in text_of(supervisor.get("/verify?q=星河"))
