"""What each operation of the ledger costs: items written, write units, round trips. Makes docs/budget.md.

    python -m tests.funds.budget        measures on the local engine and writes the page's table

Figures are the engine's own `ReturnConsumedCapacity`. What is done before an operation can begin (a sale before its
deposit) isn't counted.
"""

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from events import facts
from functions.api import bank
from functions.files.ledger import FundsLedger
from infra import tables
from infra.local import engine, trouble
from shared.approvals import usecases as approvals
from shared.approvals.model import Kind, Proposal
from shared.bank import store as inbox
from shared.bank.iso20022 import statements as iso_statements
from shared.dynamo import rows
from shared.dynamo.transaction import Part
from shared.funds import (
    adoption,
    interest,
    minimum_money,
    payout_answers,
    queries,
    refund_money,
    reversals,
    suspense,
    usecases,
)
from shared.funds import terminations as money
from shared.funds.interest_model import InterestCredit, Share
from shared.funds.minimum_model import Withdrawal
from shared.funds.payout_model import Payout
from shared.funds.refund_model import Refund, RefundPayment
from shared.funds.store import returns
from shared.institutions import store as institutions
from shared.institutions import usecases as institution_usecases
from shared.kernel.ids import ProposalId
from shared.kernel.money import Fen
from shared.mall.model import Offering
from shared.policy import queries as policies
from shared.policy.model import Head
from shared.teaching import store as teaching
from shared.terminations import usecases as terminations
from shared.terminations.model import Notice, Step
from shared.terminations.store import cases
from tests import builders, statements, steps
from tests.builders import NOW
from tests.mall import waiting
from tests.teaching import examples
from tests.terminations.examples import issue, put_case, use

PAGE = Path(__file__).parents[2] / "docs" / "budget.md"
_WRITES = ("TransactWriteItems", "PutItem", "UpdateItem", "DeleteItem")
_BEGIN, _END = "<!-- measured -->\n", "<!-- /measured -->"


@dataclass
class Cost:
    """What one operation cost. `index_units` are write units of indexes, beside `units` of the tables."""

    items: int = 0
    units: int = 0
    index_units: int = 0
    reads: list[str] = field(default_factory=list)
    writes: list[str] = field(default_factory=list)

    @property
    def round_trips(self) -> int:
        """How many calls it took."""
        return len(self.reads) + len(self.writes)


@dataclass(frozen=True)
class Operation:
    """An operation with its budget, items and write units of the tables.

    `prepare` is done before it is measured, and `act` gets what it gave. `reads`: how many it may take. `indexed`: it
    may write to an index, as a sale does, what waits for the bank or for the bureau, and what two people approve.
    """

    name_zh: str
    name: str
    items: int
    units: int
    act: Callable[[Any], object]
    prepare: Callable[[], object] = lambda: None
    reads: int = 1
    indexed: bool = False


@contextmanager
def metered() -> Iterator[Cost]:
    """Count what every call of the rows' client costs, but for the policy's record, which is read once a day."""
    policies.take_for_known(Head(), through=date.max)
    cost = Cost()
    events = rows.connection().client.meta.events

    def ask(params: dict[str, Any], model: Any, **_: Any) -> None:
        if "ReturnConsumedCapacity" in model.input_shape.members:
            params["ReturnConsumedCapacity"] = "INDEXES"

    def count(parsed: Mapping[str, Any], model: Any, **_: Any) -> None:
        told = parsed.get("ConsumedCapacity") or []
        consumed = told if isinstance(told, list) else [told]
        if model.name not in _WRITES:
            cost.reads.append(model.name)
            return
        cost.writes.append(model.name)
        for one in consumed:
            of_indexes = sum(index["CapacityUnits"] for index in one.get("GlobalSecondaryIndexes", {}).values())
            cost.units += int(one["CapacityUnits"] - of_indexes)
            cost.index_units += int(of_indexes)

    def count_items(params: Mapping[str, Any], model: Any, **_: Any) -> None:
        if model.name in _WRITES:
            cost.items += len(params.get("TransactItems", ["one"]))

    hooks = (
        ("provide-client-params.dynamodb", ask),
        ("provide-client-params.dynamodb", count_items),
        ("after-call.dynamodb", count),
    )
    for event, hook in hooks:
        events.register(event, hook)
    try:
        yield cost
    finally:
        for event, hook in hooks:
            events.unregister(event, hook)


