"""Every sample of events/samples, replayed through the code that receives it."""

import json
import re
from collections.abc import Mapping
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from app import app
from events import facts
from functions.edge import files, personnel_acts
from functions.files import check_upload, reconcile_statement
from functions.streams import keep_totals, raise_alerts, release_lesson, watch_personnel
from infra import events
from infra.local import files as local_files
from infra.local import filters, stream_delivery, trouble
from infra.local.bank_notices import Notices
from infra.local.bank_simulator import Bank
from infra.local.test_clock import TestClock
from infra.local.wechat_simulator import WeChat
from shared.alerts import store as alerts
from shared.bank import messages
from shared.bank.client import (
    MinimumWithdrawalInstruction,
    PayoutInstruction,
    RecallInstruction,
    RefundInstruction,
    TerminationInstruction,
)
from shared.dynamo import rows
from shared.funds import queries as funds
from shared.funds.model import State
from shared.funds.posting import ReferenceReused
from shared.kernel import errors
from shared.kernel.money import Fen
from shared.payments import refund_rules, trades
from shared.people.wechat import WeChatBlocked, WeChatClient, WeChatCodeInvalid, WeChatRefused
from shared.terminations.signature import public_key
from tests import builders, steps
from tests.builders import ENROLMENT, NOW, SCHOOL
from tests.edge.conftest import SETTINGS
from tests.materials import examples as uploads
from tests.payments import examples as payments
from tests.people.misbehaving import Misbehaving
from tests.personnel import examples as persons
from tests.streams.records import deliver, put_aside
from tests.teaching import examples

SAMPLES = Path(__file__).parents[2] / "events" / "samples"


def sample(name: str) -> Any:
    """What is in a file."""
    return json.loads((SAMPLES / name).read_text(encoding="utf-8"))


def shape(told: Any) -> Any:
    """The names and types of a message, without its values."""
    if isinstance(told, Mapping):
        return {name: shape(value) for name, value in told.items()}
    if isinstance(told, list):
        return [shape(told[0])] if told else []
    return type(told).__name__


class TestReadme:
    def test_says_of_every_sample_what_it_is(self) -> None:
        text = (SAMPLES / "README.md").read_text(encoding="utf-8")
        told = re.findall(r"^\| `([^`]+)` \| [^|]+ \| [^|]+ \|$", text, re.MULTILINE)

        assert told == list(dict.fromkeys(told))
        assert set(told) == {str(path.relative_to(SAMPLES)) for path in SAMPLES.rglob("*.*")} - {"README.md"}


STREAM_SAMPLES = [
    ("release_lesson", "aws/dynamodb-lesson-confirmed.json"),
    ("keep_totals", "aws/dynamodb-entry.json"),
    ("raise_alerts", "aws/dynamodb-entry.json"),
    ("raise_alerts", "aws/dynamodb-conflict.json"),
    ("watch_personnel", "aws/dynamodb-person.json"),
]


