"""When an alert is raised. Pure: a fact and the policy in, alerts out; the id comes from the rule and the entry."""

from collections.abc import Mapping
from datetime import datetime

from events import facts
from shared.alerts.model import Alert, Rule, Severity
from shared.kernel import clock, ids
from shared.kernel.ids import InstitutionId
from shared.policy.model import Policy

Figures = Mapping[str, int | str]


def on_money_moved(fact: facts.MoneyMoved, policy: Policy) -> list[Alert]:
    """What an entry of the ledger gives reason to warn of."""
    rules = (_unmatched, _reversed, _missing, _large_outflow, _large_payout, _minimum_low)
    alerts = [rule(fact, policy) for rule in rules]
    return [alert for alert in alerts if alert is not None]


def on_reference_conflicted(fact: facts.ReferenceConflicted, policy: Policy) -> Alert:
    """A bank reference that came again with another body."""
    figures: Figures = {"reference": fact.reference, "posted_fen": fact.posted_fen, "sent_fen": fact.sent_fen}
    return _alert(
        Rule.REFERENCE_CONFLICT,
        Severity.RED,
        fact.institution_id,
        fact.entry_key,
        figures,
        "=",
        policy,
        fact.noticed_at,
    )


def on_interest_differs(fact: facts.InterestDiffers, policy: Policy) -> Alert:
    """Interest that the bank has credited and the agreed rates don't give."""
    figures: Figures = {
        "reference": fact.reference,
        "amount_fen": fact.amount_fen,
        "expected_fen": fact.expected_fen,
        "difference_fen": fact.amount_fen - fact.expected_fen,
    }
    threshold = f"> {fact.claimants} fen"
    subject = f"interest#{fact.reference}"
    args = (fact.institution_id, subject, figures, threshold, policy, fact.noticed_at)
    return _alert(Rule.INTEREST_DIFFERS, Severity.YELLOW, *args)


def on_minimum_overdue(fact: facts.MinimumOverdue, policy: Policy) -> Alert:
    """A minimum balance that wasn't made up in time."""
    figures: Figures = {
        "short_fen": fact.short_fen,
        "since": fact.since.isoformat(),
        "due_on": fact.due_on.isoformat(),
    }
    subject = f"minimum#{fact.institution_id}/shortfall#{fact.since}"
    limit = f"{policy.minimum_shortfall_working_days} working days"
    return _alert(
        Rule.MINIMUM_OVERDUE, Severity.RED, fact.institution_id, subject, figures, limit, policy, fact.noticed_at
    )


def on_validity_ending(fact: facts.ValidityEnding, policy: Policy) -> Alert:
    """What ends or has ended: once for each of the policy's days before it, and once when it is over."""
    figures: Figures = {
        "kind": fact.kind,
        "named": fact.named,
        "last_day": fact.last_day.isoformat(),
        "stops_sales": int(fact.stops_sales),
    }
    over = fact.stage < 0
    subject = f"validity#{fact.institution_id}/{fact.item_id}#{fact.last_day}#{fact.stage}"
    limit = "0 days" if over else f"{fact.stage} days"
    severity = Severity.RED if over else Severity.YELLOW
    args = (fact.institution_id, subject, figures, limit, policy, fact.noticed_at)
    return _alert(Rule.VALIDITY_ENDING, severity, *args)


def on_inspection_failed(fact: facts.InspectionFailed, policy: Policy) -> Alert:
    """An annual inspection that is closed as not passed: the bureau decides what follows."""
    figures: Figures = {"year": fact.year, "decision_no": fact.decision_no, "reason": fact.reason}
    args = (fact.institution_id, f"filing#{fact.case_id}", figures, "=", policy, fact.closed_at)
    return _alert(Rule.INSPECTION_FAILED, Severity.RED, *args)


def on_inspection_overdue(fact: facts.InspectionOverdue, policy: Policy) -> Alert:
    """An annual inspection that the school is late with: once for each deadline."""
    figures: Figures = {"year": fact.year, "state": fact.state, "due_on": fact.due_on.isoformat()}
    subject = f"filing#{fact.case_id}/{fact.state}#{fact.due_on}"
    args = (fact.institution_id, subject, figures, f"≤ {fact.due_on}", policy, fact.noticed_at)
    return _alert(Rule.INSPECTION_OVERDUE, Severity.YELLOW, *args)


