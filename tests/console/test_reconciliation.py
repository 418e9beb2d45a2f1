"""Reconciliation in the console: accounts by day, a statement, the breaks and who sees to them."""

from datetime import timedelta
from typing import Any

import pytest

from functions.console import break_words, reconciliation
from functions.edge import files
from functions.files import reconcile_statement
from functions.schedules import expect_statements
from shared.people.model import StaffRole
from shared.people.store import staff as staff_store
from shared.reconciliation.model import Break, BreakKind, BreakState
from shared.reconciliation.store import breaks as break_store
from tests import steps, tables
from tests.builders import NOW, TODAY, TUITION_NO
from tests.console.visitors import Visitor, addresses_in, heading_of, sign_in, text_of
from tests.edge.doors import Clock
from tests.people import examples
from tests.schedules import running
from tests.statements import a_file, a_line, a_statement

HOME = "/console/reconciliation"
STATEMENT = f"{HOME}/statements/{TUITION_NO}/{TODAY}"

pytestmark = pytest.mark.usefixtures("reconciled", "hurried")


@pytest.fixture
def reconciled(in_memory: Any, at: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """Yesterday's statement of the tuition account opens a yuan too high; that of the minimum balance is missing."""
    at.now = NOW + timedelta(days=1)
    told = a_file(a_statement(a_line(), opening_fen=100))
    monkeypatch.setattr(files, "fetch", lambda of, key, at_most: told)

    def put() -> None:
        steps.register()
        steps.open_account()
        reconcile_statement.read_file("camt.053/1.xml")
        running.run(expect_statements.expect_statements)

    tables.put_in_memory(__name__, put)


@pytest.fixture
def finance(reconciled: None) -> Visitor:
    return sign_in("finance", StaffRole.FINANCE_OFFICER)


def custody() -> Break:
    [found] = [one for one in break_store.list_breaks_of(TUITION_NO, TODAY) if one.finding.kind == "custody"]
    return found


def page() -> str:
    return f"{HOME}/breaks/{TUITION_NO}/{TODAY}/{custody().break_id}"


class TestShowReconciliation:
    def test_every_account_has_its_days(self, finance: Visitor) -> None:
        answer = finance.get(HOME)

        assert "星河舞蹈0001 学费" in text_of(answer)
        assert STATEMENT in addresses_in(answer)
        assert "待查 2" in text_of(answer)

    def test_a_reviewer_may_not_see_it(self, reconciled: None) -> None:
        assert sign_in("reviewer", StaffRole.REVIEWER).get(HOME).status == 403

    def test_the_first_page_says_how_many_breaks_there_are(self, finance: Visitor) -> None:
        assert "对账差异和缺失的对账单" in text_of(finance.get("/console"))

    @pytest.mark.parametrize("until", ["x", "2026-13-01"])
    def test_a_day_that_is_none_is_404(self, finance: Visitor, until: str) -> None:
        assert finance.get(f"{HOME}?until={until}").status == 404


class TestShowStatement:
    def test_says_what_became_of_each_line(self, finance: Visitor) -> None:
        told = text_of(finance.get(STATEMENT))

        assert "银行期末 ¥11.00 台账期末 ¥10.00" in told
        assert "BK000001 DEPOSIT 示** 学费" in told
        assert "补记" in told
        assert "示例家长" not in told

    def test_of_a_day_without_one_is_404(self, finance: Visitor) -> None:
        assert finance.get(f"{HOME}/statements/{TUITION_NO}/2026-01-01").status == 404


class TestBreaks:
    def test_are_listed_by_state_kind_and_owner(self, finance: Visitor) -> None:
        told = text_of(finance.get(f"{HOME}/breaks"))
        assert "银行期末 ¥11.00，台账 ¥10.00" in told
        assert "这一天的对账单没有收到" in told
        assert "没有收到" not in text_of(finance.get(f"{HOME}/breaks?kind=custody"))
        assert "没有差异" in text_of(finance.get(f"{HOME}/breaks?mine=1"))
        assert "没有差异" in text_of(finance.get(f"{HOME}/breaks?state=resolved"))

    def test_a_filter_is_asked_of_all_of_them_not_of_a_page(
        self, finance: Visitor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The oldest is the custody's; a page has one line, and the second kind is all the same on the first page."""
        monkeypatch.setattr(reconciliation, "PAGE", 1)

        assert "没有收到" in text_of(finance.get(f"{HOME}/breaks?kind=missing"))
        assert "没有收到" not in text_of(finance.get(f"{HOME}/breaks?kind=custody"))
        assert "cursor=" not in finance.get(f"{HOME}/breaks?kind=missing").text
        [more] = [one for one in addresses_in(finance.get(f"{HOME}/breaks")) if "cursor=" in one]
        assert finance.get(f"{more}&kind=custody").status == 422

    def test_as_a_file(self, finance: Visitor) -> None:
        answer = finance.get(f"{HOME}/breaks.csv")

        assert "银行期末 ¥11.00，台账 ¥10.00" in answer.text
        assert len(answer.text.splitlines()) == 3

    def test_one_is_taken_then_explained(self, finance: Visitor) -> None:
        assert finance.post(f"{page()}/taking").status == 303
        assert custody().owner == "finance"
        assert finance.post(f"{page()}/settlement", {"becomes": "explained", "reason": "开户余额<b>"}).status == 303

        assert (custody().state, custody().reason) == (BreakState.EXPLAINED, "开户余额<b>")
        answer = finance.get(f"{page()}?done=break_settled")
        assert "期末 ¥11.00" in text_of(answer)
        assert "余额不符" in heading_of(answer)
        assert "开户余额&lt;b&gt;" in answer.text

    def test_one_is_given_to_somebody_on_the_staff(self, finance: Visitor) -> None:
        staff_store.add_staff(examples.a_staff(username="auditor"))

        assert finance.post(f"{page()}/taking", {"owner": "auditor"}).status == 303
        assert custody().owner == "auditor"
        assert finance.post(f"{page()}/taking", {"owner": "nobody"}).status == 422

    def test_without_a_reason_nothing_is_settled(self, finance: Visitor) -> None:
        answer = finance.post(f"{page()}/settlement", {"becomes": "resolved", "reason": " "})

        assert answer.status == 422
        assert custody().state is BreakState.OPEN

    def test_an_auditor_may_only_look(self, reconciled: None) -> None:
        auditor = sign_in("auditor", StaffRole.AUDITOR)

        assert "说明或解决" not in auditor.get(page()).text
        assert auditor.post(f"{page()}/settlement", {"becomes": "resolved", "reason": "x"}).status == 403

    def test_one_that_is_not_there_is_404(self, finance: Visitor) -> None:
        assert finance.get(f"{HOME}/breaks/{TUITION_NO}/{TODAY}/brk_0").status == 404


class TestWhy:
    @pytest.mark.parametrize("kind", BreakKind)
    @pytest.mark.parametrize("language", ["zh", "en"])
    def test_every_kind_of_break_has_its_sentence(self, kind: BreakKind, language: str) -> None:
        figures: dict[str, int | str] = {"reference": "BK1", "ledger_account": "1", "ledger_day": "x", "code": "x"}

        told = break_words.why(kind, figures, language)

        assert told
        assert "{" not in told
