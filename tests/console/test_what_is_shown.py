"""Alerts, suspense, what is unhandled, the policy, the search: each shows what is stored, and nothing else."""

import csv
import io
import json
from urllib.parse import urlencode

import pytest

from functions.console import alert_list, alert_words, unhandled
from functions.edge import parked
from shared.alerts import usecases as alerts
from shared.alerts.model import Alert, Rule, Severity
from shared.alerts.store import add
from shared.bank import store as bank
from shared.bank.store import Outcome
from shared.funds import usecases as funds
from shared.funds.store import entries, sweeps
from shared.kernel.ids import AlertId
from shared.messages import usecases as messages
from shared.people.model import StaffRole
from tests import builders, steps
from tests.builders import ENROLMENT, NOW, POLICY, SCHOOL
from tests.console.visitors import Visitor, addresses_in, sign_in, text_of
from tests.messages.examples import a_message

pytestmark = pytest.mark.usefixtures("in_memory")

HOSTILE = "<script>alert(1)</script>"
FIGURES: dict[Rule, dict[str, int | str]] = {
    Rule.UNMATCHED_DEPOSIT: {"reference": "BK000001", "suspense_fen": 88_000, "reason": "unknown_reference"},
    Rule.DEPOSIT_REVERSED: {"reference": "BK000002", "original": "BK000001", "reversed_fen": 88_000},
    Rule.MONEY_MISSING: {"reference": "BK000002", "missing_fen": 66_700},
    Rule.LARGE_OUTFLOW: {"outflow_fen": 6_000_000, "balance_before_fen": 18_000_000, "share_percent": 33},
    Rule.LARGE_PAYOUT: {"payout_fen": 6_000_000, "receipts_fen": 18_000_000, "share_percent": 33},
    Rule.MINIMUM_BALANCE_LOW: {"balance_fen": 12_000_000, "required_fen": 15_000_000, "share_percent": 80},
    Rule.INTEREST_DIFFERS: {"reference": "BKI00001", "amount_fen": 100, "expected_fen": 19, "difference_fen": 81},
    Rule.MINIMUM_OVERDUE: {"short_fen": 1_000, "since": "2026-09-01", "due_on": "2026-09-15"},
    Rule.VALIDITY_ENDING: {"kind": "fire_safety", "named": "11", "last_day": "2026-10-15", "stops_sales": 1},
    Rule.INSPECTION_FAILED: {"year": 2026, "decision_no": "2026-0001", "reason": "消防通道堵塞"},
    Rule.INSPECTION_OVERDUE: {"year": 2026, "state": "draft", "due_on": "2026-10-15"},
    Rule.LISTED_TEACHER: {
        "qualification_no": "20263700",
        "name": "季示例",
        "on_list": "blacklist",
        "since": "2026-09-01T10:00:00+08:00",
        "teacher_id": builders.TEACHER,
    },
    Rule.TEACHER_IN_TWO_PLACES: {
        "qualification_no": "20263700",
        "place": "星河舞蹈 校本部",
        "starts_at": "2026-09-01T10:00:00+08:00",
        "ends_at": "2026-09-01T11:00:00+08:00",
        "other_place": "海棠书法 二校区",
        "other_starts_at": "2026-09-01T10:30:00+08:00",
        "other_ends_at": "2026-09-01T11:30:00+08:00",
    },
    Rule.PRIVATE_PAYMENT: {"report_id": "ppr_00000000000000000000000001"},
    Rule.WECHAT_DIFFERS: {
        "out_trade_no": "00000000000000000000000001-1",
        "what": "amount",
        "agreed": "288000",
        "told": "288100",
    },
    Rule.WECHAT_UNSETTLED: {
        "out_trade_no": "00000000000000000000000001-1",
        "amount_fen": 288_000,
        "paid_on": "2026-09-01",
        "settle_by": "2026-09-04",
    },
    Rule.WECHAT_REFUND_STUCK: {
        "payment_id": "ref_0000000000000000000000000101-1",
        "out_trade_no": "00000000000000000000000001-1",
        "amount_fen": 288_000,
        "why": "abnormal",
        "said": "",
    },
    Rule.REFERENCE_CONFLICT: {"reference": "BK000001", "posted_fen": 100, "sent_fen": 200},
    Rule.RECONCILIATION_BREAK: {
        "kind": "custody",
        "account_no": "8000000011",
        "day": "2026-09-01",
        "ledger_fen": 1_000,
        "closing_fen": 1_100,
    },
}


