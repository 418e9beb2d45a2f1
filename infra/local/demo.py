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
from datetime import date, datetime
from datetime import time as time_of_day
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from infra.local import books, demo_figures, demo_tables, district, district_process, seed, trouble
from infra.local.district_process import District
from infra.local.stage import Step
from infra.local.story import TERM_ENDS
from infra.local.term import Term
from shared.kernel import clock

STATE = Path(".hui/demo")
_STORIES = {
    "deposit": "机构存入最低余额",
    "staff": "教师受邀登录",
    "files": "机构上传材料：检查、收存或拒收，审核员查阅",
    "course": "机构起草课程：不符规定一次告知、退回、通过、上架，家长报名",
    "waitlist": "满员候补：名额过期转给候补家长，报价、限时报名",
    "find": "家长按拼音首字母、街道、时间查找课程，翻页，比较",
    "enrol": "家长选课报名",
    "pay": "家长缴费入监管账户",
    "wechat": "家长微信支付：通知只作记录，银行入账后报名生效",
    "mark": "教师登记考勤",
    "transfer": "家长申请转班，机构同意，余下课时在新班上",
    "opening": "未达到最低开班人数的班级没有开班，全额退费；一个班声明照常开班",
    "absence": "家长请假，机构加开补课，教师登记，家长确认",
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
    "tell": "家长订阅微信消息，微信原路退费，意外险理赔",
    "insure": "意外险：承保机构停机两日、丢失答复、拒保后再次申请",
    "policy": "两人变更规则数字，自施行日起的报名按新版本",
    "refund": "家长申请退费，机构答复",
    "filing": "申请设立机构：提交材料、两次补正、现场核查、决定、公示、发证",
    "amendment": "变更登记事项：申报、公示、两人办理",
    "inspection": "年检：开启、提交、核查、整改、不合格、逾期督办",
    "accounts": "新机构开户：银行答复户名，两人批准，纳入资金监管",
    "profile": "机构申报证书、教学环境和教师，教育局审核公示；名单上的教师被拒，同一时间在两家机构任教的班级被拒",
    "person": "在职教师名册；两人列入从业人员黑名单",
    "list": "两人列入白名单、黑名单，移出；牌匾可扫码查验；机构申诉",
    "terminate": "机构被吊销办学许可证：清退、公示、签发通知书",
    "arbitrate": "两人裁决有异议的退费",
    "statement": "银行对账单：丢失的消息补记，差异有人说明",
    "instruct": "付款指令另以文件交银行，一笔只付一次",
    "read": "家长和机构取对账单",
    "review": "家长评价，机构回复；集中评价被降低权重，违规评价公开理由后隐藏",
    "private": "家长举报以优惠诱导私下付费，核查属实",
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
                books.write(list(books.of_schools(demo_figures.read_books(running))), options.books)
    except trouble.Trouble as problem:
        console.print(str(problem), style="red")
        return 1
    if figures is None:
        console.print("已停下，未丢失任何数据；下次 make demo 从这里继续。 Stopped; the next start goes on from here.")
        return 130
    (state / "done").touch()
    figures["seconds"] = round(time.monotonic() - started, 1)
    demo_tables.show(figures, console)
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
    return demo_figures.read_figures(running)


if __name__ == "__main__":
    sys.exit(main())
