"""What each entry was, in a sentence for a person who reads her statement. Chinese and English side by side."""

from collections.abc import Mapping

from shared.funds.model import Entry, EntryKind, State, SuspenseReason
from shared.funds.statements import Ledger
from shared.kernel import money

Both = tuple[str, str]

LEDGERS: Mapping[Ledger, Both] = {
    Ledger.TUITION: ("学费监管账户", "Supervised tuition account"),
    Ledger.PAYABLE: ("待划拨学费", "Released, to be paid out"),
    Ledger.MINIMUM_BALANCE: ("最低余额账户", "Minimum-balance account"),
}

_SENTENCES: Mapping[EntryKind, Both] = {
    EntryKind.DEPOSIT: ("缴费入账", "Payment received"),
    EntryKind.ALLOCATION: ("缴费转入本报名", "Payment given to this enrolment"),
    EntryKind.REVERSAL: ("银行冲正，缴费被撤回", "The bank took a payment back"),
    EntryKind.RELEASE: ("课时费拨付给机构", "Lesson released to the school"),
    EntryKind.FINAL_RELEASE: ("机构终止，结清已上课时费", "Lesson released at the school's termination"),
    EntryKind.EXPIRY: ("逾期未付清，已付部分转待查款", "Not paid in full in time; what was paid went to suspense"),
    EntryKind.PAYOUT: ("划拨批次建立，等待银行办理", "Payout built, with the bank"),
    EntryKind.SETTLEMENT: ("划拨到机构收款账户", "Paid out to the school"),
    EntryKind.FINAL_PAYOUT: ("凭终止通知书结清划付", "Paid out on the termination notice"),
    EntryKind.MINIMUM_RETURN: ("凭终止通知书退还最低余额", "Minimum balance returned on the termination notice"),
    EntryKind.RECALL: ("划拨已撤回，转入下一批", "Payout recalled, to be in the next one"),
    EntryKind.PAYOUT_RETURN: ("划拨被机构账户退回", "Payout sent back by the school's account"),
    EntryKind.REFUND_HOLD: ("退费已冻结，等待银行退回", "Held back for a refund, with the bank"),
    EntryKind.REFUND_PAID: ("退费退回原付款账户", "Refunded to the account it came from"),
    EntryKind.REFUND_VOID: ("退费未能退回，转回监管", "Refund couldn't be paid; held again"),
    EntryKind.INTEREST_IN: ("银行结息", "Interest from the bank"),
    EntryKind.INTEREST_CREDIT: ("利息记入", "Interest credited"),
    EntryKind.MINIMUM_DEPOSIT: ("机构存入最低余额", "Paid into the minimum balance"),
    EntryKind.MINIMUM_HOLD: ("最低余额支取已批准，待银行支付", "Withdrawal approved, held for the bank"),
    EntryKind.MINIMUM_PAID: ("支取的最低余额付至机构", "Withdrawal from the minimum balance paid"),
    EntryKind.MINIMUM_VOID: ("支取未能支付，转回最低余额", "Withdrawal couldn't be paid; kept again"),
    EntryKind.WITHDRAWAL: ("无指令支出", "Left without an instruction"),
}
_CONFIRMED: Mapping[str, Both] = {
    "confirmed": ("监护人已确认", "confirmed by the guardian"),
    "auto_confirmed": ("到期视为确认", "confirmed by silence"),
}
_SUSPENSE: Mapping[SuspenseReason, Both] = {
    SuspenseReason.UNKNOWN_REFERENCE: ("附言无法识别", "the remittance names no enrolment"),
    SuspenseReason.TOO_MANY_NAMED: ("附言中的报名编号过多", "the remittance names too many enrolments"),
    SuspenseReason.WRONG_ACCOUNT: ("汇错账户", "paid into another school's account"),
    SuspenseReason.EXPIRED: ("报名已过期", "the enrolment has expired"),
    SuspenseReason.EXCESS: ("多付部分", "more than was due"),
    SuspenseReason.SPLIT: ("分给附言中的几笔报名", "to be split over the enrolments that it names"),
    SuspenseReason.UNINSTRUCTED: ("没有指令", "without an instruction"),
}


def explain(entry: Entry, *, language: str, lesson: int | None = None) -> str:
    """What an entry was. `lesson` is the number of the lesson that it released, where that is known."""
    english = language == "en"
    sentence = _SENTENCES.get(entry.kind, (entry.kind.value, entry.kind.value))[english]
    more = [both[english] for both in _more(entry, lesson)]
    if not more:
        return sentence
    return f"{sentence} ({'; '.join(more)})" if english else f"{sentence}（{'；'.join(more)}）"


def _more(entry: Entry, lesson: int | None) -> list[Both]:
    found: list[Both] = []
    if lesson is not None:
        found.append((f"第 {lesson} 课时", f"lesson {lesson}"))
    if entry.reason in _CONFIRMED:
        found.append(_CONFIRMED[entry.reason])
    suspense = entry.legs.get(State.SUSPENSE, 0)
    if suspense > 0 and entry.kind is EntryKind.DEPOSIT:
        zh, en = _SUSPENSE.get(SuspenseReason(entry.reason), ("", "")) if entry.reason else ("", "")
        amount = money.text(suspense)
        found.append((f"{zh} {amount} 转待查款", f"{amount} to suspense: {en}"))
    held = entry.legs.get(State.REFUND_PENDING, 0)
    if entry.kind is EntryKind.REFUND_HOLD:
        found.append((money.text(held), money.text(held)))
    if entry.kind is EntryKind.REFUND_VOID:
        found.append((money.text(-held), money.text(-held)))
    return found