@pytest.mark.usefixtures("hurried")
class TestStreams:
    @pytest.mark.parametrize(("function", "name"), STREAM_SAMPLES)
    def test_pass_the_filters_of_their_functions(self, function: str, name: str) -> None:
        [told] = [one for one in events.STREAM_FUNCTIONS if one.name == function]

        for record in sample(name)["Records"]:
            assert filters.any_matches(told.filters, record)
            assert f"/hui-{told.context}/" in record["eventSourceARN"]

    def test_have_the_images_that_we_store(self, in_memory: Any) -> None:
        steps.open_account(paid_fen=1000)
        examples.claim()
        examples.confirm(now=NOW + timedelta(minutes=5))
        with pytest.raises(ReferenceReused):
            steps.pay(ENROLMENT, 999, reference="BK000001-1000")
        personnel_acts.note_teachers(steps.register(), now=NOW)
        persons.blacklisted(persons.NUMBER)
        stored = [
            item
            for context in ("teaching", "funds", "personnel")
            for item in in_memory.scan(TableName=rows.table_name(context))["Items"]
        ]
        shapes = [shape(item) for item in stored]

        for name in sorted({name for _, name in STREAM_SAMPLES}):
            [record] = sample(name)["Records"]
            assert shape(record["dynamodb"]["NewImage"]) in shapes, name

    def test_a_confirmed_lesson_releases_its_share(self, in_memory: Any) -> None:
        steps.register()
        steps.open_account(paid_fen=1000)
        examples.claim()
        examples.confirm()

        assert deliver(release_lesson.release_lesson, sample("aws/dynamodb-lesson-confirmed.json")["Records"]) == []

        assert funds.get_account(ENROLMENT).released_fen == 333
        assert examples.the_lesson().status == "released"

    def test_an_entry_is_counted_and_gives_no_reason_for_an_alert(self, in_memory: Any) -> None:
        steps.register()
        steps.open_account()
        records = sample("aws/dynamodb-entry.json")["Records"]

        assert deliver(keep_totals.keep_totals, records) == deliver(raise_alerts.raise_alerts, records) == []

        assert funds.get_totals(SCHOOL).by_state[State.HELD] == 1000
        assert alerts.list_alerts(SCHOOL, limit=9, cursor=None).rows == []
        assert put_aside() == []

    def test_a_conflict_is_told_to_the_bureau(self, in_memory: Any) -> None:
        assert deliver(raise_alerts.raise_alerts, sample("aws/dynamodb-conflict.json")["Records"]) == []

        [alert] = alerts.list_alerts(SCHOOL, limit=9, cursor=None).rows
        assert alert.figures == {"reference": "BK000001", "posted_fen": 1000, "sent_fen": 999}

    def test_a_listed_person_is_told_of_at_the_school_that_publishes_her(self, in_memory: Any) -> None:
        assert deliver(watch_personnel.watch_personnel, sample("aws/dynamodb-person.json")["Records"]) == []

        [alert] = alerts.list_alerts(SCHOOL, limit=9, cursor=None).rows
        assert (alert.rule, alert.figures["qualification_no"]) == ("listed_teacher", "20263700000000001")

    def test_what_is_given_up_locally_looks_like_lambdas(self) -> None:
        given_up: list[dict[str, Any]] = []
        [function] = [one for one in events.STREAM_FUNCTIONS if one.name == "release_lesson"]
        line = stream_delivery.Line(function, 0, lambda event, context: 1 / 0, given_up.append)
        line.waiting += sample("aws/dynamodb-lesson-confirmed.json")["Records"]

        line.deliver(patient=False)

        [told] = given_up
        expected = sample("aws/sqs-stream-failure.json")
        assert shape(told) == shape(expected)
        for part in ("requestContext", "responseContext", "DDBStreamBatchInfo"):
            own = {"requestId", "functionArn", "shardId"}
            assert {name: value for name, value in told[part].items() if name not in own} == {
                name: value for name, value in expected[part].items() if name not in own
            }


class TestSchedules:
    @pytest.mark.parametrize("schedule", events.SCHEDULES, ids=lambda one: one.name)
    def test_run_on_what_eventbridge_sends(self, in_memory: Any, schedule: events.ScheduledFunction) -> None:
        function = getattr(import_module(schedule.module), schedule.name)

        figures = function(sample("aws/eventbridge-schedule.json"), None)

        assert figures
        assert set(figures.values()) == (
            {0, 1} if schedule.name == "seal_day" else {0}
        )  # a day in which nothing was booked is sealed too


