"""Steers the district that `make run` has started: `python -m infra.local.control --help`."""

import argparse
import json
import os
import re
import sys
from datetime import timedelta
from typing import Any

import urllib3

from infra.local import trouble
from infra.local.insurer_faults import InsurerFault
from infra.local.scanner_simulator import Fault
from infra.local.wechat_pay_callbacks import FAULTS as WECHAT_FAULTS

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_CONTROL = 4
_WORDS = {"lose-next": "lose", "duplicate-next": "duplicate", "reverse-next": "reverse", "delay-next": "delay"}


class NotRunning(trouble.Trouble):
    zh = "没有在端口 {port} 运行的本地演示区，请先执行 make run（其他端口用 --port）"
    en = "no district is running on port {port}; start it with make run (another port: --port)"


class Refused(trouble.Trouble):
    zh = "没有执行：{error}"
    en = "not done"


class Broken(trouble.Trouble):
    zh = "{lines}\n{sum_up}"
    en = "the books aren't as they were sealed"


def main(words: list[str] | None = None) -> int:
    """Run one command; the exit code."""
    told = _parser().parse_args(words)
    try:
        print(told.run(told))
    except trouble.Trouble as problem:
        print(problem, file=sys.stderr)
        return 1
    return 0


def duration(text: str) -> timedelta:
    """`7d`, `90m`, `1d12h`. Raises ArgumentTypeError."""
    parts = re.findall(r"(\d+)([smhdw])", text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        raise argparse.ArgumentTypeError(f"{text!r}: 例如 7d、12h、90m · such as 7d, 12h, 90m")
    return sum((timedelta(**{_UNITS[unit]: int(number)}) for number, unit in parts), timedelta())


def _call(port: int, method: str, path: str, body: Any = None) -> Any:
    return _ask(port, method, f"http://127.0.0.1:{port + _CONTROL}{path}", body)


def _ask(port: int, method: str, url: str, body: Any) -> Any:
    http = urllib3.PoolManager(retries=False, timeout=urllib3.Timeout(connect=2, read=3600))
    headers = {"x-hui-control": "1", "content-type": "application/json"}
    try:
        answer = http.request(method, url, body=None if body is None else json.dumps(body), headers=headers)
        told = json.loads(answer.data)
    except (urllib3.exceptions.HTTPError, ValueError):
        raise NotRunning(port=port) from None
    if answer.status >= 400:
        raise Refused(error=told.get("error") or told.get("detail") or answer.status)
    return told


def _advance(told: argparse.Namespace) -> str:
    answer = _call(told.port, "POST", "/clock/advance", {"seconds": int(told.by.total_seconds())})
    return f"现在 now: {answer['now']}（期间定时任务 scheduled runs: {answer['runs']}）"


def _now(told: argparse.Namespace) -> str:
    return str(_call(told.port, "GET", "/status")["now"])


def _deposit(told: argparse.Namespace) -> str:
    body = {"enrolment": told.enrolment, "account_no": told.account, "remittance": told.remittance}
    body |= {"amount_fen": told.amount_fen}
    answer = _call(
        told.port, "POST", "/bank/deposits", {name: value for name, value in body.items() if value is not None}
    )
    return f"银行已入账 booked: {answer['amount']} → {answer['account_no']}（{answer['bank_reference']}）"


def _open_accounts(told: argparse.Namespace) -> str:
    body = {"holder": told.holder} | ({"payout_account_no": told.payout} if told.payout else {})
    answer = _call(told.port, "POST", "/bank/school-accounts", body)
    return (
        f"学费监管账户 tuition account: {answer['tuition_account_no']}\n"
        f"最低余额账户 minimum balance account: {answer['minimum_balance_account_no']}"
    )


def _interest(told: argparse.Namespace) -> str:
    body = {"account_no": told.account, "amount_fen": told.amount_fen}
    answer = _call(told.port, "POST", "/bank/interest", {name: value for name, value in body.items() if value})
    return f"银行已结息 credits of interest: {answer['credits']}，{answer['amount']}"


def _fault(told: argparse.Namespace) -> str:
    body: dict[str, Any] = {"fault": _WORDS.get(told.action, told.action), "count": told.count}
    if told.action == "duplicate-next":
        body["times"] = told.times
    return _faults(_call(told.port, "POST", "/bank/faults", body))


def _correct(told: argparse.Namespace) -> str:
    answer = _call(told.port, "POST", f"/bank/{told.action}", {"reference": told.reference})
    return f"银行已入账 booked: {answer['amount']}（{answer['bank_reference']}）"


def _no_faults(told: argparse.Namespace) -> str:
    return _faults(_call(told.port, "DELETE", "/bank/faults"))


def _faults(answer: Any) -> str:
    listed = "，".join(f"{one['fault']} ×{one['count']}" for one in answer["faults"])
    return f"银行故障 faults to come: {listed or '无 none'}"


def _streams(told: argparse.Namespace) -> str:
    answer = _call(told.port, "POST", f"/streams/{told.action}")
    word = "已暂停 paused" if answer["paused"] else "已恢复 running"
    return f"数据流 streams: {word}，等待 waiting: {_counts(answer['waiting'])}"


def _verify(told: argparse.Namespace) -> str:
    answer = _call(told.port, "GET", "/seals")
    if answer["broken"]:
        raise Broken(lines="\n".join(answer["broken"]), sum_up=answer["sum_up"])
    return str(answer["sum_up"])


def _run(told: argparse.Namespace) -> str:
    return json.dumps(_call(told.port, "POST", f"/schedules/{told.name}")["answer"], ensure_ascii=False)


def _totp(told: argparse.Namespace) -> str:
    return str(_call(told.port, "GET", f"/totp/{told.username}")["code"])


def _wechat_code(told: argparse.Namespace) -> str:
    return str(_call(told.port, "POST", "/wechat/codes", {"openid": told.openid})["code"])


def _wechat_pay(told: argparse.Namespace) -> str:
    answer = _call(told.port, "POST", "/wechat/payments", {"enrolment": told.enrolment})
    return (
        f"微信已支付 paid by WeChat: {answer['amount']}（{answer['out_trade_no']}），次日到银行 at the bank a day later"
    )


def _wechat_fault(told: argparse.Namespace) -> str:
    answer = _call(told.port, "POST", "/wechat/faults", {"fault": told.fault, "count": told.count})
    return f"微信支付故障 faults to come: {'，'.join(answer['faults'])}"


def _no_wechat_faults(told: argparse.Namespace) -> str:
    _call(told.port, "DELETE", "/wechat/faults")
    return "微信支付故障 faults to come: 无 none"


def _token(told: argparse.Namespace) -> str:
    """Sign in as a mini-program would: a code of WeChat's, handed to the API."""
    code = _call(told.port, "POST", "/wechat/codes", {"openid": told.openid})["code"]
    body = {"wechat_code": code, "as": "school" if told.school else "guardian"}
    answer = _ask(told.port, "POST", f"http://127.0.0.1:{told.port}/v1/sign-ins", body)
    return str(answer["token"])


def _status(told: argparse.Namespace) -> str:
    answer = _call(told.port, "GET", "/status")
    if told.json:
        return json.dumps(answer, ensure_ascii=False, indent=2)
    streams, bank = answer["streams"], answer["bank"]
    lines = [
        f"时间 now        {answer['now']}",
        f"地址 API        {answer['api']}",
        f"数据流 streams  {'暂停 paused' if streams['paused'] else '运行 running'}，"
        f"等待 waiting: {_counts(streams['waiting'])}，放弃 given up: {answer['given_up']}",
        f"银行 bank       监管账户合计 in supervised accounts: {bank['balance_fen'] / 100:,.2f} 元",
        f"银行消息 messages  {_counts(bank['messages'])}",
        f"银行故障 faults  {'，'.join(one['fault'] for one in bank['faults']) or '无 none'}",
        "下次运行 next runs",
        *(f"  {name:<16} {due}" for name, due in sorted(answer["next_runs"].items(), key=lambda one: one[1])),
    ]
    return "\n".join(lines)


def _counts(counts: dict[str, int]) -> str:
    return "，".join(f"{name} {count}" for name, count in counts.items()) or "0"


def _scanner(told: argparse.Namespace) -> str:
    answer = _call(told.port, "POST", "/scanner", {"fault": told.fault})
    return f"病毒扫描 scanner: {answer['fault']}"


def _insurer(told: argparse.Namespace) -> str:
    if told.fault == "no-faults":
        answer = _call(told.port, "DELETE", "/insurer/faults")
    else:
        body = {"fault": told.fault, "count": told.count, "hours": told.for_.total_seconds() / 3600}
        answer = _call(told.port, "POST", "/insurer/faults", body)
    listed = "，".join(f"{one['fault']} {one.get('until') or '×' + str(one['count'])}" for one in answer["data"])
    return f"承保机构故障 faults to come: {listed or '无 none'}"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m infra.local.control", description="控制正在运行的本地演示区 · steer the running local district"
    )
    port = os.environ.get("PORT") or "8000"
    parser.add_argument(
        "--port", type=trouble.port, default=port, help="make run 的端口 · the port of make run (%(default)s)"
    )
    topics = parser.add_subparsers(required=True, metavar="command")
    _add_clock(topics)
    _add_bank(topics)
    _add_wechat(topics)
    streams = topics.add_parser("stream", help="暂停或恢复数据流 · pause or resume the streams")
    streams.add_argument("action", choices=["pause", "resume"])
    streams.set_defaults(run=_streams)
    scanner = topics.add_parser("scanner", help="病毒扫描服务的故障 · what is the matter with the malware scanner")
    scanner.add_argument("fault", choices=[fault.value for fault in Fault])
    scanner.set_defaults(run=_scanner)
    insurer = topics.add_parser("insurer", help="承保机构的故障 · what goes wrong at the insurer")
    insurer.add_argument("fault", choices=[*(fault.value for fault in InsurerFault), "no-faults"])
    insurer.add_argument("count", type=int, nargs="?", default=1, help="接下来几次 · with the next so many requests")
    insurer.add_argument(
        "--for", dest="for_", type=duration, default="2d", help="down 多久 · how long it is down: 2d、6h"
    )
    insurer.set_defaults(run=_insurer)
    status = topics.add_parser("status", help="现在的状态 · how things stand")
    status.add_argument("--json", action="store_true", help="JSON")
    status.set_defaults(run=_status)
    verify = topics.add_parser("verify", help="核对全部分录与留痕 · walk every entry and every day's seal")
    verify.set_defaults(run=_verify)
    run = topics.add_parser("run", help="立即运行一个定时任务 · run a scheduled function now")
    run.add_argument("name")
    run.set_defaults(run=_run)
    totp = topics.add_parser("totp", help="管理端动态口令 · a console user's current one-time code")
    totp.add_argument("username")
    totp.set_defaults(run=_totp)
    token = topics.add_parser("token", help="以微信身份登录，得到接口令牌 · sign in by WeChat; the API token")
    token.add_argument("openid")
    token.add_argument("--school", action="store_true", help="机构用户 · as a school's user, not as a guardian")
    token.set_defaults(run=_token)
    code = topics.add_parser("wechat-code", help="微信登录凭证 · a WeChat sign-in code for POST /v1/sign-ins")
    code.add_argument("openid")
    code.set_defaults(run=_wechat_code)
    return parser


