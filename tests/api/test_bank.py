"""The bank's door: who may post, what is kept, what is booked."""

import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from functions.streams import raise_alerts
from shared.alerts import store as alerts
from shared.bank import signature
from shared.bank import store as inbox
from shared.bank.store import Outcome
from shared.funds import queries as funds
from shared.funds.store import books, entries, payouts
from tests import steps, tables
from tests.api.district import District
from tests.builders import ENROLMENT, MINIMUM_NO, NOW, SCHOOL
from tests.edge.conftest import BANK_KEY
from tests.edge.doors import Answer, Clock, pointers
from tests.letters import a_letter, signed, written
from tests.tables import busy

OTHER_KEY = "whsec_YW5vdGhlciBrZXkgdGhhdCBub2JvZHkga25vd3M="
URL = "/v1/bank/events"
LETTER = written(a_letter())


@pytest.fixture
def district(district: District) -> District:
    """With a school whose first enrolment waits for 1,000 fen."""

    def put() -> None:
        steps.register()
        steps.open_account()

    tables.put_in_memory(__name__, put)
    return district


def kept(message_id: str = "msg_0001") -> list[tuple[bytes, Outcome, str]]:
    """What the inbox has under a message id."""
    return [(letter.body, letter.outcome, letter.code) for letter in inbox.list_letters(message_id)]


def posted() -> list[tuple[str, dict[str, int]]]:
    """The entries of the ledger."""
    return [(entry.reference, {state.value: fen for state, fen in entry.legs.items()}) for entry in entries.scan()]


class TestSigned:
    def test_a_deposit_is_booked_and_its_body_kept(self, district: District) -> None:
        answer = district.hears(LETTER)

        assert (answer.status, answer.body) == (200, {"status": "posted"})
        assert posted() == [("BK000001", {"outside": -1000, "held": 1000})]
        assert kept() == [(LETTER, Outcome.POSTED, "")]

    @pytest.mark.parametrize("seconds", [-300, 300])
    def test_at_the_edge_of_the_tolerance_it_is_taken(self, district: District, seconds: int) -> None:
        assert district.hears(LETTER, at=NOW + timedelta(seconds=seconds)).status == 200

    @pytest.mark.parametrize("key", [BANK_KEY, OTHER_KEY])
    def test_either_key_is_good_while_one_replaces_the_other(
        self, district: District, settings: pytest.MonkeyPatch, key: str
    ) -> None:
        settings.setenv("BANK_WEBHOOK_KEYS", f"{OTHER_KEY}, {BANK_KEY}")

        assert district.hears(LETTER, key=key).status == 200

    def test_one_good_signature_among_others_is_enough(self, district: District) -> None:
        good = signed(LETTER)
        good["webhook_signature"] = f"v1,AAAA v2,xx {good['webhook_signature']}"

        assert district.nobody.with_headers(**good).post(URL, LETTER).status == 200

    def test_it_is_the_bytes_that_are_signed_whatever_they_are_called(self, district: District) -> None:
        door = district.nobody.with_headers(**signed(LETTER), content_type="text/plain")

        assert door.post(URL, LETTER).status == 200


def _unsigned(body: bytes) -> dict[str, str]:
    return {}


def _stale(body: bytes) -> dict[str, str]:
    return signed(body, at=NOW - timedelta(seconds=301))


def _early(body: bytes) -> dict[str, str]:
    return signed(body, at=NOW + timedelta(seconds=301))


def _of_another_key(body: bytes) -> dict[str, str]:
    return signed(body, key=OTHER_KEY)


def _of_another_body(body: bytes) -> dict[str, str]:
    return signed(body.replace(b"1000", b"9000"))


def _of_another_id(body: bytes) -> dict[str, str]:
    return {**signed(body), "webhook_id": "msg_0002"}


def _of_another_time(body: bytes) -> dict[str, str]:
    return {**signed(body), "webhook_timestamp": str(int(NOW.timestamp()) + 1)}


def _without(name: str) -> Callable[[bytes], dict[str, str]]:
    return lambda body: {header: value for header, value in signed(body).items() if header != name}


def _with(name: str, value: str) -> Callable[[bytes], dict[str, str]]:
    return lambda body: {**signed(body), name: value}


