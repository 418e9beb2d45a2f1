"""The policy: the numbers that rules use, each with its source; open to everybody, without who decided on them."""

from datetime import date, datetime

from chalice.app import Blueprint

from functions.api.views import View
from functions.edge.auth import Audience
from functions.edge.contract import Call, endpoint
from shared.kernel import clock, errors
from shared.policy import file, store
from shared.policy import queries as policies
from shared.policy.model import Figure, Version

blueprint = Blueprint(__name__)

_MOST_COMING = 10


class UnknownPolicyVersion(errors.Missing):
    code = "unknown_policy_version"
    zh = "没有这个规则版本。"
    en = "There is no such version of the policy."


class FigureView(View):
    """A number of a rule. `source`: rule (published), practice (elsewhere), assumed (here). Amounts are in fen."""

    name: str
    section: str
    section_name: str
    value: int
    source: str
    note: str


class PolicyView(View):
    """A version, in force from the start of its day. `standing`: in_force, coming, past, withdrawn (never in force).

    `base` is the version that it was made of, null for the first. `holidays` and `working_days` are the bureau's own,
    where they differ from the published calendar.
    """

    version: str
    effective_from: date
    standing: str
    base: str | None
    figures: list[FigureView]
    holidays: list[date]
    working_days: list[date]


class PoliciesView(View):
    """What is in force, and the versions that are decided and still to come, the soonest first, 10 at most."""

    in_force: PolicyView
    coming: list[PolicyView]


@endpoint(
    blueprint,
    "GET",
    "/v1/policy",
    audience=Audience.PUBLIC,
    response=PoliciesView,
    summary_zh="现行规则和待施行的版本：每个数字及其来源",
    summary_en="The policy in force and the versions to come: each number with its source",
)
def get_policy(call: Call[None]) -> PoliciesView:
    coming = policies.coming(store.get_head(), on=clock.business_day(call.now))[:_MOST_COMING]
    in_force = policies.find_version(policies.in_force(at=call.now).version)
    assert in_force is not None
    return PoliciesView(
        in_force=_view(in_force, call.now, call.language),
        coming=[_view(store.get(entry), call.now, call.language) for entry in coming],
    )


@endpoint(
    blueprint,
    "GET",
    "/v1/policy/{version}",
    audience=Audience.PUBLIC,
    response=PolicyView,
    errors=(UnknownPolicyVersion,),
    summary_zh="某一版本的规则",
    summary_en="One version of the policy",
)
def get_policy_version(call: Call[None]) -> PolicyView:
    found = policies.find_version(call.path["version"])
    if found is None:
        raise UnknownPolicyVersion()
    return _view(found, call.now, call.language)


def _view(version: Version, now: datetime, language: str) -> PolicyView:
    policy = version.policy
    return PolicyView(
        version=policy.version,
        effective_from=policy.effective_from,
        standing=policies.standing(version, at=now),
        base=version.base or None,
        figures=[_figure(figure, language == "en") for figure in policy.figures],
        holidays=sorted(policy.own_days.holidays),
        working_days=sorted(policy.own_days.working_days),
    )


def _figure(figure: Figure, english: bool) -> FigureView:
    return FigureView(
        name=figure.name,
        section=figure.section,
        section_name=file.sections()[figure.section][english],
        value=figure.value,
        source=figure.source.value,
        note=figure.note_en if english else figure.note_zh,
    )