def _settle(payout: Payout) -> object:
    return payout_answers.settle(fact=builders.a_settlement(payout), now=NOW)


def _pay_minimum(_: object = None) -> object:
    fact = builders.a_deposit(20_000, bank_reference="BK-MINIMUM")
    return usecases.post_deposit(fact=fact, account=builders.a_minimum_account(), now=NOW)


def _withdraw(_: object) -> object:
    return usecases.post_withdrawal(fact=builders.a_withdrawal(), account=builders.a_minimum_account(), now=NOW)


def _proposed() -> Proposal:
    _pay_minimum()
    withdrawal = steps.ask_to_withdraw()
    return steps.propose(Kind.MINIMUM_WITHDRAWAL, subject=withdrawal.withdrawal_id)


def _hold_minimum(proposal: Proposal) -> object:
    approval = approvals.approve(proposal=proposal, reason="", by="supervisor", now=NOW)
    return minimum_money.hold(withdrawal_id=proposal.subject, also=[approval], now=NOW)


def _held_minimum() -> Withdrawal:
    _pay_minimum()
    return steps.a_held_withdrawal()


def _settle_minimum(withdrawal: Withdrawal) -> object:
    return minimum_money.settle(fact=builders.a_withdrawal_paid(withdrawal), now=NOW)


def _void_minimum(withdrawal: Withdrawal) -> object:
    return minimum_money.void(fact=builders.a_withdrawal_failed(withdrawal), now=NOW)


def _pay_for_nothing(_: object) -> object:
    return usecases.post_deposit(fact=builders.a_deposit(), account=builders.a_tuition_account(), now=NOW)


def _keep_message(_: object) -> None:
    inbox.keep(inbox.Letter("msg-1", "0" * 64, b'{"type": "payout.settled"}', NOW, inbox.Outcome.RECEIVED, ""))


def _enrolled() -> object:
    return steps.enrol(steps.put_on_sale())


def _confirmed() -> object:
    steps.open_account(paid_fen=1000)
    examples.claim()
    return examples.confirm()


def _release_noted(_: object) -> object:
    note = teaching.released(ENROLMENT, builders.SESSION)
    latch = institutions.releasing_latch(builders.SCHOOL, spread_by=ENROLMENT)
    return usecases.release_lesson(fact=builders.a_confirmed_lesson(), latch=latch, also=[note], now=NOW)


def _release_one() -> object:
    steps.open_account(paid_fen=1000)
    steps.release()
    return steps.count_all()


def _agreed_refund() -> Refund:
    steps.open_account(paid_fen=1000)
    return steps.agree_to_refund(steps.ask_for_refund())


def _hold_refund(refund: Refund) -> object:
    return refund_money.hold(refund=refund, taught=(), now=NOW)


def _held_refund() -> RefundPayment:
    refund = _agreed_refund()
    _hold_refund(refund)
    return refund_money.payments(refund)[0]


def _pay_refund(payment: RefundPayment) -> object:
    return refund_money.settle(fact=builders.a_refund_paid(payment), now=NOW)


def _void_refund(payment: RefundPayment) -> object:
    return refund_money.void(fact=builders.a_refund_failed(payment), now=NOW)


def _interest_in(_: object) -> object:
    return interest.post(fact=builders.interest_posted(), account=builders.a_tuition_account(), now=QUARTER)


def _planned_interest() -> tuple[InterestCredit, Share]:
    steps.open_account(paid_fen=1000)
    _interest_in(None)
    steps.count_all()
    [credit] = queries.list_all_interest(builders.SCHOOL)
    planned = interest.plan(credit=credit, now=QUARTER)
    return planned, queries.list_interest_shares(planned, limit=1, cursor=None).rows[0]


def _credit_interest(planned: tuple[InterestCredit, Share]) -> object:
    credit, share = planned
    return interest.give(credit=credit, share=share, now=QUARTER)


def _three_due() -> str:
    """The text of a deposit for three enrolments."""
    accounts = [steps.open_account(number) for number in (1, 2, 3)]
    return " ".join(account.payment_reference for account in accounts)


def _pay_three(text: str) -> object:
    fact = builders.a_deposit(2500, remittance=text, bank_reference="BK-THREE")
    return usecases.post_deposit(fact=fact, account=builders.a_tuition_account(), now=NOW)


