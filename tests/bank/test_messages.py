"""What the bank sends, read: each kind becomes its fact, and anything else is refused by name."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from events import facts
from shared.bank import messages
from shared.kernel.money import Fen
from tests.letters import a_letter, written

PAYOUT = "pay_" + "0" * 25 + "1000001"
BOOKED_AT = datetime(2026, 9, 1, 1, 59, tzinfo=UTC)
LETTERS = [
    a_letter(),
    a_letter("withdrawal.posted"),
    a_letter("payout.settled", payout_id=PAYOUT),
    a_letter("payout.failed", payout_id=PAYOUT),
]
each_letter = pytest.mark.parametrize("letter", LETTERS, ids=lambda one: one["type"])


class TestParse:
    def test_gives_a_deposit(self) -> None:
        assert messages.parse(written(a_letter(remittance="学费 01J8", payer_name="示例家长"))) == facts.DepositPosted(
            bank_reference="BK000001",
            account_no="8000000011",
            amount_fen=Fen(1000),
            remittance="学费 01J8",
            payer_name="示例家长",
            payer_account_no="6222000000000001",
            booked_at=BOOKED_AT,
        )

    def test_gives_a_withdrawal(self) -> None:
        assert messages.parse(written(a_letter("withdrawal.posted"))) == facts.WithdrawalPosted(
            bank_reference="BK000901",
            account_no="8000000012",
            amount_fen=Fen(1000),
            counterparty="示例公司",
            purpose="往来款",
            booked_at=BOOKED_AT,
        )

    def test_gives_a_settlement(self) -> None:
        assert messages.parse(written(a_letter("payout.settled", payout_id=PAYOUT))) == facts.PayoutSettled(
            payout_id=PAYOUT,
            bank_reference="BKS00001",
            account_no="8000000011",
            amount_fen=Fen(1000),
            booked_at=BOOKED_AT,
        )

    def test_gives_a_failure(self) -> None:
        assert messages.parse(written(a_letter("payout.failed", payout_id=PAYOUT))) == facts.PayoutFailed(
            payout_id=PAYOUT,
            account_no="8000000011",
            amount_fen=Fen(1000),
            reason="收款账户状态异常",
            booked_at=BOOKED_AT,
        )

    @pytest.mark.parametrize(
        "told", ["2026-09-01T01:59:00Z", "2026-09-01T09:59:00+08:00", "2026-09-01T09:59:00.000+08:00"]
    )
    def test_a_moment_is_the_same_in_every_zone(self, told: str) -> None:
        assert messages.parse(written(a_letter(booked_at=told))).booked_at == BOOKED_AT

    @pytest.mark.parametrize("amount", [1, 10**13])
    def test_takes_amounts_up_to_the_edges(self, amount: int) -> None:
        assert messages.parse(written(a_letter(amount_fen=amount))).amount_fen == amount

    @each_letter
    def test_needs_every_field(self, letter: dict[str, Any]) -> None:
        for field in letter["data"]:
            data = {name: value for name, value in letter["data"].items() if name != field}
            assert refused({**letter, "data": data}) == f"/data/{field}"
        for field in letter:
            told = {name: value for name, value in letter.items() if name != field}
            assert refused(told) == f"/{field}"

    @each_letter
    def test_takes_no_other_field(self, letter: dict[str, Any]) -> None:
        assert refused({**letter, "data": {**letter["data"], "note": ""}}) == "/data/note"
        assert refused({**letter, "note": ""}) == "/note"

    @each_letter
    @pytest.mark.parametrize("wrong", [None, True, 1.5, -1, [], {}, "x" * 201], ids=repr)
    def test_takes_nothing_of_another_type_in_any_field(self, letter: dict[str, Any], wrong: object) -> None:
        for field in letter["data"]:
            assert refused({**letter, "data": {**letter["data"], field: wrong}}) == f"/data/{field}"

    @each_letter
    def test_takes_no_kinds_data_for_another(self, letter: dict[str, Any]) -> None:
        for other in LETTERS:
            if other["type"] != letter["type"]:
                assert refused({**letter, "type": other["type"]}).startswith("/data/")

    def test_says_what_is_wrong_in_words(self) -> None:
        with pytest.raises(messages.WrongMessage) as wrong:
            messages.parse(written(a_letter(amount_fen=0)))
        assert wrong.value.sentence("en") == "The bank message is wrong: /data/amount_fen More than 0."
        assert wrong.value.sentence("zh") == "银行消息格式有误：/data/amount_fen 应大于 0。"

    @given(st.binary(max_size=200))
    def test_of_any_bytes_fails_only_by_name(self, body: bytes) -> None:
        with pytest.raises((messages.NotJson, messages.WrongMessage)):
            messages.parse(body)

    @given(
        st.sampled_from(LETTERS),
        st.data(),
        st.recursive(
            st.none()
            | st.booleans()
            | st.integers()
            | st.floats(allow_nan=False, allow_infinity=False)
            | st.text(max_size=40),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
            max_leaves=5,
        ),
    )
    def test_of_any_value_in_any_field_fails_only_by_name(
        self, letter: dict[str, Any], data: st.DataObject, value: object
    ) -> None:
        field = data.draw(st.sampled_from(sorted(letter["data"])))
        pointer = ""
        try:
            messages.parse(json.dumps({**letter, "data": {**letter["data"], field: value}}).encode())
        except messages.WrongMessage as wrong:
            pointer = str(wrong.pointer)
        assert pointer in ("", f"/data/{field}")

    def test_takes_no_half_of_a_character(self) -> None:
        with pytest.raises(messages.WrongMessage):
            messages.parse(written(a_letter()).replace("学费".encode(), b"\\ud800"))


def refused(told: object) -> str:
    """The pointer of the field at fault."""
    with pytest.raises(messages.WrongMessage) as wrong:
        messages.parse(written(told))
    return str(wrong.value.pointer)


class TestSchema:
    """The schema that the API publishes takes what the parser takes."""

    def validator(self) -> Draft202012Validator:
        schema = dict(messages.schema())
        return Draft202012Validator({**schema, "components": {"schemas": schema.pop("$defs")}})

    @each_letter
    def test_takes_every_kind(self, letter: dict[str, Any]) -> None:
        self.validator().validate(letter)

    @pytest.mark.parametrize(
        "data",
        [
            {"amount_fen": 0},
            {"amount_fen": 1.5},
            {"amount_fen": "1"},
            {"currency": "USD"},
            {"bank_reference": "BK"},
            {"account_no": "x"},
            {"booked_at": "2026-09-01"},
            {"booked_at": 5},
            {"remittance": "x" * 201},
            {"note": ""},
        ],
        ids=repr,
    )
    def test_refuses_what_the_parser_refuses(self, data: dict[str, Any]) -> None:
        told = a_letter(**data)

        assert not self.validator().is_valid(told)
        refused(told)
