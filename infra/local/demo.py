"""`make demo`: a term of the district, told on the test clock through the public doors, and closed with the books.

    python -m infra.local.demo [--json FILE] [--port 8200] [--until 2026-10-01] [--families 100] [--new]

Stopped in the middle (Ctrl-C, SIGTERM), the next start goes on where it was.
"""

import argparse
import json
import shutil
import signal
import sys
import threading
import time
from collections import Counter, defaultdict
from dataclasses import replace
from datetime import date, datetime, timedelta
from datetime import time as time_of_day
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from infra.local import books, district, district_process, happened, seed, trouble
from infra.local.district_process import District
from infra.local.stage import Step
from infra.local.story import TERM_ENDS
from infra.local.term import Term
from shared.funds.model import State
from shared.funds.store import books as stored_books
from shared.funds.store.books import Books
from shared.institutions import rules
from shared.institutions import store as institutions
from shared.kernel import clock, money

STATE = Path(".hui/demo")
_STORIES = {
    "deposit": "机构存入最低余额",
    "staff": "教师受邀登录",
    "files": "机构上传材料：检查、收存或拒收，审核员查阅",
    "enrol": "家长选课报名",
    "pay": "家长缴费入监管账户",
    "mark": "教师登记考勤",
    "confirm": "家长确认课时，课时费拨付",
    "nobodys": "来历不明的入账",
    "minimum": "最低余额：补足、核定、支取",
    "payout": "银行分次支付划拨",
    "recall": "划拨失败，两人撤回，随下一批划拨",
    "siblings": "一笔缴费分给两个孩子的报名",
    "allocate": "两人查明附言不清的缴费，转入报名",
    "interest": "银行结息：金额有误的消息被拒，更正后入账",
    "stranger": "误汇的款项由两人退回",
    "reversal": "银行冲正入账，家长补缴",
    "suspend": "监管员暂停机构招生",
    "look": "暂停期间商城不再展示其课程",
    "reinstate": "监管员恢复机构招生",
    "decide": "监管员裁决争议",
    "refund": "家长申请退费，机构答复",
    "list": "两人列入白名单、黑名单；牌匾可扫码查验；机构申诉",
    "terminate": "机构终止办学：清退、公示、签发通知书",
    "arbitrate": "两人裁决有异议的退费",
    "statement": "银行对账单：丢失的消息补记，差异有人说明",
    "instruct": "付款指令另以文件交银行，一笔只付一次",
    "read": "家长和机构取对账单",
}


