"""The district's schools with their money, and one school: its money, its timeline, its courses, its enrolments."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from chalice.app import Blueprint

from functions.console import charts, csv_files, officers, timeline, words
from functions.console.pages import Download, Shown, Visit, page
from functions.edge import personnel_acts, reentry
from shared.filings.store import cases as filings
from shared.funds import queries as funds
from shared.funds.minimum_model import MinimumBalance
from shared.funds.model import State
from shared.funds.totals_model import Totals
from shared.institutions import store as institutions
from shared.institutions.model import Institution, StatusChange
from shared.institutions.store import watched
from shared.institutions.store.watched import Watch
from shared.kernel import clock, ids
from shared.kernel.ids import InstitutionId
from shared.kernel.page import Page
from shared.mall import queries as courses
from shared.mall.model import CourseWithOfferings
from shared.policy import queries as policies
from shared.policy.model import Policy

blueprint = Blueprint(__name__)

PAGE = 20
WEEKS = 10
_CREDITS = 8
_FILINGS = 5


@dataclass(frozen=True)
class Line:
    """A school with its money. `minimum_level` and `licence` are levels: red, yellow, calm."""

    school: Institution
    totals: Totals
    minimum: MinimumBalance
    minimum_level: str
    licence: str

    def fen(self, state: State) -> int:
        """The school's money in a state."""
        return self.totals.by_state.get(state, 0)

    @property
    def minimum_percent(self) -> int:
        """How much of the required minimum balance is there, in whole percent rounded down."""
        return self.minimum.balance_fen * 100 // max(self.minimum.required_fen, 1)


def line(school: Institution, totals: Totals, minimum: MinimumBalance, *, today: date, policy: Policy) -> Line:
    """A school with its money, and how it stands."""
    level = policy.minimum_level(minimum.balance_fen, minimum.required_fen)
    return Line(school, totals, minimum, level, policy.validity_level(school.licence_valid_to, today))


@page(blueprint, "/console/schools")
def show_schools(visit: Visit) -> Shown:
    """One page of the schools, by name; or all those of one standing."""
    of = visit.asked("of")
    if of == Watch.FROZEN:
        frozen = watched.list_waiting(Watch.FROZEN, limit=PAGE, cursor=visit.asked("cursor"))
        by_id = institutions.get_many(frozen.rows) if frozen.rows else {}
        found = frozen.map(by_id.__getitem__)
    elif of in words.SCHOOL_STANDINGS:
        schools = institutions.get_many(institutions.list_ids()).values()
        named = sorted(schools, key=lambda school: school.short_name)
        found = Page([school for school in named if of == school.status])
    else:
        found = institutions.list_page(limit=PAGE, cursor=visit.asked("cursor"))
    shown = [school.institution_id for school in found.rows]
    totals = {one.institution_id: one for one in funds.get_totals_of(shown)}
    minimums = funds.get_minimum_balances(shown)
    rows = [_line(visit, school, totals, minimums) for school in found.rows]
    told = {"rows": rows, "of": of, "next_cursor": found.next_cursor, "paged": "cursor" in visit.query}
    return Shown("schools.html", told)


@page(blueprint, "/console/schools.csv")
def download_schools(visit: Visit) -> Download:
    """All schools with their money, as a table."""
    totals = {one.institution_id: one for one in funds.list_totals()}
    schools = institutions.get_many(institutions.list_ids())
    minimums = funds.get_minimum_balances(list(schools))
    by_name = sorted(schools.values(), key=lambda school: school.short_name)
    lines = [_line(visit, school, totals, minimums) for school in by_name]
    text = csv_files.text(_COLUMNS, visit.language, map(_cells, lines))
    return Download(f"schools-{clock.business_day(visit.now)}.csv", text)


@page(blueprint, "/console/schools/{institution_id}")
def show_school(visit: Visit) -> Shown:
    """One school."""
    school = get_school(visit)
    today = clock.business_day(visit.now)
    iid = school.institution_id
    weeks = charts.weeks(
        funds.list_days(iid, first=charts.first_day(today, count=WEEKS), last=today), last=today, count=WEEKS
    )
    enrolments = funds.list_by_institution(iid, limit=PAGE, cursor=visit.asked("enrolments"))
    happened = timeline.read(iid, cursor=visit.asked("timeline"), before=visit.asked("before"), now=visit.now)
    found = _courses(iid)
    totals = funds.get_totals(iid)
    told = {
        "line": line(
            school, totals, funds.get_minimum_balance(iid), today=today, policy=policies.in_force(at=visit.now)
        ),
        "school": school,
        "parts": charts.parts(totals.by_state, charts.TUITION_STATES),
        "weeks": weeks,
        "bars": charts.bars(weeks),
        "timeline": happened,
        "officers": officers.names(one.by for one in happened.happenings if isinstance(one, StatusChange)),
        "courses": found,
        "titles": {offering.offering_id: offering.name for one in found for offering in one.offerings},
        "enrolments": enrolments,
        "filed": filings.list_of_institution(iid, limit=_FILINGS, cursor=visit.asked("filings")),
        "interest": funds.list_interest(iid, limit=_CREDITS, cursor=visit.asked("interest")),
        "payouts": funds.list_payouts(iid, limit=10, cursor=visit.asked("payouts")),
        "query": visit.query,
        "hints": reentry.hints(school),
        "listed": personnel_acts.listed_teachers(school, on=today),
        "done": visit.query.get("done", ""),
    }
    return Shown("school.html", told)


_COLUMNS: tuple[words.Both, ...] = (
    ("机构编号", "institution_id"),
    ("名称", "name"),
    ("统一社会信用代码", "credit_code"),
    ("许可证号", "licence_no"),
    ("许可证有效期至", "licence_valid_to"),
    ("状态", "status"),
    ("监管中(元)", "held_yuan"),
    ("待划拨(元)", "payable_yuan"),
    ("划拨中(元)", "in_transit_yuan"),
    ("待查款(元)", "suspense_yuan"),
    ("最低余额(元)", "minimum_balance_yuan"),
    ("核定最低余额(元)", "minimum_required_yuan"),
)


def _cells(one: Line) -> list[csv_files.Cell]:
    school = one.school
    states = (State.HELD, State.PAYABLE, State.IN_TRANSIT, State.SUSPENSE)
    return [
        school.institution_id,
        school.name,
        school.credit_code,
        school.licence_no,
        school.licence_valid_to.isoformat(),
        school.status.value,
        *(csv_files.Yuan.of(one.fen(state)) for state in states),
        csv_files.Yuan.of(one.minimum.balance_fen),
        csv_files.Yuan.of(one.minimum.required_fen),
    ]


def get_school(visit: Visit) -> Institution:
    """The school that the address names. Raises UnknownInstitution."""
    text = visit.path["institution_id"]
    if not ids.is_id(text, "ins"):
        raise institutions.UnknownInstitution()
    school = institutions.get(InstitutionId(text))
    if not school.accounts.opened:  # its filings are all that there is of it
        raise institutions.UnknownInstitution()
    return school


def _line(
    visit: Visit,
    school: Institution,
    totals: Mapping[InstitutionId, Totals],
    minimums: Mapping[InstitutionId, MinimumBalance],
) -> Line:
    of, minimum = totals.get(school.institution_id, Totals(school.institution_id, {})), minimums[school.institution_id]
    return line(school, of, minimum, today=clock.business_day(visit.now), policy=policies.in_force(at=visit.now))


def _courses(institution_id: InstitutionId) -> list[CourseWithOfferings]:
    return [courses.get_course(card.course_id) for card in courses.list_courses_of_institution(institution_id)]
