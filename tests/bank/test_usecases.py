import hashlib
from collections.abc import Mapping, Sequence
from datetime import timedelta

import pytest

from events import facts
from shared.bank import messages, signature, store, usecases
from shared.bank.store import Letter, Outcome
from shared.dynamo import transaction
from shared.kernel import errors
from tests.builders import NOW
from tests.edge.conftest import BANK_KEY
from tests.letters import a_letter, written
from tests.tables import busy

pytestmark = pytest.mark.usefixtures("in_memory")

BODY = written(a_letter())
TODAY = "2026-09-01"


class Refused(errors.Conflict):
    code = "refused"
    zh = "不行。"
    en = "No."


class Ledger:
    """What acts on the facts, and does as it is told."""

    def __init__(self, does: Outcome | errors.Refusal = Outcome.POSTED) -> None:
        self.does = does
        self.told: list[facts.BankFact] = []

    def __call__(self, fact: facts.BankFact, also: Sequence[transaction.Part]) -> Outcome:
        self.told.append(fact)
        if isinstance(self.does, errors.Refusal):
            raise self.does
        if self.does is Outcome.POSTED:
            transaction.commit(also)
        return self.does


def receive(
    ledger: Ledger, body: bytes = BODY, *, message_id: str = "msg_1", headers: Mapping[str, str] | None = None
) -> Outcome:
    signed = signature.sign(BANK_KEY, message_id=message_id, at=NOW, body=body)
    return usecases.receive(
        headers=signed if headers is None else headers, body=body, keys=[BANK_KEY], act=ledger, now=NOW
    )


def letters(message_id: str = "msg_1") -> list[tuple[bytes, Outcome, str]]:
    return [(one.body, one.outcome, one.code) for one in store.list_letters(message_id)]


def refused() -> list[tuple[str, str]]:
    return list(store.list_refused(TODAY, limit=99, cursor=None).rows)


class TestReceive:
    @pytest.mark.parametrize("outcome", [Outcome.POSTED, Outcome.RECORDED, Outcome.DUPLICATE])
    def test_tells_the_fact_and_notes_what_became_of_it(self, outcome: Outcome) -> None:
        ledger = Ledger(outcome)

        assert receive(ledger) is outcome
        assert ledger.told == [messages.parse(BODY)]
        assert letters() == [(BODY, outcome, "")]
        assert refused() == []

    def test_keeps_it_byte_for_byte_for_ever(self) -> None:
        receive(Ledger())

        [letter] = store.list_letters("msg_1")
        assert letter == Letter("msg_1", hashlib.sha256(BODY).hexdigest(), BODY, NOW, Outcome.POSTED, "")
        [row] = store.LetterRow.query("letter#msg_1")
        assert row.expires_at is None

    def test_keeps_what_is_not_signed_for_thirty_days_and_tells_nobody(self) -> None:
        ledger = Ledger()

        with pytest.raises(signature.BadSignature):
            receive(ledger, headers={})

        assert ledger.told == []
        [(message_id, code)] = refused()
        assert code == "bad_signature"
        [row] = store.LetterRow.query(f"letter#{message_id}")
        assert (row.body, row.expires_at) == (BODY, int((NOW + timedelta(days=30)).timestamp()))

    def test_what_is_not_signed_takes_nobodys_id(self) -> None:
        with pytest.raises(signature.BadSignature):
            receive(Ledger(), b"forged", headers={"webhook-id": "msg_1"})

        assert receive(Ledger()) is Outcome.POSTED
        assert letters() == [(BODY, Outcome.POSTED, "")]

    @pytest.mark.parametrize(
        ("body", "refusal"), [(b"{", messages.NotJson), (written({"type": "x"}), messages.WrongMessage)]
    )
    def test_keeps_what_can_not_be_read(self, body: bytes, refusal: type[errors.Refusal]) -> None:
        ledger = Ledger()

        with pytest.raises(refusal):
            receive(ledger, body)

        assert ledger.told == []
        assert letters() == [(body, Outcome.REFUSED, refusal.code)]
        assert refused() == [("msg_1", refusal.code)]

    def test_keeps_nothing_that_is_too_large(self) -> None:
        with pytest.raises(messages.TooLarge):
            receive(Ledger(), b" " * (messages.MAX_BODY_BYTES + 1))
        assert letters() == []

    def test_notes_what_the_ledger_refuses_and_asks_it_again_when_it_comes_again(self) -> None:
        with pytest.raises(Refused):
            receive(Ledger(Refused()))
        assert letters() == [(BODY, Outcome.REFUSED, "refused")]

        assert receive(Ledger()) is Outcome.POSTED
        assert letters() == [(BODY, Outcome.POSTED, "")]

    def test_leaves_it_received_while_the_ledger_is_busy(self) -> None:
        with pytest.raises(errors.Unavailable):
            receive(Ledger(errors.Unavailable()))
        assert letters() == [(BODY, Outcome.RECEIVED, "")]

        assert receive(Ledger(Outcome.DUPLICATE)) is Outcome.DUPLICATE  # it was booked, and then the answer was lost
        assert letters() == [(BODY, Outcome.DUPLICATE, "")]

    def test_a_repeat_leaves_what_the_first_came_to(self) -> None:
        receive(Ledger())

        assert receive(Ledger(Outcome.DUPLICATE)) is Outcome.DUPLICATE
        assert letters() == [(BODY, Outcome.POSTED, "")]

    @pytest.mark.parametrize("other", [a_letter(amount_fen=1), a_letter("payout.failed")])
    def test_the_same_id_with_another_body_books_nothing(self, other: dict[str, object]) -> None:
        receive(Ledger())

        for _ in range(2):
            with pytest.raises(store.MessageIdReused):
                receive(Ledger(), written(other))

        self.keeps_both(written(other))

    def keeps_both(self, other: bytes) -> None:
        assert sorted(letters()) == sorted([(BODY, Outcome.POSTED, ""), (other, Outcome.REFUSED, "message_id_reused")])

    def test_what_is_no_deposit_is_kept_before_anybody_is_asked(self) -> None:
        ledger = Ledger(Outcome.RECORDED)

        with busy("PutItem"), pytest.raises(errors.Unavailable):
            receive(ledger, written(a_letter("payout.failed")))
        assert ledger.told == []

    def test_a_deposit_is_booked_and_kept_or_neither(self) -> None:
        with busy("TransactWriteItems"), pytest.raises(errors.Unavailable):
            receive(Ledger())
        assert letters() == [(BODY, Outcome.RECEIVED, "")]


class TestListRefused:
    def test_gives_a_days_newest_first_page_by_page(self) -> None:
        for number, day in enumerate((0, 0, 1)):
            now = NOW + timedelta(days=day, minutes=number)
            store.keep_refused(Letter(f"msg_{number}", "digest", b"", now, Outcome.REFUSED, f"code_{number}"))

        first = store.list_refused(TODAY, limit=1, cursor=None)
        rest = store.list_refused(TODAY, limit=1, cursor=first.next_cursor)

        assert [*first.rows, *rest.rows] == [("msg_1", "code_1"), ("msg_0", "code_0")]
        assert rest.next_cursor is None
        assert store.count_refused(TODAY, at_most=9) == 2


class TestShown:
    def test_is_text_or_base64(self) -> None:
        assert store.shown("学费".encode()) == "学费"
        assert store.shown(b"\xff\xfe") == "//4="
