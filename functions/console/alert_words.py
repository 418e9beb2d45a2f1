"""Why an alert was raised, in one sentence with the figures that the rule saw."""

from collections.abc import Callable, Mapping

from functions.console import break_words, filing_words, money_words, payment_words, profile_words, words
from shared.alerts.model import Alert, Rule
from shared.filings.model import State as FilingState
from shared.funds.model import SuspenseReason
from shared.kernel import money

_Figures = Mapping[str, int | str]


def why(alert: Alert, language: str) -> str:
    """The sentence, in 'zh' or 'en'."""
    told = _SENTENCES[alert.rule](alert.figures, alert.threshold)
    return told[language == "en"]


def _yuan(figures: _Figures, name: str) -> str:
    return money.text(int(figures.get(name, 0)))


def _unmatched(figures: _Figures, threshold: str) -> words.Both:
    amount, reference = _yuan(figures, "suspense_fen"), figures.get("reference", "")
    reason = str(figures.get("reason", ""))
    zh, en = money_words.SUSPENSE[SuspenseReason(reason)] if reason in set(SuspenseReason) else (reason, reason)
    return f"{amount} 转入待查款：{zh}（流水 {reference}）", f"{amount} went to suspense: {en} (reference {reference})"


def _reversed(figures: _Figures, threshold: str) -> words.Both:
    amount, reference, original = _yuan(figures, "reversed_fen"), figures.get("reference", ""), figures.get("original")
    return (
        f"银行以流水 {reference} 冲正了入账 {original}，共 {amount}",
        f"The bank reversed deposit {original} of {amount} under {reference}",
    )


def _missing(figures: _Figures, threshold: str) -> words.Both:
    amount, reference = _yuan(figures, "missing_fen"), figures.get("reference", "")
    return (
        f"冲正 {reference} 中有 {amount} 已退费或退回，无处扣回，记为待查款缺口",
        f"{amount} of reversal {reference} had been refunded or returned: it stands as missing in suspense",
    )


def _large_outflow(figures: _Figures, threshold: str) -> words.Both:
    out, before = _yuan(figures, "outflow_fen"), _yuan(figures, "balance_before_fen")
    percent = figures.get("share_percent", "")
    return (
        f"单笔支出 {out}，占支出前余额 {before} 的 {percent}%（界限 {threshold}）",
        f"{out} went out at once: {percent}% of the {before} that was there (limit {threshold})",
    )


def _large_payout(figures: _Figures, threshold: str) -> words.Both:
    out, receipts = _yuan(figures, "payout_fen"), _yuan(figures, "receipts_fen")
    percent = figures.get("share_percent", "")
    return (
        f"一个批次划拨 {out}，占近月收费 {receipts} 的 {percent}%（界限 {threshold}）",
        f"One payout of {out}: {percent}% of the last months' receipts of {receipts} (limit {threshold})",
    )


def _minimum_low(figures: _Figures, threshold: str) -> words.Both:
    balance, required = _yuan(figures, "balance_fen"), _yuan(figures, "required_fen")
    percent = figures.get("share_percent", "")
    return (
        f"最低余额 {balance}，为核定 {required} 的 {percent}%（界限 {threshold}）",
        f"Minimum balance {balance}: {percent}% of the {required} required (limit {threshold})",
    )


def _minimum_overdue(figures: _Figures, threshold: str) -> words.Both:
    short, since, due = _yuan(figures, "short_fen"), figures.get("since", ""), figures.get("due_on", "")
    return (
        f"最低余额自 {since} 起缺 {short}，应于 {due} 前补足，逾期未补",
        f"Minimum balance short of {short} since {since}; it was to be made up by {due}",
    )