class TestFiles:
    def test_a_file_that_came_is_read(self, in_memory: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        steps.register()
        steps.open_account()
        read: list[str] = []

        def fetch(of: str, key: str, *, at_most: int) -> bytes:
            read.append(key)
            return (SAMPLES / "bank" / "camt.053.xml").read_bytes()

        monkeypatch.setattr(files, "fetch", fetch)
        figures = reconcile_statement.reconcile_statement(sample("aws/eventbridge-object-created.json"), None)

        assert read == ["camt.053/2026-09-01.xml"]
        assert (figures["statements"], figures["adopted"], figures["broken"]) == (1, 2, 0)

    def test_a_file_that_a_school_has_posted_is_checked(self, in_memory: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        uploads.asked()
        places = uploads.in_memory_places(monkeypatch)
        places.sent[uploads.FILE] = uploads.PDF

        figures = check_upload.check_upload(sample("aws/eventbridge-object-posted.json"), None)

        assert figures == {"accepted": 1, "refused": 0, "unknown": 0}

    def test_the_local_event_has_the_same_shape(self) -> None:
        told = sample("aws/eventbridge-object-created.json")
        one = {"Key": "a.xml", "ETag": '"e"', "Size": 1, "LastModified": NOW}
        local = local_files.event("hui-statements", one)

        assert local.keys() == told.keys()
        assert local["detail"].keys() <= told["detail"].keys()


class TestApiGateway:
    def call(self, name: str) -> tuple[int, Any]:
        answer = app(sample(name), None)
        assert not answer.get("isBase64Encoded")
        assert answer["headers"]["Content-Type"] == "application/json"
        assert answer["headers"]["X-Request-Id"]
        return answer["statusCode"], json.loads(answer["body"])

    def test_a_get_is_answered(self, in_memory: Any) -> None:
        steps.register()
        steps.put_on_sale()

        status, told = self.call("aws/apigateway-get.json")

        assert (status, [one["institution_id"] for one in told["data"]]) == (200, [builders.SCHOOL])

    def test_a_signed_post_is_booked(self, in_memory: Any) -> None:
        steps.register()
        steps.open_account()

        assert self.call("aws/apigateway-post.json") == (200, {"status": "posted"})
        assert funds.get_account(ENROLMENT).paid_fen == 1000


class TestBank:
    @pytest.mark.parametrize(
        ("name", "fact", "amount_fen"),
        [
            ("deposit.posted", facts.DepositPosted, 1000),
            ("withdrawal.posted", facts.WithdrawalPosted, 1000),
            ("payout.settled", facts.PayoutSettled, 1000),
            ("deposit.reversed", facts.DepositReversed, 1000),
            ("payout.partly_settled", facts.PayoutPartlySettled, 400),
            ("payout.recalled", facts.PayoutRecalled, 600),
            ("payout.returned", facts.PayoutReturned, 1000),
            ("payout.failed", facts.PayoutFailed, 1000),
            ("refund.paid", facts.RefundPaid, 667),
            ("refund.failed", facts.RefundFailed, 667),
            ("minimum_withdrawal.paid", facts.MinimumWithdrawalPaid, 4000),
            ("minimum_withdrawal.failed", facts.MinimumWithdrawalFailed, 4000),
            ("interest.posted", facts.InterestPosted, 4),
            ("termination.paid", facts.TerminationPaid, 20_000),
            ("termination.failed", facts.TerminationFailed, 20_000),
        ],
    )
    def test_messages_are_read(self, name: str, fact: type[facts.BankFact], amount_fen: int) -> None:
        told = messages.parse((SAMPLES / "bank" / f"{name}.json").read_bytes())

        assert isinstance(told, fact)
        assert told.amount_fen == amount_fen

    def test_the_instruction_of_a_withdrawal_is_what_we_send(self) -> None:
        told = sample("bank/minimum-withdrawal-instruction.json")
        fields = {name: value for name, value in told.items() if name != "currency"}

        assert MinimumWithdrawalInstruction(**{**fields, "amount_fen": Fen(told["amount_fen"])}).amount_fen == 4000

    def test_the_refund_instruction_is_what_we_send(self) -> None:
        told = sample("bank/refund-instruction.json")
        fields = {name: value for name, value in told.items() if name != "currency"}

        assert RefundInstruction(**{**fields, "amount_fen": Fen(told["amount_fen"])}).amount_fen == 667

    def test_the_termination_instruction_is_what_we_send_and_is_signed(self) -> None:
        told = sample("bank/termination-instruction.json")
        fields = {name: value for name, value in told.items() if name != "currency"}

        sent = TerminationInstruction(**fields)

        notices = Notices(public_key(SETTINGS["NOTICE_SIGNING_KEY"]), None)
        assert [one["amount_fen"] for one in notices.read(told)["returns"]] == [20_000, 667]
        assert sent.notice_no == "2026-001"

    def test_the_payout_instruction_is_what_we_send(self) -> None:
        told = sample("bank/payout-instruction.json")
        fields = {name: value for name, value in told.items() if name != "currency"}

        assert PayoutInstruction(**{**fields, "amount_fen": Fen(told["amount_fen"])}).amount_fen == 1000

    def test_the_recall_is_what_we_send(self) -> None:
        told = sample("bank/recall-instruction.json")
        fields = {name: value for name, value in told.items() if name != "currency"}

        assert RecallInstruction(**{**fields, "amount_fen": Fen(told["amount_fen"])}).amount_fen == 1000

    def test_the_simulator_says_the_same_things(self) -> None:
        instruction = sample("bank/payout-instruction.json")
        bank = Bank(
            port=trouble.free_ports(1),
            events_url="http://127.0.0.1:9",
            webhook_key=SETTINGS["BANK_WEBHOOK_KEYS"],
            instruction_key=SETTINGS["BANK_WEBHOOK_KEYS"],
            inquiry_key=SETTINGS["BANK_WEBHOOK_KEYS"],
            clock=TestClock(starts_at=NOW),
            notice_key=public_key(SETTINGS["NOTICE_SIGNING_KEY"]),
        )
        bank.open_account(instruction["from_account_no"], holder="示例舞蹈学校")
        refund = sample("bank/refund-instruction.json")
        withdrawal = sample("bank/minimum-withdrawal-instruction.json")
        bank.open_account(withdrawal["from_account_no"], holder="示例舞蹈学校")
        bank.payments.accept("payout", instruction)
        bank.payments.accept("refund", refund)
        bank.payments.accept("minimum_withdrawal", withdrawal)
        bank.flush()  # there is nothing to pay them from
        bank.transfer(instruction["from_account_no"], 4000, remittance="学费", payer_name="示例家长")
        bank.transfer(withdrawal["from_account_no"], 4000, remittance="最低余额", payer_name="示例舞蹈学校")
        bank.withdraw(instruction["from_account_no"], 500, counterparty="示例公司", purpose="往来款")
        bank.payments.accept("payout", instruction)
        bank.payments.accept("refund", {**refund, "payment_id": "ref_0000000000000000000000000102-1"})
        bank.payments.accept(
            "minimum_withdrawal", {**withdrawal, "withdrawal_id": "wdl_00000000000000000000000001000002"}
        )
        bank.credit_interest(instruction["from_account_no"], amount_fen=4)
        bank.flush()
        bank.transfer(instruction["from_account_no"], 667, remittance="学费", payer_name="示例家长")
        bank.transfer("8000000012", 20_000, remittance="最低余额", payer_name="示例舞蹈学校")
        bank.faults.arm("fail_termination")  # the first account's return; the second's is paid
        bank.payments.accept("termination", sample("bank/termination-instruction.json"))
        bank.flush()

        bank.reverse(bank.transfer(instruction["from_account_no"], 9000, remittance="学费").reference)
        bank.send_back(instruction["payout_id"])
        second = {**instruction, "payout_id": "pay_00000000000000000000000001000002"}
        bank.faults.arm("partly_payout")
        bank.payments.accept("payout", second)
        bank.flush()
        bank.recall({**sample("bank/recall-instruction.json"), "payout_id": second["payout_id"]})

        said = {told["type"]: json.loads(told["body"]) for told in bank.messages.listed()}
        assert set(said) == {path.stem for path in (SAMPLES / "bank").glob("*.*.json")}
        for kind, told in said.items():
            assert shape(told) == shape(sample(f"bank/{kind}.json")), kind
            assert messages.parse(json.dumps(told).encode()).amount_fen > 0


class TestWeChat:
    def openid_of(self, wechat: Misbehaving, name: str) -> str:
        wechat.will_say(sample(f"wechat/{name}.json"))
        url = f"http://127.0.0.1:{wechat.server_port}"
        return WeChatClient(url=url, app_id="wx0000000000000000", secret="示例").openid_of("a-code")

    def test_says_who_signed_in(self, wechat: Misbehaving) -> None:
        assert self.openid_of(wechat, "code2session") == "oGZUI0egBJY1zhBYw2KhdUfwVJJE"

    @pytest.mark.parametrize(
        ("name", "refusal"),
        [
            ("invalid-code", WeChatCodeInvalid),
            ("code-used", WeChatCodeInvalid),
            ("blocked", WeChatBlocked),
            ("too-often", errors.Unavailable),
            ("busy", errors.Unavailable),
            ("wrong-secret", WeChatRefused),
        ],
    )
    def test_refuses(self, wechat: Misbehaving, name: str, refusal: type[Exception]) -> None:
        with pytest.raises(refusal):
            self.openid_of(wechat, f"code2session-{name}")

    def test_the_simulator_answers_in_the_same_shape(self) -> None:
        simulator = WeChat(port=trouble.free_ports(1), app_id="wx", secret="s")

        def answered(code: str) -> Any:
            class Asked:
                query = {"appid": "wx", "secret": "s", "js_code": code, "grant_type": "authorization_code"}

            return simulator._code2session(Asked).body  # type: ignore[arg-type]

        assert shape(answered(simulator.code_for("openid"))) == shape(sample("wechat/code2session.json"))
        assert shape(answered("unknown")) == shape(sample("wechat/code2session-invalid-code.json"))


class TestWeChatPay:
    def test_a_callback_holds_the_transaction(self, at: Any) -> None:
        raw = (SAMPLES / "wechat" / "pay-notification.json").read_bytes()
        headers = {name.replace("_", "-"): value for name, value in payments.headers_of(raw).items()}

        notice = payments.a_client("http://127.0.0.1:9").open(headers=headers, body=raw, now=NOW)

        assert notice.trade == payments.a_trade()

    def test_the_simulators_have_the_same_shape(self, at: Any) -> None:
        with payments.simulated(at) as there:
            payments.a_client(there.site.url).prepay(payments.an_order(), openid="o")
            told = there.pay(payments.FIRST)
            [owed] = there.orders.callbacks

        assert shape(told) == shape(sample("wechat/pay-transaction.json"))
        assert shape(json.loads(owed["body"])) == shape(sample("wechat/pay-notification.json"))

    def test_a_refund_is_read_and_the_simulators_says_all_of_it(self, at: Any) -> None:
        order = payments.an_order()
        refund = refund_rules.begun(order, payment_id="ref_1-1", paid_fen=Fen(1000), arrives_by=NOW.date(), now=NOW)
        with payments.simulated(at, brought=lambda: 1000) as there:
            client = payments.a_client(there.site.url)
            client.prepay(order, openid="o")
            there.pay(payments.FIRST, fault="lose")
            client.refund(refund)
            there.refunds.process()
            told = client.ask_refund("ref_1-1")
            said = there.refunds.told("ref_1-1")

        assert told is not None
        assert told.state == trades.parse_refund(sample("wechat/refund.json")).state == "SUCCESS"
        assert set(sample("wechat/refund.json")) - {"mchid", "refund_status"} <= set(said)