def _give(approval: Part) -> None:
    told: dict[str, Any] = {"reference": "BK000001", "enrolment_id": ENROLMENT, "amount_fen": Fen(1000)}
    suspense.allocate(**told, approval=approval, now=NOW)


def _nobodys() -> Part:
    steps.open_account()
    fact = builders.a_deposit(remittance="书法班")
    usecases.post_deposit(fact=fact, account=builders.a_tuition_account(), now=NOW)
    return steps.approval(Kind.SUSPENSE_RETURN, "BK000001")


def _hold_return(approval: Part) -> None:
    suspense.hold_return(reference="BK000001", amount_fen=Fen(1000), approval=approval, now=NOW)


def _held_return() -> RefundPayment:
    _hold_return(_nobodys())
    return returns.list_waiting()[0].payment


def _pay_return(payment: RefundPayment) -> object:
    return suspense.settle_return(fact=builders.a_refund_paid(payment, bank_reference="BKR-1"), now=NOW)


def _void_return(payment: RefundPayment) -> object:
    return suspense.void_return(fact=builders.a_refund_failed(payment), now=NOW)


def _released_one() -> str:
    steps.open_account(paid_fen=1000)
    steps.release()
    return f"BK{ENROLMENT[-6:]}-1000"


def _paid_three() -> str:
    _pay_three(_three_due())
    return "BK-THREE"


def _reverse(reference: str) -> object:
    amount = 2500 if reference == "BK-THREE" else 1000
    return reversals.reverse(fact=builders.a_reversal(amount, original_reference=reference), now=NOW)


def _settle_partly(payout: Payout) -> object:
    return payout_answers.settle(fact=builders.a_part(payout, 400), now=NOW)


def _first_of_its_account() -> None:
    steps.open_account()
    bank.KNOWN_ACCOUNTS.clear()


def _adopt_line(_: object) -> object:
    """A deposit whose message was lost, as the statement has it."""
    [statement] = iso_statements.read(statements.a_file())
    return FundsLedger(NOW).book(statement, statement.lines[0])


def _released_all() -> object:
    steps.open_account(paid_fen=1000)
    for lesson in (1, 2, 3):
        steps.release(lesson)
    return steps.count_all()


def _adopt_payout(_: object) -> object:
    fact = facts.PayoutSettled(f"pay_{builders.SCHOOL[4:]}000001", "BK000101", builders.TUITION_NO, Fen(1000), NOW)
    return adoption.adopt_payout(
        fact=fact,
        account=builders.a_tuition_account(),
        to_account_no=builders.PAYOUT_NO,
        payee_account_no=builders.PAYOUT_NO,
        latch=institutions.releasing_latch(builders.SCHOOL, spread_by=builders.TUITION_NO),
        now=NOW,
    )


def _adopt_refund(_: object) -> object:
    fact = facts.RefundPaid(f"ref_{ENROLMENT[4:]}01-1", "BK000201", builders.TUITION_NO, Fen(1000), NOW)
    return adoption.adopt_refund(fact=fact, payee_account_no="6222000000000001", taught=(), now=NOW)


def _to_be_recalled() -> tuple[Payout, Part]:
    payout = steps.a_built_payout()
    return payout, steps.approval(Kind.PAYOUT_RECALL, payout.payout_id)


def _ask_back(wanted: tuple[Payout, Part]) -> None:
    payout, approval = wanted
    payout_answers.ask_back(payout_id=payout.payout_id, reason="账户有误", approval=approval)


def _recalling() -> Payout:
    payout, approval = _to_be_recalled()
    _ask_back((payout, approval))
    return payout


def _recall(payout: Payout) -> object:
    return payout_answers.recall(fact=builders.a_recall(payout), now=NOW)


def _settled() -> Payout:
    payout = steps.a_built_payout()
    _settle(payout)
    return payout


def _send_back(payout: Payout) -> object:
    return payout_answers.take_returned(fact=builders.a_payout_return(payout), now=NOW)


def _terminating() -> Proposal:
    return approvals.propose(
        proposal_id=ProposalId("prp_1"),
        kind=Kind.TERMINATION,
        institution_id=builders.SCHOOL,
        subject=builders.SCHOOL,
        reason="终止",
        by="finance",
        now=NOW,
    )


def _terminate(proposal: Proposal) -> None:
    approval = approvals.approve(proposal=proposal, reason="", by="supervisor", now=NOW)
    told: dict[str, Any] = {"institution_id": builders.SCHOOL, "reason": "终止", "by": "supervisor", "now": NOW}
    institution_usecases.begin_termination(**told, also=[approval, terminations.opening(**told)])