class TestNotSigned:
    @pytest.mark.parametrize(
        ("headers_of", "code"),
        [
            (_unsigned, "bad_signature"),
            (_stale, "stale_signature"),
            (_early, "stale_signature"),
            (_of_another_key, "bad_signature"),
            (_of_another_body, "bad_signature"),
            (_of_another_id, "bad_signature"),
            (_of_another_time, "bad_signature"),
            (_without("webhook_id"), "bad_signature"),
            (_without("webhook_timestamp"), "bad_signature"),
            (_without("webhook_signature"), "bad_signature"),
            (_with("webhook_timestamp", "yesterday"), "bad_signature"),
            (_with("webhook_timestamp", "٣"), "bad_signature"),
            (_with("webhook_timestamp", "9" * 5000), "bad_signature"),
            (_with("webhook_id", "m" * 129), "bad_signature"),
            (_with("webhook_signature", "v1,签名"), "bad_signature"),
            (_with("webhook_signature", "v1,="), "bad_signature"),
            (_with("webhook_signature", "v1a," + "A" * 88), "bad_signature"),
        ],
    )
    def test_is_refused_and_its_body_kept(
        self, district: District, headers_of: Callable[[bytes], dict[str, str]], code: str
    ) -> None:
        door = district.nobody.with_headers(**headers_of(LETTER))

        district.refuses(door, lambda door: door.post(URL, LETTER), 401, code, but=["bank"])

        unsigned = f"unsigned-{hashlib.sha256(LETTER).hexdigest()[:32]}"
        assert kept(unsigned) == [(LETTER, Outcome.REFUSED, code)]
        assert (unsigned, code) in inbox.list_refused("2026-09-01", limit=9, cursor=None).rows
        assert kept() == []

    def test_a_good_message_after_a_bad_one_is_booked(self, district: District) -> None:
        district.nobody.post(URL, LETTER)

        assert district.hears(LETTER).body == {"status": "posted"}


class TestAgain:
    def test_the_same_message_is_harmless(self, district: District, at: Clock) -> None:
        district.hears(LETTER)
        before = district.dump()
        at.pass_by(minutes=4)

        answer = district.hears(LETTER)

        assert (answer.status, answer.body) == (200, {"status": "duplicate"})
        assert district.dump() == before

    def test_a_replay_after_the_tolerance_is_refused(self, district: District, at: Clock) -> None:
        district.hears(LETTER)
        at.pass_by(seconds=301)
        door = district.nobody.with_headers(**signed(LETTER))

        district.refuses(door, lambda door: door.post(URL, LETTER), 401, "stale_signature", but=["bank"])
        assert kept() == [(LETTER, Outcome.POSTED, "")]

    def test_the_same_money_under_another_message_id_is_booked_once(self, district: District) -> None:
        district.hears(LETTER)

        assert district.hears(LETTER, message_id="msg_0002").body == {"status": "duplicate"}
        assert len(posted()) == 1
        assert kept("msg_0002") == [(LETTER, Outcome.DUPLICATE, "")]

    def test_a_message_id_with_another_body_is_refused_and_both_are_kept(self, district: District) -> None:
        other = written(a_letter(bank_reference="BK000002"))
        district.hears(LETTER)

        district.refuses(
            district.nobody.with_headers(**signed(other)),
            lambda door: door.post(URL, other),
            409,
            "message_id_reused",
            but=["bank"],
        )

        assert sorted(kept()) == sorted([(LETTER, Outcome.POSTED, ""), (other, Outcome.REFUSED, "message_id_reused")])

    def test_a_reference_with_another_amount_is_refused_kept_and_told_to_the_bureau(self, district: District) -> None:
        other = written(a_letter(amount_fen=999))
        district.hears(LETTER)

        answers = [district.hears(other, message_id="msg_0002") for _ in range(2)]

        assert [(answer.status, answer.code) for answer in answers] == [(409, "bank_reference_reused")] * 2
        assert posted() == [("BK000001", {"outside": -1000, "held": 1000})]
        assert kept("msg_0002") == [(other, Outcome.REFUSED, "bank_reference_reused")]
        [conflict] = books.read().conflicts
        assert (conflict.reference, conflict.posted_fen, conflict.sent_fen) == ("BK000001", 1000, 999)
        assert raise_alerts.consider(conflict) == 1
        [alert] = alerts.list_alerts(SCHOOL, limit=9, cursor=None).rows
        assert (alert.rule, alert.severity) == ("reference_conflict", "red")

    def test_a_message_that_could_not_be_booked_is_booked_when_it_comes_again(self, district: District) -> None:
        with busy("TransactWriteItems"):
            failed = district.hears(LETTER)
        assert (failed.status, failed.code, failed.headers["retry-after"]) == (503, "try_again", "1")
        assert kept() == [(LETTER, Outcome.RECEIVED, "")]

        assert district.hears(LETTER).body == {"status": "posted"}
        assert kept() == [(LETTER, Outcome.POSTED, "")]