def on_listed_teacher(fact: facts.ListedTeacherPublished, policy: Policy) -> Alert:
    """A school publishes a teacher who is on a list: once for each time that she is listed, whoever lists her."""
    figures: Figures = {
        "qualification_no": fact.qualification_no,
        "on_list": fact.on_list,
        "since": clock.shown(fact.since),
        "teacher_id": fact.teacher_id,
    }
    whose = f"person#{fact.qualification_no}/{fact.institution_id}/{fact.teacher_id}"
    subject = f"{whose}#{fact.on_list}#{clock.stored(fact.since)}"
    args = (fact.institution_id, subject, figures, "0", policy, fact.noticed_at)
    return _alert(Rule.LISTED_TEACHER, Severity.RED, *args)


def on_two_places(fact: facts.TeacherInTwoPlaces, policy: Policy) -> Alert:
    """A teacher in two places: once for each pair of sessions and each school, whichever was marked first."""
    figures: Figures = {
        "qualification_no": fact.qualification_no,
        "session_id": fact.session_id,
        "place": fact.place,
        "starts_at": clock.shown(fact.starts_at),
        "ends_at": clock.shown(fact.ends_at),
        "other_session_id": fact.other_session_id,
        "other_place": fact.other_place,
        "other_starts_at": clock.shown(fact.other_starts_at),
        "other_ends_at": clock.shown(fact.other_ends_at),
    }
    pair = "/".join(sorted((fact.session_id, fact.other_session_id)))
    subject = f"presence#{fact.qualification_no}/{pair}#{fact.institution_id}"
    args = (fact.institution_id, subject, figures, "1", policy, fact.noticed_at)
    return _alert(Rule.TEACHER_IN_TWO_PLACES, Severity.RED, *args)


def on_wechat_differs(fact: facts.WeChatPaymentDiffers, policy: Policy) -> Alert:
    """What WeChat or the bank tells of a payment order isn't what was agreed."""
    figures: Figures = {
        "out_trade_no": fact.out_trade_no,
        "what": fact.what,
        "agreed": fact.agreed,
        "told": fact.told,
    }
    subject = f"wechat#{fact.out_trade_no}/{fact.what}#{fact.told}"
    args = (fact.institution_id, subject, figures, "=", policy, fact.noticed_at)
    return _alert(Rule.WECHAT_DIFFERS, Severity.RED, *args)


def on_wechat_unsettled(fact: facts.WeChatUnsettled, policy: Policy) -> Alert:
    """Money that a guardian has paid and that isn't in the supervised account: once for each order."""
    figures: Figures = {
        "out_trade_no": fact.out_trade_no,
        "amount_fen": fact.amount_fen,
        "paid_on": fact.paid_on.isoformat(),
        "settle_by": fact.settle_by.isoformat(),
    }
    subject = f"wechat#{fact.out_trade_no}/unsettled"
    limit = f"{policy.wechat_settlement_working_days} working days"
    args = (fact.institution_id, subject, figures, limit, policy, fact.noticed_at)
    return _alert(Rule.WECHAT_UNSETTLED, Severity.RED, *args)


def on_wechat_refund_stuck(fact: facts.WeChatRefundStuck, policy: Policy) -> Alert:
    """Money that left supervision for a guardian and hasn't reached her: once for each payment and reason."""
    figures: Figures = {
        "payment_id": fact.payment_id,
        "out_trade_no": fact.out_trade_no,
        "amount_fen": fact.amount_fen,
        "why": fact.why,
        "said": fact.said,
    }
    limit = f"{policy.wechat_refund_working_days} working days"
    args = (fact.institution_id, f"wechat-refund#{fact.payment_id}/{fact.why}", figures, limit, policy, fact.noticed_at)
    return _alert(Rule.WECHAT_REFUND_STUCK, Severity.RED, *args)


def on_private_payment_reported(fact: facts.PrivatePaymentReported, policy: Policy) -> Alert:
    """A report that a school offered a discount for private payment; who reported isn't told here."""
    args = (fact.institution_id, fact.report_id, {"report_id": fact.report_id}, "> 0", policy, fact.reported_at)
    return _alert(Rule.PRIVATE_PAYMENT, Severity.YELLOW, *args)


def on_break_found(fact: facts.BreakFound, policy: Policy) -> Alert:
    """The bank's statement differs from the ledger, or hasn't come."""
    figures: Figures = {"kind": fact.kind, "account_no": fact.account_no, "day": fact.day.isoformat(), **fact.figures}
    args = (fact.institution_id, fact.break_id, figures, "=", policy, fact.found_at)
    return _alert(Rule.RECONCILIATION_BREAK, Severity.RED, *args)


