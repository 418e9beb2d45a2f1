"""What `make run` says when it is ready: addresses, and who can sign in how."""

from collections.abc import Callable

from rich.console import Console
from rich.table import Table

from infra.local.control_door import SignIn
from infra.local.district import DistrictData
from infra.local.district.families import Confirming, Paying
from infra.local.district_process import District
from infra.local.ticker import Happening, padded
from shared.kernel import clock
from shared.people.model import StaffRole

USUAL_PORT = 8000
_ROLES = {
    StaffRole.REVIEWER: "审核员 reviewer",
    StaffRole.SUPERVISOR: "监管员 supervisor",
    StaffRole.FINANCE_OFFICER: "财务 finance officer",
    StaffRole.AUDITOR: "审计 auditor",
    StaffRole.ADMINISTRATOR: "管理员 administrator",
}


def sign_ins(data: DistrictData) -> list[SignIn]:
    """The console's users."""
    return [SignIn(_ROLES[one.role], one.username, one.password, one.totp_secret) for one in data.staff]


def short_names(data: DistrictData) -> Callable[[str], str]:
    """A school's short name by its id."""
    names: dict[str, str] = {one.institution.institution_id: one.institution.short_name for one in data.schools}
    return lambda institution_id: names.get(institution_id, institution_id)


def new_alerts() -> Callable[[], list[Happening]]:
    """Gives the alerts raised since it was asked last."""
    from shared.alerts import model, store

    def newest() -> list[model.Alert]:
        return list(store.list_alerts(store.DISTRICT, limit=20, cursor=None).rows)

    seen = {one.alert_id for one in newest()}

    def since() -> list[Happening]:
        new = [one for one in newest() if one.alert_id not in seen]
        seen.update(one.alert_id for one in new)
        return [_told(one) for one in reversed(new)]

    def _told(one: model.Alert) -> Happening:
        zh, en = model.RULE_NAMES[one.rule]
        return Happening(f"预警 {zh}", en, "trouble", one.institution_id, what=one.subject)

    return since


def show(console: Console, running: District, data: DistrictData, *, seconds: float) -> None:
    """The addresses and the sign-ins."""
    api = running.api_url
    console.print(f"\n[bold]惠服务 Hui Service[/]  本地演示区已就绪（{seconds:.1f} 秒） ready in {seconds:.1f} s\n")
    addresses = Table.grid(padding=(0, 2))
    for zh, en, address in (
        ("首页", "start page", f"{api}/"),
        ("管理端", "console", f"{api}/console"),
        ("接口文档", "API documents", f"{api}/docs"),
        ("接口", "API", f"{api}/v1/mall/categories"),
        ("健康检查", "health", f"{api}/health"),
        ("银行模拟", "bank simulator", f"{running.bank.site.url}/accounts"),
        ("微信模拟", "WeChat simulator", running.wechat.site.url),
        ("微信支付模拟", "WeChat Pay simulator", running.wechat_pay.site.url),
        ("本地数据库", "DynamoDB, S3, SQS", running.clients.url),
        ("现在", "the district's time", clock.shown(running.clock())),
        ("数据与日志", "state and log", f"{running.state_dir}/"),
    ):
        addresses.add_row(f"{zh} {en}", address)
    console.print(addresses)
    port = int(api.rpartition(":")[2])
    control = "make control" if port == USUAL_PORT else f"make control PORT={port}"
    console.print(f'\n[bold]管理端登录[/] console sign-ins（动态口令 one-time code: {control} ARGS="totp reviewer"）')
    for one in data.staff:
        console.print(f"  {padded(_ROLES[one.role], 32)}{one.username:<14}{one.password}")
    console.print(f'\n[bold]微信登录[/] WeChat sign-ins（接口令牌 API token: {control} ARGS="token OPENID"）')
    for role, openid in _wechat_users(data):
        console.print(f"  {padded(role, 32)}{openid}", soft_wrap=True)
    console.print(
        f"\n更多命令 more commands  {control} ARGS=--help"
        "\nCtrl-C 停止 stops it. 以下为实时业务事件 business events as they happen:\n"
    )


def _wechat_users(data: DistrictData) -> list[tuple[str, str]]:
    """A guardian who pays and confirms all through the term, and the people of her child's school."""
    plan = [one for one in data.plans if one.paying is Paying.EXACTLY and one.confirming is Confirming.WEEKLY][-1]
    offering = plan.taken.offering
    ids = [school.institution.institution_id for school in data.schools]
    return [
        ("家长 guardian", plan.family.openid),
        ("机构管理员 administrator", f"openid-admin-{ids.index(offering.institution_id) + 1} --school"),
        ("教师 teacher", f"openid-{offering.teacher_id} --school"),
    ]