def _add_clock(topics: Any) -> None:
    clock = topics.add_parser("clock", help="时钟 · the district's clock").add_subparsers(
        required=True, metavar="action"
    )
    advance = clock.add_parser("advance", help="前进，途中运行到期的定时任务 · move on, by way of every scheduled run")
    advance.add_argument("by", type=duration, help="7d、12h、90m")
    advance.set_defaults(run=_advance)
    clock.add_parser("show", help="显示 · show it").set_defaults(run=_now)


def _add_bank(topics: Any) -> None:
    bank = topics.add_parser("bank", help="银行 · the bank").add_subparsers(
        required=True, metavar="action", dest="action"
    )
    deposit = bank.add_parser("deposit", help="家长转账 · a parent's transfer")
    to = deposit.add_mutually_exclusive_group(required=True)
    to.add_argument(
        "--enrolment", help="报名编号，默认付清应付款 · an enrolment; pays what is due unless told an amount"
    )
    to.add_argument("--account", help="账号 · an account number")
    deposit.add_argument("--amount-fen", type=int, help="金额（分）· the amount in fen")
    deposit.add_argument("--remittance", help="附言 · the remittance text")
    deposit.set_defaults(run=_deposit)
    accounts = bank.add_parser("open-accounts", help="为新机构开立监管账户 · open a school's supervised accounts")
    accounts.add_argument("holder", help="机构全称 · the school's whole name")
    accounts.add_argument("--payout", help="机构收款账号，也在本行开立 · its own account, at this bank too")
    accounts.set_defaults(run=_open_accounts)
    interest = bank.add_parser("interest", help="上一季度结息 · credit the last quarter's interest, what isn't yet")
    interest.add_argument("--account", help="只对这个账号 · on this account only")
    interest.add_argument("--amount-fen", type=int, help="指定金额（分），可重复 · this many fen, however often")
    interest.set_defaults(run=_interest)
    reverse = bank.add_parser("reverse-deposit", help="冲正一笔入账 · take a deposit back")
    reverse.add_argument("reference", help="入账流水 · the deposit's reference")
    reverse.set_defaults(run=_correct)
    send_back = bank.add_parser("send-back", help="机构账户退回划拨 · the school's account sends a payout back")
    send_back.add_argument("reference", help="批次编号 · the payout's id")
    send_back.set_defaults(run=_correct)
    for action, zh, en in (
        ("lose-next", "丢失下一条消息", "lose the next messages"),
        ("duplicate-next", "重复下一条消息", "send the next messages several times"),
        ("delay-next", "下一条消息晚到一小时", "send the next messages an hour late"),
        ("reverse-next", "下几条消息倒序到达", "send the next messages in reverse order"),
    ):
        fault = bank.add_parser(action, help=f"{zh} · {en}")
        fault.add_argument("count", type=int, nargs="?", default=2 if action == "reverse-next" else 1)
        if action == "duplicate-next":
            fault.add_argument("--times", type=int, default=5)
        fault.set_defaults(run=_fault)
    fault = bank.add_parser("fault", help="其他故障，见 bank_faults.py · any fault of bank_faults.py")
    fault.add_argument("action")
    fault.add_argument("count", type=int, nargs="?", default=1)
    fault.set_defaults(run=_fault)
    bank.add_parser("no-faults", help="取消故障 · no faults any more").set_defaults(run=_no_faults)


def _add_wechat(topics: Any) -> None:
    wechat = topics.add_parser("wechat", help="微信支付 · WeChat Pay").add_subparsers(required=True, metavar="action")
    pay = wechat.add_parser("pay", help="支付报名最新的微信订单 · pay the newest order of an enrolment")
    pay.add_argument("enrolment")
    pay.set_defaults(run=_wechat_pay)
    fault = wechat.add_parser("fault", help="故障 · what goes wrong next")
    fault.add_argument("fault", choices=WECHAT_FAULTS)
    fault.add_argument("count", type=int, nargs="?", default=1)
    fault.set_defaults(run=_wechat_fault)
    wechat.add_parser("no-faults", help="取消故障 · no faults any more").set_defaults(run=_no_wechat_faults)


if __name__ == "__main__":
    sys.exit(main())