def _validity(figures: _Figures, threshold: str) -> words.Both:
    zh, en = profile_words.VALIDITIES.get(str(figures.get("kind", "")), ("", ""))
    named, day = figures.get("named", ""), figures.get("last_day", "")
    stops = figures.get("stops_sales")
    then = ("；此后不能招生", "; nothing is sold after it") if stops else ("", "")
    return (
        f"{zh}（{named}）有效期至 {day}{then[0]}（界限 {threshold}）",
        f"{en} ({named}) is valid through {day}{then[1]} (limit {threshold})",
    )


def _inspection_failed(figures: _Figures, threshold: str) -> words.Both:
    year, number, reason = figures.get("year", ""), figures.get("decision_no", ""), figures.get("reason", "")
    return (
        f"{year} 年度年检不合格（决定 {number}）：{reason}",
        f"The annual inspection {year} isn't passed (decision {number}): {reason}",
    )


def _inspection_overdue(figures: _Figures, threshold: str) -> words.Both:
    zh, en = filing_words.FILING_STATES[FilingState(str(figures.get("state", "")))]
    year, due = figures.get("year", ""), figures.get("due_on", "")
    return (
        f"{year} 年度年检停在“{zh}”，机构应于 {due} 前办理，逾期未办",
        f"The annual inspection {year} stands at “{en}”; the school was to act by {due} and hasn't",
    )


def _listed_teacher(figures: _Figures, threshold: str) -> words.Both:
    zh, en = profile_words.PERSONNEL_LISTS.get(str(figures.get("on_list", "")), ("", ""))
    number, since = figures.get("qualification_no", ""), figures.get("since", "")
    return (
        f"公示的教师（资格证号 {number}）自 {since} 起在{zh}上，限额 {threshold} 名，机构须撤下",
        f"Published teacher {number} is on the list “{en}” since {since}; {threshold} may be. Withdraw",
    )


def _two_places(figures: _Figures, threshold: str) -> words.Both:
    number = figures.get("qualification_no", "")
    own = [figures.get(name, "") for name in ("place", "starts_at", "ends_at")]
    other = [figures.get(f"other_{name}", "") for name in ("place", "starts_at", "ends_at")]
    return (
        f"资格证号 {number} 的教师 {own[1]} 至 {own[2]} 在{own[0]}上课，又于 {other[1]} 至 {other[2]} 在{other[0]}上课",
        f"Teacher {number} was at {own[0]} from {own[1]} to {own[2]}, and at {other[0]} from {other[1]} to {other[2]}",
    )


def _conflict(figures: _Figures, threshold: str) -> words.Both:
    reference = figures.get("reference", "")
    posted, sent = _yuan(figures, "posted_fen"), _yuan(figures, "sent_fen")
    if posted == sent:
        return (
            f"流水 {reference} 已按 {posted} 入账，银行又以同一流水发来相同金额，但账号、附言、付款人或时间不同，"
            "未入账",
            f"Reference {reference} is posted with {posted}; the bank sent it again with the same amount, but another "
            "account, remittance, payer or time: not booked",
        )
    return (
        f"流水 {reference} 已按 {posted} 入账，银行又以同一流水发来 {sent}，未入账",
        f"Reference {reference} is posted with {posted}; the bank sent it again with {sent}, not booked",
    )


def _interest_differs(figures: _Figures, threshold: str) -> words.Both:
    reference = figures.get("reference", "")
    came, expected = _yuan(figures, "amount_fen"), _yuan(figures, "expected_fen")
    return (
        f"流水 {reference} 的利息 {came}，按约定利率应为 {expected}；已全额分配，请向银行核实",
        f"Interest {reference} is {came}; the agreed rates give {expected}. All of it was distributed; ask the bank",
    )


def _wechat_differs(figures: _Figures, threshold: str) -> words.Both:
    number, what = figures.get("out_trade_no", ""), str(figures.get("what", ""))
    agreed, told = str(figures.get("agreed", "")), str(figures.get("told", ""))
    if what in ("amount", "deposit", "refund amount", "refund total"):
        agreed, told = (money.text(int(fen)) if fen.isdigit() else fen for fen in (agreed, told))
    zh, en = payment_words.DIFFERS.get(what, (what, what))
    return (
        f"微信支付订单 {number}：{zh}应为 {agreed}，实为 {told}；未据此变更任何资金，请核实",
        f"WeChat order {number}: the {en} is {told}, not {agreed}. No money was moved on its account; look into it",
    )


