"""The closing figures of a demo, as tables on the terminal."""

from typing import Any

from rich.console import Console
from rich.table import Table

from infra.local import happened
from shared.kernel import money

_STATE_NAMES = {
    "held": "监管中 held",
    "payable": "待划拨 payable",
    "in_transit": "划拨中 in transit",
    "refund_pending": "退费中 refund pending",
    "suspense": "待查款 suspense",
    "interest": "利息待分配 interest",
    "minimum_balance": "最低余额 minimum balance",
    "minimum_pending": "最低余额支取中 minimum balance going out",
}


_FLOW_NAMES = {
    "deposited": "累计入账 deposited",
    "released": "累计拨付 released",
    "paid_out": "累计划拨 paid out",
    "refunded": "累计退费 refunded",
}


def show(figures: dict[str, Any], console: Console) -> None:
    """Print the money by state and flow, the counts, and each invariant with whether it holds."""
    table = Table(title=f"期末资金 Money at {figures['time'][:16]}")
    table.add_column("状态 State")
    table.add_column("金额 Amount", justify="right")
    for state, name in _STATE_NAMES.items():
        table.add_row(name, money.text(figures["money_fen"].get(state, 0)))
    table.add_section()
    table.add_row("台账合计 ledger", money.text(sum(figures["money_fen"].values())))
    table.add_row("银行余额 bank", money.text(figures["bank_fen"]))
    table.add_section()
    for flow, name in _FLOW_NAMES.items():
        table.add_row(name, money.text(figures["flow_fen"][flow]))
    console.print(table)
    console.print(happened.table(figures["happened"]))
    console.print(
        f"报名 enrolments {sum(figures['enrolments'].values())} · 拨付课时 lessons {figures['lessons_released']} · "
        f"划拨批次 payouts {sum(figures['payouts'].values())} · "
        f"退费 refunds {sum(figures['refunds'].values())} · 预警 alerts {sum(figures['alerts'].values())} · "
        f"留痕 sealed days {figures['sealed_days']} · "
        f"补记 repairs {sum(figures['repairs'].values())} · 搁置 parked {figures['parked']} · {figures['seconds']} s"
    )
    told = figures["reconciliation"]
    console.print(
        f"对账单 statements {told['statements']}（一致 agree {told['agree']}）· 一致 matched {told['matched']} · "
        f"补记 adopted {told['adopted']} · 不符 broken {told['broken']} · 差异 breaks: "
        f"待查 open {told['breaks_open']}，已说明 explained {told['breaks_explained']}，"
        f"已解决 resolved {told['breaks_resolved']}"
    )
    insured = figures["insurance"]
    console.print(
        f"意外险 accident covers: 缴清的报名 paid enrolments {insured['paid_enrolments']} · "
        f"应投保 covers {insured['covers']} · "
        f"保单 policies {insured['policies']} · 因退费终止 ended by a refund {insured['ended_by_refund']} · "
        f"拒保后再次申请 asked for again {insured['asked_again']}"
    )
    for name, holds in figures["invariants"].items():
        console.print(f"[{'green' if holds else 'red'}]{'✓' if holds else '✗'} {name}[/]")
    for name, violations in figures["violations"].items():
        console.print(f"{name}: {violations[:3]}", style="red")