def _deposit(**data: Any) -> bytes:
    return written(a_letter(**data))


def _lacking(name: str) -> bytes:
    told = a_letter()
    del told["data"][name]
    return written(told)


class TestWrong:
    """Signed by the bank, and still not what is documented."""

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"{",
            LETTER[:-1],
            b"[" * 60_000,
            LETTER.replace(b"1000", b"NaN"),
            LETTER.replace(b"1000", b"Infinity"),
            LETTER.replace(b'"amount_fen": 1000', b'"amount_fen": 1000, "amount_fen": 1'),
            LETTER.replace(b"1000", b"1" * 5000),
        ],
        ids=lambda body: repr(body[:12]) + str(len(body)),
    )
    def test_json_is_400_and_kept(self, district: District, body: bytes) -> None:
        door = district.nobody.with_headers(**signed(body))

        district.refuses(door, lambda door: door.call("POST", URL, body), 400, "broken_json", but=["bank"])

        assert kept() == [(body, Outcome.REFUSED, "broken_json")]

    def test_utf_8_is_400_and_kept(self, district: District) -> None:
        body = LETTER.replace("学费".encode(), b"\xff\xfe")
        ours = signature.sign(BANK_KEY, message_id="msg_0001", at=NOW, body=body)
        door = district.nobody.with_headers(**{name.replace("-", "_"): value for name, value in ours.items()})

        district.refuses(door, lambda door: door.post(URL, body), 400, "broken_json", but=["bank"])

        assert kept() == [(body, Outcome.REFUSED, "broken_json")]

    @pytest.mark.parametrize(
        ("body", "pointer"),
        [
            (_deposit(amount_fen=-1), "/data/amount_fen"),
            (_deposit(amount_fen=0), "/data/amount_fen"),
            (_deposit(amount_fen=10.5), "/data/amount_fen"),
            (_deposit(amount_fen=10.0), "/data/amount_fen"),
            (_deposit(amount_fen="1000"), "/data/amount_fen"),
            (_deposit(amount_fen=True), "/data/amount_fen"),
            (_deposit(amount_fen=None), "/data/amount_fen"),
            (_deposit(amount_fen=10**13 + 1), "/data/amount_fen"),
            (_deposit(currency="USD"), "/data/currency"),
            (_deposit(bank_reference="BK"), "/data/bank_reference"),
            (_deposit(account_no="8000 0000"), "/data/account_no"),
            (_deposit(remittance="附" * 201), "/data/remittance"),
            (_deposit(payer_name=5), "/data/payer_name"),
            (_deposit(booked_at="2026-09-01T10:00:00"), "/data/booked_at"),
            (_deposit(booked_at="2026-09-01"), "/data/booked_at"),
            (_deposit(booked_at=1788228000), "/data/booked_at"),
            (_deposit(booked_at="1788228000"), "/data/booked_at"),
            (_deposit(booked_at="0001-01-01T00:00:00+14:00"), "/data/booked_at"),
            (_deposit(booked_at="9999-12-31T23:59:59-14:00"), "/data/booked_at"),
            (_deposit(booked_at="2026-02-30T10:00:00Z"), "/data/booked_at"),
            (_deposit(note="?"), "/data/note"),
            (_lacking("remittance"), "/data/remittance"),
            (_lacking("amount_fen"), "/data/amount_fen"),
            (written({**a_letter(), "type": "deposit.imagined"}), "/type"),
            (written({**a_letter(), "version": 1}), "/version"),
            (written({**a_letter(), "data": []}), "/data"),
            (written({**a_letter(), "occurred_at": "soon"}), "/occurred_at"),
            (written({"data": {}}), "/type"),
            (b"[]", ""),
            (b"1", ""),
        ],
    )
    def test_fields_are_422_and_kept(self, district: District, body: bytes, pointer: str) -> None:
        door = district.nobody.with_headers(**signed(body))

        answer = district.refuses(door, lambda door: door.post(URL, body), 422, "wrong_bank_message", but=["bank"])

        assert pointers(answer) == [(pointer, "wrong_bank_message")]
        assert kept() == [(body, Outcome.REFUSED, "wrong_bank_message")]

    def test_size_is_413_and_nothing_is_kept(self, district: District) -> None:
        body = _deposit(remittance="x" * 65_536)
        door = district.nobody.with_headers(**signed(body))

        district.refuses(door, lambda door: door.post(URL, body), 413, "too_large")

    def test_account_that_is_not_supervised_is_422_and_kept(self, district: District) -> None:
        body = _deposit(account_no="99999999")
        door = district.nobody.with_headers(**signed(body))

        district.refuses(door, lambda door: door.post(URL, body), 422, "unsupervised_account", but=["bank"])

        assert kept() == [(body, Outcome.REFUSED, "unsupervised_account")]


