"""The alerts of the district, or of one school."""

from collections.abc import Iterator

from chalice.app import Blueprint

from functions.console import alert_words, csv_files, words
from functions.console.pages import Download, Shown, Visit, page
from shared.alerts import store as alerts
from shared.alerts.model import Alert
from shared.institutions import store as institutions
from shared.kernel import clock, ids

blueprint = Blueprint(__name__)

PAGE = 20
MOST_IN_A_FILE = 2000


@page(blueprint, "/console/alerts")
def show_alerts(visit: Visit) -> Shown:
    """One page of them, newest first."""
    of = _of(visit)
    found = alerts.list_alerts(of, limit=PAGE, cursor=visit.asked("cursor"))
    schools = institutions.get_many([one.institution_id for one in found.rows]) if found.rows else {}
    told = {
        "rows": found.rows,
        "schools": schools,
        "next_cursor": found.next_cursor,
        "paged": "cursor" in visit.query,
        "of": None if of == alerts.DISTRICT else of,
        "most_in_a_file": MOST_IN_A_FILE,
    }
    return Shown("alerts.html", told)


@page(blueprint, "/console/alerts.csv")
def download_alerts(visit: Visit) -> Download:
    """The newest alerts, as a table."""
    found = list(_newest(_of(visit)))
    schools = institutions.get_many([one.institution_id for one in found]) if found else {}
    rows = [
        [
            one.alert_id,
            csv_files.moment(one.raised_at),
            one.severity.value,
            one.rule.value,
            one.institution_id,
            schools[one.institution_id].name if one.institution_id in schools else "",
            alert_words.why(one, visit.language),
            one.threshold,
            one.rule_version,
            one.subject,
        ]
        for one in found
    ]
    return Download(f"alerts-{clock.business_day(visit.now)}.csv", csv_files.text(_COLUMNS, visit.language, rows))


_COLUMNS: tuple[words.Both, ...] = (
    ("预警编号", "alert_id"),
    ("时间", "raised_at"),
    ("等级", "severity"),
    ("规则", "rule"),
    ("机构编号", "institution_id"),
    ("机构", "institution"),
    ("依据", "why"),
    ("界限", "threshold"),
    ("规则版本", "rule_version"),
    ("分录", "entry"),
)


def _of(visit: Visit) -> str:
    """Whose alerts are asked for. Raises UnknownInstitution."""
    school = visit.asked("school")
    if school is None:
        return alerts.DISTRICT
    if not ids.is_id(school, "ins"):
        raise institutions.UnknownInstitution()
    return school


def _newest(of: str) -> Iterator[Alert]:
    cursor = None
    for _ in range(MOST_IN_A_FILE // 100):
        found = alerts.list_alerts(of, limit=100, cursor=cursor)
        yield from found.rows
        cursor = found.next_cursor
        if cursor is None:
            return