def _wechat_unsettled(figures: _Figures, threshold: str) -> words.Both:
    number, amount = figures.get("out_trade_no", ""), _yuan(figures, "amount_fen")
    paid, due = figures.get("paid_on", ""), figures.get("settle_by", "")
    return (
        f"微信支付订单 {number} 于 {paid} 支付 {amount}，应于 {due} 前到监管账户，银行尚未入账",
        f"WeChat order {number} of {amount} was paid on {paid}; the bank was to have it by {due}, and hasn't",
    )


_STUCK: Mapping[str, words.Both] = {
    "abnormal": ("家长微信账户异常，未能退到", "her account at WeChat takes nothing"),
    "closed": ("微信已关闭这笔退款", "WeChat has closed it"),
    "beyond": ("超出原订单可退金额，微信不能转退", "it is beyond what her order can give back"),
    "late": ("逾期未退到", "it is late"),
}


def _wechat_refund_stuck(figures: _Figures, threshold: str) -> words.Both:
    number, amount, said = figures.get("out_trade_no", ""), _yuan(figures, "amount_fen"), figures.get("said", "")
    why = str(figures.get("why", ""))
    zh, en = _STUCK.get(why, (why, why))
    return (
        f"微信订单 {number} 的退款 {amount}：{zh}（银行已付给微信，微信答复 {said or '—'}），请在微信商户平台办理",
        f"The refund of {amount} of WeChat order {number}: {en} (the bank has paid WeChat, which said {said or '-'}). "
        "See to it on WeChat's merchant platform",
    )


def _private_payment(figures: _Figures, threshold: str) -> words.Both:
    report = str(figures.get("report_id", ""))[-8:]
    return (
        f"有人举报该机构以优惠诱导私下付费（举报 …{report}），请核查",
        f"Somebody reported that the school offered a discount for paying privately (report …{report}): look into it",
    )


def _break(figures: _Figures, threshold: str) -> words.Both:
    kind, account = str(figures.get("kind", "")), f"{figures.get('account_no', '')} {figures.get('day', '')}"
    zh, en = (break_words.why(kind, figures, language) for language in ("zh", "en"))
    return f"账号 {account}：{zh}", f"Account {account}: {en}"


_SENTENCES: Mapping[Rule, Callable[[_Figures, str], words.Both]] = {
    Rule.UNMATCHED_DEPOSIT: _unmatched,
    Rule.DEPOSIT_REVERSED: _reversed,
    Rule.MONEY_MISSING: _missing,
    Rule.LARGE_OUTFLOW: _large_outflow,
    Rule.LARGE_PAYOUT: _large_payout,
    Rule.MINIMUM_BALANCE_LOW: _minimum_low,
    Rule.MINIMUM_OVERDUE: _minimum_overdue,
    Rule.VALIDITY_ENDING: _validity,
    Rule.INSPECTION_FAILED: _inspection_failed,
    Rule.INSPECTION_OVERDUE: _inspection_overdue,
    Rule.LISTED_TEACHER: _listed_teacher,
    Rule.TEACHER_IN_TWO_PLACES: _two_places,
    Rule.PRIVATE_PAYMENT: _private_payment,
    Rule.REFERENCE_CONFLICT: _conflict,
    Rule.INTEREST_DIFFERS: _interest_differs,
    Rule.WECHAT_DIFFERS: _wechat_differs,
    Rule.WECHAT_UNSETTLED: _wechat_unsettled,
    Rule.WECHAT_REFUND_STUCK: _wechat_refund_stuck,
    Rule.RECONCILIATION_BREAK: _break,
}