def _unmatched(fact: facts.MoneyMoved, policy: Policy) -> Alert | None:
    suspense = fact.legs.get("suspense", 0) if fact.unmatched_fen is None else fact.unmatched_fen
    if fact.kind != "deposit" or suspense <= 0:
        return None
    figures: Figures = {"reference": fact.reference, "suspense_fen": suspense, "reason": fact.reason}
    args = (fact.institution_id, fact.entry_key, figures, "suspense_fen > 0", policy, fact.booked_at)
    return _alert(Rule.UNMATCHED_DEPOSIT, Severity.YELLOW, *args)


def _reversed(fact: facts.MoneyMoved, policy: Policy) -> Alert | None:
    out = fact.legs.get("outside", 0)
    if fact.kind != "reversal" or out <= 0:
        return None
    figures: Figures = {"reference": fact.reference, "original": fact.reason, "reversed_fen": out}
    args = (fact.institution_id, fact.entry_key, figures, "reversed_fen > 0", policy, fact.booked_at)
    return _alert(Rule.DEPOSIT_REVERSED, Severity.RED, *args)


def _missing(fact: facts.MoneyMoved, policy: Policy) -> Alert | None:
    """What a reversal could take back from nowhere: it had been refunded, or returned to the payer."""
    if not fact.missing_fen or "outside" not in fact.legs:  # its pieces without that leg are told with it
        return None
    figures: Figures = {"reference": fact.reference, "missing_fen": fact.missing_fen}
    args = (fact.institution_id, fact.entry_key, figures, "missing_fen > 0", policy, fact.booked_at)
    return _alert(Rule.MONEY_MISSING, Severity.RED, *args)


def _large_outflow(fact: facts.MoneyMoved, policy: Policy) -> Alert | None:
    out = fact.legs.get("outside", 0)
    before = fact.balance_before_fen
    share = policy.outflow_share_percent
    if before is None or out <= 0 or out * 100 <= before * share:
        return None
    percent = out * 100 // before if before > 0 else 100
    figures: Figures = {
        "outflow_fen": out,
        "balance_before_fen": before,
        "share_percent": percent,
        "reference": fact.reference,
    }
    args = (fact.institution_id, fact.entry_key, figures, f"> {share} %", policy, fact.booked_at)
    return _alert(Rule.LARGE_OUTFLOW, Severity.RED, *args)


def _large_payout(fact: facts.MoneyMoved, policy: Policy) -> Alert | None:
    """A payout of more lessons at once than a term's weeks explain.

    It isn't held to the balance, of which the last weeks of any term are all: what families paid in stays.
    """
    out, receipts = fact.legs.get("in_transit", 0), fact.receipts_fen
    share = policy.payout_share_percent
    if receipts is None or out <= 0 or out * 100 <= receipts * share:
        return None
    percent = out * 100 // receipts if receipts > 0 else 100
    figures: Figures = {
        "payout_fen": out,
        "receipts_fen": receipts,
        "share_percent": percent,
        "reference": fact.reference,
    }
    args = (fact.institution_id, fact.entry_key, figures, f"> {share} %", policy, fact.booked_at)
    return _alert(Rule.LARGE_PAYOUT, Severity.RED, *args)


def _minimum_low(fact: facts.MoneyMoved, policy: Policy) -> Alert | None:
    after, required = fact.balance_after_fen, fact.required_fen
    level = policy.minimum_level(after, required) if after is not None and required is not None else "calm"
    if after is None or required is None or level == "calm":
        return None
    red = level == "red"
    limit = policy.minimum_balance_red_percent if red else policy.minimum_balance_yellow_percent
    percent = after * 100 // required if required > 0 else 0
    figures: Figures = {"balance_fen": after, "required_fen": required, "share_percent": percent}
    args = (fact.institution_id, fact.entry_key, figures, f"< {limit} %", policy, fact.booked_at)
    return _alert(Rule.MINIMUM_BALANCE_LOW, Severity.RED if red else Severity.YELLOW, *args)


def _alert(
    rule: Rule,
    severity: Severity,
    institution_id: InstitutionId,
    subject: str,
    figures: Figures,
    threshold: str,
    policy: Policy,
    at: datetime,
) -> Alert:
    alert_id = ids.AlertId(ids.derived("alt", rule.value, subject))
    return Alert(alert_id, rule, severity, institution_id, subject, figures, threshold, policy.version, at)