def _settling() -> object:
    steps.open_account(paid_fen=1000)
    examples.claim()
    examples.confirm()
    return put_case(Step.SETTLING)


def _release_finally(_: object) -> object:
    fact = builders.a_confirmed_lesson()
    note = teaching.released(fact.enrolment_id, fact.session_id)
    latch = cases.settling(builders.SCHOOL)
    return usecases.release_lesson(fact=fact, latch=latch, also=[note], final=True, now=NOW)


def _notice() -> Notice:
    _pay_minimum()
    put_case(Step.ZERO_LIABILITY)
    return issue()


def _return(place: int) -> Callable[[Notice], object]:
    def act(notice: Notice) -> object:
        fact = builders.a_termination_paid(notice, place)
        account = builders.a_tuition_account() if place else builders.a_minimum_account()
        return money.post_return(fact=fact, account=account, use=lambda: use(notice, place), now=NOW)

    return act


ENROLMENT = builders.ENROLMENT
QUARTER = NOW + timedelta(days=20)
LATER = NOW + timedelta(days=30)


def _sold_out() -> None:
    steps.enrol(steps.put_on_sale(seats=1))


def _waited_for() -> None:
    _sold_out()
    waiting.join(2)
    steps.expire(now=NOW + timedelta(hours=72))


def _offered() -> Offering:
    _waited_for()
    waiting.call_next()
    return waiting.the_class()


OPERATIONS = (
    Operation(
        "报名",
        "enrolment: seat, latch, student's limits, account",
        4,
        8,
        steps.enrol,
        steps.put_on_sale,
        reads=2,
        indexed=True,
    ),
    Operation(
        "候补", "waitlist: joined, with the latch", 4, 8, lambda _: waiting.join(2), _sold_out, reads=4, indexed=True
    ),
    Operation(
        "候补轮到",
        "waitlist: a free seat offered, with the latch and its message",
        4,
        8,
        lambda _: waiting.call_next(),
        _waited_for,
        reads=2,
        indexed=True,
    ),
    Operation(
        "候补报名",
        "enrolment of the seat that is offered",
        5,
        10,
        lambda offering: steps.enrol(offering, 2),
        _offered,
        reads=4,
        indexed=True,
    ),
    Operation(
        "候补放弃", "waitlist: an offer declined", 2, 4, lambda _: waiting.leave(2), _offered, reads=3, indexed=True
    ),
    Operation("原文", "the bank's message, kept as it came", 1, 1, _keep_message),
    Operation("入账", "deposit matched to an enrolment", 2, 4, lambda _: steps.pay(ENROLMENT, 500), steps.open_account),
    Operation("多付", "deposit over what is due", 2, 4, lambda _: steps.pay(ENROLMENT, 900_000), steps.open_account),
    Operation("待查", "deposit that matches nothing", 1, 2, _pay_for_nothing),
    Operation("分账", "deposit split over three enrolments", 7, 14, _pay_three, _three_due),
    Operation("转入", "allocation of suspense, with its approval", 3, 6, _give, _nobodys, reads=2, indexed=True),
    Operation("退回冻结", "return of suspense: hold, with its approval", 3, 6, _hold_return, _nobodys, indexed=True),
    Operation("退回到账", "return of suspense: paid by the bank", 2, 4, _pay_return, _held_return, indexed=True),
    Operation("退回未成", "return of suspense: in suspense again", 2, 4, _void_return, _held_return, 2, indexed=True),
    Operation("冲正", "reversal of a deposit, lessons released", 3, 6, _reverse, _released_one, 2),
    Operation("冲正分账", "reversal of one split over three", 8, 16, _reverse, _paid_three, 2),
    Operation("过期", "expiry of an unpaid enrolment", 2, 4, lambda _: steps.expire(now=LATER), _enrolled),
    Operation("拨付", "lesson release", 3, 6, lambda _: steps.release(), lambda: steps.open_account(paid_fen=1000)),
    Operation(
        "拨付并注记",
        "lesson release with its lesson's note in teaching",
        4,
        8,
        _release_noted,
        _confirmed,
        indexed=True,
    ),
    Operation("划拨", "payout: build", 3, 6, lambda _: steps.build_payout(), _release_one, reads=2, indexed=True),
    Operation("结清", "payout: settle", 2, 4, _settle, steps.a_built_payout, indexed=True),
    Operation("部分结清", "payout: settle a part", 2, 4, _settle_partly, steps.a_built_payout),
    Operation("撤回", "payout: recall wanted, with its approval", 2, 4, _ask_back, _to_be_recalled, indexed=True),
    Operation("撤回成功", "payout: recalled by the bank", 2, 4, _recall, _recalling, indexed=True),
    Operation("退回机构款", "payout: sent back by the school's account", 2, 4, _send_back, _settled),
    Operation("退费冻结", "refund: hold", 2, 4, _hold_refund, _agreed_refund, 3),
    Operation("退费到账", "refund: paid by the bank", 2, 4, _pay_refund, _held_refund),
    Operation("退费转回", "refund: could not be paid, given back", 2, 4, _void_refund, _held_refund, 2),
    Operation("补记", "a lost deposit adopted from a statement's line", 2, 4, _adopt_line, _first_of_its_account, 3),
    Operation("补记划拨", "payout adopted after a restore: built, settled", 4, 8, _adopt_payout, _released_all, 3),
    Operation(
        "补记退费",
        "refund adopted after a restore: record, hold, paid",
        4,
        8,
        _adopt_refund,
        lambda: steps.open_account(paid_fen=1000),
        reads=4,
        indexed=True,
    ),
    Operation("利息入账", "the bank's interest, to be distributed", 2, 4, _interest_in),
    Operation("结息", "interest credited to an enrolment", 2, 4, _credit_interest, _planned_interest),
    Operation("存入", "deposit to the minimum balance", 2, 4, _pay_minimum, indexed=True),
    Operation(
        "支取", "withdrawal from the minimum balance by the bank itself", 3, 6, _withdraw, _pay_minimum, indexed=True
    ),
    Operation(
        "终止立案",
        "termination: status, change, 16 latches, case, approval",
        20,
        40,
        _terminate,
        _terminating,
        indexed=True,
    ),
    Operation("终止结清", "termination: a lesson released finally", 4, 8, _release_finally, _settling, indexed=True),
    Operation(
        "终止退还", "termination: minimum balance returned on the notice", 3, 8, _return(0), _notice, 2, indexed=True
    ),
    Operation("终止划付", "termination: payable paid out on the notice", 2, 6, _return(1), _notice, reads=2),
    Operation(
        "支取冻结", "withdrawal from the minimum balance: approved, held", 3, 6, _hold_minimum, _proposed, indexed=True
    ),
    Operation(
        "支取到账", "withdrawal from the minimum balance: paid", 3, 6, _settle_minimum, _held_minimum, indexed=True
    ),
    Operation(
        "支取转回", "withdrawal from the minimum balance: failed", 3, 6, _void_minimum, _held_minimum, indexed=True
    ),
)