def main(arguments: list[str] | None = None) -> int:
    """Tell the term; the exit status is 0 when every invariant holds, 1 when one doesn't, 130 when stopped."""
    options = _options(arguments)
    stopping = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopping.set())
    console = Console()
    state: Path = options.state
    over = (state / "done").exists() or not (state / "planted").exists()
    if options.new or over:
        shutil.rmtree(state, ignore_errors=True)
    started = time.monotonic()
    try:
        with district_process.running(port=options.port, state_dir=state) as running:
            figures = _tell(running, options, stopping, console, state)
            if figures is not None and options.books:
                books.write(list(books.of_schools(read_books(running))), options.books)
    except trouble.Trouble as problem:
        console.print(str(problem), style="red")
        return 1
    if figures is None:
        console.print("已停下，未丢失任何数据；下次 make demo 从这里继续。 Stopped; the next start goes on from here.")
        return 130
    (state / "done").touch()
    figures["seconds"] = round(time.monotonic() - started, 1)
    _show(figures, console)
    if options.json:
        Path(options.json).write_text(json.dumps(figures, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return 0 if all(figures["invariants"].values()) else 1


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", help="write the figures here")
    parser.add_argument("--books", type=Path, help="write every school's books here, for beancount and hledger")
    parser.add_argument("--port", type=trouble.port, default=8200)
    parser.add_argument("--state", type=Path, default=STATE)
    parser.add_argument("--until", type=date.fromisoformat, help="stop the story at the start of this day")
    parser.add_argument("--families", type=int, default=district.FAMILIES)
    parser.add_argument("--new", action="store_true", help="begin anew, even if the last one wasn't over")
    return parser.parse_args(arguments)


def _tell(
    running: District, options: argparse.Namespace, stopping: threading.Event, console: Console, state: Path
) -> dict[str, Any] | None:
    data = district.generate(family_count=options.families)
    planted = state / "planted"
    if not planted.exists():
        seed.plant(data, now=running.clock())
        running.open_accounts()
        planted.touch()
    term = Term(running, data, path=state / "term.json", stopping=stopping.is_set)
    if term.lived:
        console.print(f"接着上次继续：{clock.shown(running.clock())[:16]}  Going on from there.")
    until = datetime.combine(options.until, time_of_day(), clock.SHANGHAI) if options.until else TERM_ENDS
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:.0f} %"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=1)

        def progress(done: int, of: int, step: Step) -> None:
            story = _STORIES[step.name.split("-")[0]]
            bar.update(task, completed=done, total=of, description=f"{step.at:%m-%d %H:%M} {story}")

        if not term.live(until=until, progress=progress):
            return None
    return read_figures(running)


def read_books(running: District) -> Books:
    """All the books of a district at rest, with the bank's word on every account that they have an entry of."""
    running.settle()
    read = stored_books.read({})
    ours = {entry.account_no for entry in read.entries}
    told = {one["account_no"]: one["balance_fen"] for one in running.bank.books.accounts()}
    balances = {account_no: balance for account_no, balance in told.items() if account_no in ours}
    stopped = {iid: rules.stopped_periods(institutions.list_changes(iid)[::-1]) for iid in institutions.list_ids()}
    return replace(read, bank_balances=balances, stopped=stopped)


def read_figures(running: District) -> dict[str, Any]:
    """The closing figures of a district at rest: money by state, counts, and every invariant."""
    from functions.edge import parked
    from functions.edge.settings import settings
    from shared.alerts import store as alerts
    from shared.funds import invariants, seal_invariants
    from shared.funds.store import sweeps

    read = read_books(running)
    found = invariants.check_all(read)
    found["seals_are_trusted"] = list(seal_invariants.seals_are_trusted(read, settings().seal_public_keys))
    states: Counter[str] = Counter()
    for totals in read.totals:
        states.update({state.value: amount for state, amount in totals.by_state.items()})
    raised = alerts.list_alerts(alerts.DISTRICT, limit=1000, cursor=None).rows
    repairs: Counter[str] = Counter()
    for _, repaired in sweeps.list_last(1000):
        repairs.update(repaired)
    return {
        "money_fen": {state: states[state] for state in sorted(states) if state != "outside"},
        "flow_fen": {
            "deposited": sum(totals.deposited_fen for totals in read.totals),
            "released": sum(totals.released_fen for totals in read.totals),
            "paid_out": sum(totals.paid_out_fen for totals in read.totals),
            "refunded": sum(totals.refunded_fen for totals in read.totals),
        },
        "bank_fen": sum(read.bank_balances.values()),
        "enrolments": dict(sorted(Counter(account.status.value for account in read.accounts).items())),
        "entries": dict(sorted(Counter(entry.kind.value for entry in read.entries).items())),
        "lessons_released": sum(account.lessons_released for account in read.accounts),
        "payouts": dict(sorted(Counter(payout.status.value for payout in read.payouts).items())),
        "refunds": dict(sorted(Counter(refund.status.value for refund in read.refunds).items())),
        "alerts": dict(sorted(Counter(alert.rule.value for alert in raised).items())),
        "reconciliation": _reconciliation(read),
        "happened": happened.of(read, messages_refused=_messages_refused(running)),
        "repairs": dict(repairs),
        "sealed_days": len(read.seals),
        "parked": len(parked.list_parked(limit=1000, cursor=None).rows),
        "time": clock.shown(running.clock()),
        "violations": {name: violations[:20] for name, violations in found.items() if violations},
        "invariants": {name: not violations for name, violations in found.items()},
    }


def _messages_refused(running: District) -> int:
    """How many of the bank's messages were refused since the district began."""
    from shared.bank import store as inbox

    first, last = (clock.business_day(at) for at in (district_process.STARTS_AT, running.clock()))
    days = (first + timedelta(days=number) for number in range((last - first).days + 1))
    return sum(inbox.count_refused(day.isoformat(), at_most=1000) for day in days)


def _reconciliation(read: Books) -> dict[str, int]:
    """Every statement of every account, its lines by outcome, the breaks by state; and how many agree with the entries.

    `agree` is judged anew, from the entries themselves: what an account holds by effective day is what the bank says.
    """
    from shared.reconciliation.model import BreakState
    from shared.reconciliation.store import breaks as break_store
    from shared.reconciliation.store import statements as statement_store

    found = [
        one
        for account_no in read.bank_balances
        for one in statement_store.list_statements(account_no, limit=500, cursor=None).rows
    ]
    moves: dict[str, list[tuple[date, int]]] = defaultdict(list)
    for entry in read.entries:
        moves[entry.account_no].append((entry.effective_on, -entry.legs.get(State.OUTSIDE, 0)))
    agree = sum(one.closing_fen == sum(fen for day, fen in moves[one.account_no] if day <= one.day) for one in found)
    return {
        "statements": len(found),
        "agree": agree,
        "matched": sum(one.matched for one in found),
        "adopted": sum(one.adopted for one in found),
        "broken": sum(one.broken for one in found),
        **{f"breaks_{state.value}": break_store.count_breaks(state, at_most=1000) for state in BreakState},
    }


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


def _show(figures: dict[str, Any], console: Console) -> None:
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
    for name, holds in figures["invariants"].items():
        console.print(f"[{'green' if holds else 'red'}]{'✓' if holds else '✗'} {name}[/]")
    for name, violations in figures["violations"].items():
        console.print(f"{name}: {violations[:3]}", style="red")


if __name__ == "__main__":
    sys.exit(main())
