"""The console's words for the policy's record."""

from collections.abc import Mapping

from shared.kernel import money
from shared.policy.model import Figure

Both = tuple[str, str]

STANDINGS: Mapping[str, Both] = {
    "in_force": ("现行", "In force"),
    "coming": ("待施行", "Coming"),
    "past": ("已被替代", "Replaced"),
    "withdrawn": ("已撤销", "Withdrawn"),
}
STANDING_LEVELS: Mapping[str, str] = {"in_force": "calm", "coming": "yellow", "past": "grey", "withdrawn": "grey"}
SOURCE_LEVELS: Mapping[str, str] = {"rule": "calm", "practice": "grey", "assumed": "yellow"}

UNITS: Mapping[str, Both] = {
    "lessons": ("课时", "lessons"),
    "months": ("个月", "months"),
    "hours": ("小时", "hours"),
    "minutes": ("分钟", "minutes"),
    "working_days": ("个工作日", "working days"),
    "days": ("天", "days"),
    "m2_per_student": ("平方米/人", "m² a student"),
    "": ("", ""),
}


def unit(figure_name: str) -> str:
    """What a figure of the policy counts: `unpaid_hours` -> 'hours'; empty when its name doesn't say."""
    return next((one for one in UNITS if one and one in figure_name), "")


def amount(figure: Figure, language: str) -> str:
    """A figure of the policy with its unit: ¥5,000.00, 30%, 20:30, 03-01, 7 working days."""
    name, value = figure.name, figure.value
    if name.endswith("_fen"):
        return money.text(value)
    if name.endswith("_percent"):
        return f"{value}%"
    if name.endswith("_clock"):
        return f"{value // 100:02}:{value % 100:02}"
    if name.endswith("_mmdd"):
        return f"{value // 100:02}-{value % 100:02}"
    return f"{value} {UNITS[unit(name)][language == 'en']}".strip()