def measure(client: Any, url: str, operation: Operation) -> Cost:
    """What an operation costs in a district with one school, made anew on the engine."""
    engine.reset(url)
    tables.create_all(client)
    steps.register()
    prepared = operation.prepare()
    with metered() as cost:
        operation.act(prepared)
    return cost


def table(costs: Mapping[Operation, Cost]) -> str:
    """The page's table."""
    lines = [
        "| Operation | Items (budget) | Write units (budget) | Units of indexes | Reads | Round trips |",
        "|---|---|---|---|---|---|",
    ]
    for one, cost in costs.items():
        against = f"{cost.items} ({one.items}) | {cost.units} ({one.units}) | {cost.index_units}"
        reads = ", ".join(cost.reads) or "–"
        lines.append(f"| {one.name_zh} {one.name} | {against} | {reads} | {cost.round_trips} |")
    return "\n".join(lines) + "\n"


def written() -> str:
    """The table that stands in the page."""
    return PAGE.read_text(encoding="utf-8").partition(_BEGIN)[2].partition(_END)[0]


def main() -> None:
    """Measure, and write the table into the page."""
    os.environ.update(engine.CREDENTIALS)
    with engine.running(port=trouble.free_ports(1)) as url:
        rows.connect(url)
        client = engine.clients(url).dynamodb
        costs = {operation: measure(client, url, operation) for operation in OPERATIONS}
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(_BEGIN)
    PAGE.write_text(before + _BEGIN + table(costs) + _END + rest.partition(_END)[2], encoding="utf-8")
    sys.stdout.write(table(costs))


if __name__ == "__main__":
    main()