class TestDeposit:
    def test_that_names_nobody_goes_to_suspense(self, district: District) -> None:
        district.hears(a_letter(remittance="学费"))

        assert posted() == [("BK000001", {"outside": -1000, "suspense": 1000})]

    def test_of_too_much_is_held_as_far_as_it_is_due(self, district: District) -> None:
        district.hears(a_letter(amount_fen=1500))

        assert posted() == [("BK000001", {"outside": -1500, "held": 1000, "suspense": 500})]
        assert funds.get_account(ENROLMENT).status == "active"

    def test_into_the_minimum_balance_is_never_tuition(self, district: District) -> None:
        district.hears(a_letter(account_no=MINIMUM_NO))

        assert posted() == [("BK000001", {"outside": -1000, "minimum_balance": 1000})]
        assert funds.get_account(ENROLMENT).paid_fen == 0


class TestWithdrawal:
    def test_from_the_minimum_balance_is_booked(self, district: District) -> None:
        district.hears(a_letter(account_no=MINIMUM_NO, amount_fen=5000))

        assert district.hears(a_letter("withdrawal.posted"), message_id="msg_0002").body == {"status": "posted"}
        assert funds.get_minimum_balance(SCHOOL).balance_fen == 4000


class TestPayout:
    @pytest.fixture
    def payout_id(self, district: District) -> str:
        """A payout of 1,000 fen that was sent."""
        tables.put_in_memory(f"{__name__} payout", self.pay_out)
        last = funds.find_last_payout(SCHOOL)
        assert last is not None
        return last.payout_id

    def pay_out(self) -> None:
        steps.pay(ENROLMENT, 1000)
        for lesson in (1, 2, 3):
            steps.release(lesson)
        steps.count_all()
        payout = steps.build_payout()
        assert payout is not None
        payouts.mark_sent(payout)

    def refused(self, district: District, told: Any, status: int, code: str) -> Answer:
        body = written(told)
        door = district.nobody.with_headers(**signed(body, message_id="msg_0009"))
        answer = district.refuses(door, lambda door: door.post(URL, body), status, code, but=["bank"])
        assert kept("msg_0009") == [(body, Outcome.REFUSED, code)]
        return answer

    def last(self) -> tuple[str, str]:
        last = funds.find_last_payout(SCHOOL)
        assert last is not None
        return last.status.value, last.reason

    def test_that_is_settled_ends(self, district: District, payout_id: str) -> None:
        told = a_letter("payout.settled", payout_id=payout_id)

        assert district.hears(told).body == {"status": "posted"}
        assert district.hears(told).body == {"status": "duplicate"}
        assert self.last() == ("settled", "")

    def test_that_failed_is_noted_and_no_money_moves(self, district: District, payout_id: str) -> None:
        before = posted()

        assert district.hears(a_letter("payout.failed", payout_id=payout_id)).body == {"status": "recorded"}
        assert self.last() == ("failed", "收款账户状态异常")
        assert posted() == before

    @pytest.mark.parametrize("kind", ["payout.settled", "payout.failed"])
    @pytest.mark.parametrize("unknown", ["", "pay_1", "pay_" + "0" * 32, "pay_" + "0" * 26 + "²" * 6])
    def test_that_is_not_ours_is_404(self, district: District, payout_id: str, kind: str, unknown: str) -> None:
        self.refused(district, a_letter(kind, payout_id=unknown), 404, "unknown_payout")

    @pytest.mark.parametrize("kind", ["payout.settled", "payout.failed"])
    @pytest.mark.parametrize("wrong", [{"amount_fen": 999}, {"account_no": MINIMUM_NO}])
    def test_of_another_amount_or_account_is_409(
        self, district: District, payout_id: str, kind: str, wrong: dict[str, Any]
    ) -> None:
        self.refused(district, a_letter(kind, payout_id=payout_id, **wrong), 409, "payout_mismatch")

    @pytest.mark.parametrize("kind", ["payout.settled", "payout.failed"])
    def test_that_is_settled_already_is_409(self, district: District, payout_id: str, kind: str) -> None:
        district.hears(a_letter("payout.settled", payout_id=payout_id))
        changes = {"bank_reference": "BKS00002"} if kind == "payout.settled" else {}

        self.refused(district, a_letter(kind, payout_id=payout_id, **changes), 409, "payout_settled")