def an_alert(number: int = 1, *, rule: Rule = Rule.UNMATCHED_DEPOSIT, school: str = SCHOOL) -> Alert:
    institution_id = builders.a_school().institution_id if school == SCHOOL else builders.a_school(2).institution_id
    return Alert(
        AlertId(builders.an_id("alt", number)),
        rule,
        Severity.RED,
        institution_id,
        f"bank#BK{number}/entry",
        FIGURES[rule],
        "> 30 %",
        POLICY.version,
        NOW,
    )


class TestAlerts:
    @pytest.mark.parametrize(
        ("rule", "zh", "en"),
        [
            (Rule.UNMATCHED_DEPOSIT, "¥880.00 转入待查款：附言中没有可识别的报名编号", "¥880.00 went to suspense"),
            (Rule.DEPOSIT_REVERSED, "冲正了入账 BK000001，共 ¥880.00", "reversed deposit BK000001 of ¥880.00"),
            (Rule.MONEY_MISSING, "有 ¥667.00 已退费或退回", "¥667.00 of reversal BK000002"),
            (Rule.LARGE_OUTFLOW, "¥60,000.00，占支出前余额 ¥180,000.00 的 33%", "33% of the ¥180,000.00"),
            (Rule.MINIMUM_BALANCE_LOW, "¥120,000.00，为核定 ¥150,000.00 的 80%", "80% of the ¥150,000.00 required"),
            (
                Rule.MINIMUM_OVERDUE,
                "自 2026-09-01 起缺 ¥10.00，应于 2026-09-15 前补足",
                "short of ¥10.00 since 2026-09-01",
            ),
            (Rule.LISTED_TEACHER, "公示的教师（资格证号 20263700）", "on the list “Personnel blacklist”"),
            (Rule.TEACHER_IN_TWO_PLACES, "在海棠书法 二校区上课", "at 海棠书法 二校区 from 2026-09-01T10:30:00"),
            (Rule.RECONCILIATION_BREAK, "银行期末 ¥11.00，台账 ¥10.00", "closes with ¥11.00, the ledger with ¥10.00"),
            (Rule.REFERENCE_CONFLICT, "已按 ¥1.00 入账，银行又以同一流水发来 ¥2.00", "sent it again with ¥2.00"),
        ],
    )
    def test_each_says_why_it_fired_with_the_figures_of_then(self, rule: Rule, zh: str, en: str) -> None:
        assert zh in alert_words.why(an_alert(rule=rule), "zh")
        assert en in alert_words.why(an_alert(rule=rule), "en")

    def test_every_rule_has_its_sentence(self) -> None:
        assert all(alert_words.why(an_alert(rule=rule), "zh") for rule in Rule)

    def test_level_is_a_word_not_a_colour_only(self, supervisor: Visitor) -> None:
        steps.register()
        add(an_alert())

        shown = text_of(supervisor.get("/console/alerts"))

        assert "▲ 高 星河舞蹈0001 入账无法匹配报名" in shown
        assert f"规则 {POLICY.version}" in shown

    def test_goes_on_page_by_page(self, supervisor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(alert_list, "PAGE", 1)
        for number in (1, 2):
            add(an_alert(number))

        first = supervisor.get("/console/alerts")
        (address,) = {one for one in addresses_in(first) if "cursor=" in one}
        second = supervisor.get(address)

        assert [builders.an_id("alt", 2) in page.text for page in (first, second)] == [True, False]
        assert [builders.an_id("alt", 1) in page.text for page in (first, second)] == [False, True]

    def test_of_one_school_only_when_asked_for(self, supervisor: Visitor) -> None:
        steps.register(1)
        steps.register(2)
        add(an_alert(1))
        add(an_alert(2, school="other"))

        answer = supervisor.get(f"/console/alerts?school={SCHOOL}")

        assert builders.an_id("alt", 1) in answer.text
        assert builders.an_id("alt", 2) not in answer.text
        assert supervisor.get("/console/alerts?school=district").status == 404

    def test_the_file_has_them_all_and_no_formula(self, supervisor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
        steps.register(name="@SUM(1)")
        for number in (1, 2):
            add(an_alert(number))

        answer = supervisor.in_english().get("/console/alerts.csv")

        rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
        assert [row["institution"] for row in rows] == ["'@SUM(1)", "'@SUM(1)"]
        assert rows[0]["threshold"] == "> 30 %"


class TestSuspense:
    def test_shows_what_matched_nothing_by_school_and_one_by_one(self, supervisor: Visitor) -> None:
        steps.register()
        fact = builders.a_deposit(880, remittance="书法班", payer_name="示例家长")
        funds.post_deposit(fact=fact, account=builders.a_tuition_account(), now=NOW)
        steps.count_all()

        shown = text_of(supervisor.get("/console/suspense"))

        assert "星河舞蹈0001 ¥8.80" in shown
        assert "附言中没有可识别的报名编号 付款人 示** ¥8.80 BK000001" in shown

    def test_money_that_left_without_an_instruction_is_red(self, supervisor: Visitor) -> None:
        steps.register()
        funds.post_withdrawal(fact=builders.a_withdrawal(500), account=builders.a_tuition_account(), now=NOW)
        steps.count_all()

        answer = supervisor.get("/console/suspense")

        assert "没有指令的支出 -¥5.00" in text_of(answer)
        assert 'class="card tile red"' in answer.text
        assert "▲ 急办 有待查款的机构" in text_of(supervisor.get("/console"))

    def test_without_any_it_says_so(self, supervisor: Visitor) -> None:
        assert "没有待查款" in text_of(supervisor.get("/console/suspense"))


class TestUnhandled:
    def test_a_parked_record_is_shown_whole_and_counted(self, supervisor: Visitor) -> None:
        parked.park("keep_totals", {"eventID": "e1", "what": HOSTILE}, f"KeyError: {HOSTILE}", now=NOW)

        answer = supervisor.get("/console/unhandled")

        assert "<script>alert" not in answer.text
        assert "▲ 1 函数 时间 原因 keep_totals" in text_of(answer)
        assert json.dumps(HOSTILE) in text_of(answer)
        assert "未能处理的记录和今日被拒的银行消息 1" in text_of(supervisor.get("/console"))

    def test_what_wechat_did_not_deliver_is_shown_on_its_day_and_counted(self, supervisor: Visitor) -> None:
        message = a_message()
        messages.post(message=message)
        messages.note_undeliverable(message=message, why="43101 user refuse", takes_none=True, now=NOW)

        shown = text_of(supervisor.get("/console/unhandled"))
        assert "课时争议成立" in shown
        assert "43101 user refuse" in shown
        assert "课时争议成立" not in supervisor.get("/console/unhandled?day=2026-08-31").text
        assert "今日微信未能送达的消息 1" in text_of(supervisor.get("/console"))

    def test_parked_records_go_on_page_by_page(self, supervisor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(unhandled, "PAGE", 1)
        for number in (1, 2):
            parked.park("keep_totals", {"eventID": f"e{number}"}, "KeyError: 'x'", now=NOW)

        first = supervisor.get("/console/unhandled")
        (address,) = {one for one in addresses_in(first) if "parked=" in one}

        assert "<code>e2</code>" in supervisor.get(address).text

    def test_a_refused_message_is_shown_as_it_came_on_its_day(self, supervisor: Visitor) -> None:
        body = f'{{"type": "{HOSTILE}"}}'.encode()
        bank.keep_refused(bank.Letter("msg_1", "d1", body, NOW, Outcome.REFUSED, "wrong_bank_message"))

        today = supervisor.get("/console/unhandled")

        assert "msg_1 wrong_bank_message" in text_of(today)
        assert HOSTILE in text_of(today)
        assert "<script>alert" not in today.text
        assert "msg_1" not in supervisor.get("/console/unhandled?day=2026-08-31").text

    def test_a_message_that_is_no_text_is_shown_too(self, supervisor: Visitor) -> None:
        letter = bank.Letter("msg_2", "d2", b"\xff\x00", NOW, Outcome.REFUSED, "bad_signature")
        bank.keep_refused(letter, signed=False)

        assert "/wA=" in text_of(supervisor.get("/console/unhandled"))

    @pytest.mark.parametrize("day", ["2026-09-02", "1999-12-31", "yesterday", "2026-02-30"])
    def test_a_day_that_is_none_is_not_there(self, supervisor: Visitor, day: str) -> None:
        assert supervisor.get(f"/console/unhandled?day={day}").status == 404

    def test_repairs_of_the_sweep_are_counted(self, supervisor: Visitor) -> None:
        sweeps.keep({"lessons_released": 2, "alerts_raised": 1}, now=NOW)

        assert "上次夜间巡检补做 自 2026-09-01 10:00 3" in text_of(supervisor.get("/console"))
        assert "2026-09-01 10:00 2 0 0 1" in text_of(supervisor.get("/console/unhandled"))


class TestPolicy:
    def test_shows_each_number_with_its_source(self, supervisor: Visitor) -> None:
        shown = text_of(supervisor.get("/console/policy"))

        assert f"规则 {POLICY.version} ✓ 现行" in shown
        assert "一次性收费不超过5000元 ¥5,000.00 ✓ 已公布的规定 max_amount_fen" in shown
        assert "报名后72小时内未付款自动取消 72 小时 ● 本系统假定 unpaid_hours" in shown
        assert all(figure.note_zh in shown for figure in POLICY.figures)

    def test_a_version_that_there_is_not_is_not_shown(self, supervisor: Visitor) -> None:
        assert supervisor.get("/console/policy?version=linzi-1999.1").status == 404


class TestSearch:
    @pytest.fixture(autouse=True)
    def _two_schools(self, in_memory: object) -> None:
        steps.register(1)
        steps.register(2)
        steps.register(3, licence_no="教民137030570000019")
        steps.open_account(paid_fen=1000)

    @pytest.mark.parametrize(
        ("text", "path"),
        [
            ("0001", f"/console/schools/{SCHOOL}"),
            (SCHOOL, f"/console/schools/{SCHOOL}"),
            (SCHOOL.lower(), f"/console/schools/{SCHOOL}"),
            (builders.a_school().credit_code.lower(), f"/console/schools/{SCHOOL}"),
            (builders.a_school().accounts.tuition_account_no, f"/console/schools/{SCHOOL}"),
            (ENROLMENT, f"/console/enrolments/{ENROLMENT}"),
            (f"学费 {ENROLMENT[4:].lower()}", f"/console/enrolments/{ENROLMENT}"),
            ("BK000001-1000", f"/console/enrolments/{ENROLMENT}"),
            (f"pay_{SCHOOL[4:]}000001", f"/console/schools/{SCHOOL}"),
            ("3703057000001", f"/console/schools/{SCHOOL}"),
            ("３７０３０５７０００００１", f"/console/schools/{SCHOOL}"),
            ("教民137030570000019", f"/console/schools/{builders.an_id('ins', 3)}"),
            (" 教民 137030570000019号 ", f"/console/schools/{builders.an_id('ins', 3)}"),
            ("", "/console/schools"),
        ],
    )
    def test_goes_straight_to_what_is_meant(self, supervisor: Visitor, text: str, path: str) -> None:
        answer = supervisor.get(f"/console/search?{urlencode({'q': text})}")

        assert (answer.status, answer.headers.get("location")) == (303, path)

    def test_several_are_listed(self, supervisor: Visitor) -> None:
        answer = supervisor.get("/console/search?q=%E6%98%9F%E6%B2%B3")

        assert answer.status == 200
        assert {f"/console/schools/{builders.an_id('ins', number)}" for number in (1, 2)} <= addresses_in(answer)

    @pytest.mark.parametrize(
        "text",
        ["nobody", HOSTILE, "3703057000009", "教民137030570000018", "enr_" + "0" * 26, "9" * 30, "' OR 1=1", "x" * 500],
    )
    def test_nothing_found_says_so(self, supervisor: Visitor, text: str) -> None:
        answer = supervisor.get(f"/console/search?{urlencode({'q': text})}")

        assert answer.status == 404
        assert "没有找到" in text_of(answer)
        assert "<script>alert" not in answer.text

    def test_is_for_everyone_of_the_staff(self) -> None:
        assert sign_in("reviewer", StaffRole.REVIEWER).get("/console/search?q=0001").status == 303


class TestAlertsOfTheLedger:
    def test_what_a_strange_deposit_raises_is_on_the_first_page(self, supervisor: Visitor) -> None:
        steps.register()
        fact = builders.a_deposit(880, remittance="书法班")
        posting = funds.post_deposit(fact=fact, account=builders.a_tuition_account(), now=NOW)
        alerts.consider(fact=entries.moved(posting.entry), policy=POLICY)

        assert "¥8.80 转入待查款" in text_of(supervisor.get("/console"))
