"""What a term has shown besides the ordinary: how often each thing happened, how much money it moved; by the books."""

from collections import Counter
from collections.abc import Iterable, Mapping

from rich.table import Table

from infra.local.wechat_pay_simulator import PAYER
from shared.funds.model import Entry, EntryKind, State, SuspenseReason
from shared.funds.store.books import Books
from shared.kernel import money
from shared.policy import file

Happened = dict[str, dict[str, int]]
"""For each thing its `count` and its `fen`."""

_NAMES: Mapping[str, str] = {
    "paid_by_wechat": "微信支付、银行已入账 paid by WeChat, booked by the bank",
    "sold_under_a_change": "按变更后的规则售出 sold under a changed policy",
    "deposits_split": "一笔入账分给几个报名 deposits split",
    "suspense_allocated": "待查款由两人转入报名 suspense allocated",
    "suspense_returned": "待查款由两人退回 suspense returned",
    "deposits_reversed": "银行冲正 deposits reversed",
    "payouts_in_parts": "分次到账的划拨 payouts settled in parts",
    "payouts_recalled": "撤回的划拨 payouts recalled",
    "interest_credited": "利息分配到报名 interest credited",
    "messages_refused": "被拒的银行消息 bank messages refused",
    "refunds_arbitrated": "两人裁决的退费 refunds arbitrated",
    "lessons_paid_back": "退费退还的课时 lessons refunded",
    "schools_supervised": "纳入监管的新机构（核定最低余额） schools under supervision (required)",
    "minimums_withdrawn": "最低余额支取 minimum balance withdrawn",
    "terminated_paid_out": "终止后划付 paid out on a notice",
    "seats_waited_for": "候补到名额后报名 seats taken from a waitlist",
    "reviews": "家长评价 reviews",
    "reviews_weighed_down": "被降低权重的评价 reviews weighed down",
    "reviews_hidden": "隐藏的评价 reviews hidden",
    "messages": "告知家长的消息 messages to guardians",
    "wechat_refunds": "微信原路退费 refunds passed on by WeChat",
    "claims": "意外险理赔 insurance claims",
    "private_payments": "私下付费举报 reports of private payment",
}


def of(books: Books, *, messages_refused: int, told: Mapping[str, int]) -> Happened:
    """What the books tell of it. `messages_refused` is told by whoever keeps the bank's messages.

    `told` counts what isn't in the books: waitlists, reviews, reports.
    """
    split = {entry.pk for entry in _of_kind(books.entries, EntryKind.DEPOSIT) if entry.reason == SuspenseReason.SPLIT}
    settled = Counter(payout_id for payout_id, _ in _settlements(books.entries))
    reversed_ones = [one for one in _of_kind(books.entries, EntryKind.REVERSAL) if State.OUTSIDE in one.legs]
    allocated = [entry for entry in _of_kind(books.entries, EntryKind.ALLOCATION) if entry.pk not in split]
    new = [one for one in books.requirements if one.number == 1 and one.proposed_by != one.approved_by]
    arbitrated = [refund for refund in books.refunds if refund.decided_by]
    changed = [one for one in books.accounts if one.policy_version != file.first().version]
    return {
        "sold_under_a_change": {"count": len(changed), "fen": sum(one.price_fen for one in changed)},
        "paid_by_wechat": _told(one for one in _of_kind(books.entries, EntryKind.DEPOSIT) if one.payer == PAYER),
        "deposits_split": _told(entry for entry in books.entries if entry.pk in split and entry.sk == "entry"),
        "suspense_allocated": _told(allocated),
        "suspense_returned": _told(
            entry for entry in _of_kind(books.entries, EntryKind.REFUND_PAID) if not entry.enrolment_id
        ),
        "deposits_reversed": _told(reversed_ones),
        "payouts_in_parts": {
            "count": sum(times > 1 for times in settled.values()),
            "fen": sum(fen for payout_id, fen in _settlements(books.entries) if settled[payout_id] > 1),
        },
        "payouts_recalled": _told(_of_kind(books.entries, EntryKind.RECALL)),
        "interest_credited": _told(_of_kind(books.entries, EntryKind.INTEREST_CREDIT)),
        "messages_refused": {"count": messages_refused, "fen": 0},
        "refunds_arbitrated": {"count": len(arbitrated), "fen": sum(refund.held_fen for refund in arbitrated)},
        "lessons_paid_back": {
            "count": sum(account.lessons_refunded for account in books.accounts),
            "fen": sum(account.refunded_fen for account in books.accounts),
        },
        "schools_supervised": {"count": len(new), "fen": sum(one.required_fen for one in new)},
        "minimums_withdrawn": _told(_of_kind(books.entries, EntryKind.MINIMUM_PAID)),
        "terminated_paid_out": _told(_of_kind(books.entries, EntryKind.FINAL_PAYOUT)),
        **{name: {"count": count, "fen": 0} for name, count in told.items()},
    }


def table(told: Happened) -> Table:
    """The same for a person."""
    made = Table(title="这个学期里还有 What else the term showed")
    made.add_column("事项 What")
    made.add_column("次数 Times", justify="right")
    made.add_column("金额 Amount", justify="right")
    for name, words in _NAMES.items():
        one = told[name]
        made.add_row(words, str(one["count"]), money.text(one["fen"]) if one["fen"] else "–")
    return made


def _settlements(entries: Iterable[Entry]) -> list[tuple[str, int]]:
    """Every settlement: the payout that it is of, and what was paid."""
    return [(entry.reason, entry.legs[State.OUTSIDE]) for entry in _of_kind(entries, EntryKind.SETTLEMENT)]


def _of_kind(entries: Iterable[Entry], kind: EntryKind) -> list[Entry]:
    return [entry for entry in entries if entry.kind is kind]


def _told(entries: Iterable[Entry]) -> dict[str, int]:
    amounts = [sum(leg for leg in entry.legs.values() if leg > 0) for entry in entries]
    return {"count": len(amounts), "fen": sum(amounts)}
