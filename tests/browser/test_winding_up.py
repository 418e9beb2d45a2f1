"""The rooms of money that is out of the ordinary, in states that happen: suspense, payouts, interest, seals, proposals,
and a school's termination at each of its steps."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser

from functions.console import closing
from functions.edge.settings import settings
from shared.approvals import usecases as approvals
from shared.approvals.model import Kind
from shared.funds import minimum_requirements
from shared.funds import queries as funds
from shared.funds import terminations as money
from shared.institutions import store as institutions
from shared.institutions.model import Institution
from shared.kernel import clock, ids
from shared.kernel.ids import InstitutionId, ProposalId
from shared.kernel.money import Fen
from shared.policy import queries as policies
from shared.terminations import notices, usecases
from shared.terminations.model import Return, Step
from shared.terminations.store import cases
from shared.terminations.store import notices as notice_store
from tests import builders, steps
from tests.browser.conftest import DESK, PHONE, Lived, Open, sign_in
from tests.terminations import examples

pytestmark = pytest.mark.browser

HAPPENED = [
    "/console/suspense",
    "/console/suspense/{reference}",
    "/console/payouts/{payout}",
    "/console/schools/{school}/interest/{credit}",
    "/console/approvals",
    "/console/approvals/{proposal}",
    "/console/schools/{school}/proposals/freeze",
    "/console/seals",
    "/console/seals/{day}",
]
OF_FINANCE = ["/console/schools/{ending}/minimum/requirement", "/console/suspense/{reference}"]
ENDING = ["/console/terminations/{ending}", "/console/terminations", "/console/notices/{notice}"]
PLACES = [*HAPPENED, *OF_FINANCE, *ENDING]


@dataclass(frozen=True)
class Rooms:
    """Paths of what happened, and what finance keeps in her browser."""

    paths: list[str]
    of_finance: list[str]
    finance: Any


@pytest.fixture(scope="module")
def rooms(lived: Lived, chromium: Browser, ending: Institution) -> Iterator[Rooms]:
    """Money in suspense that somebody would return, a payout, a credit of interest, a sealed day, a requirement."""
    running, now = lived.running, lived.running.clock()
    school = institutions.get(lived.school)
    running.bank.credit_interest(school.accounts.tuition_account_no, amount_fen=1_234)
    running.settle()
    running.scheduler.run_now("credit_interest")
    running.settle()
    _require_little(ending, now)
    running.scheduler.run_now("sweep")
    running.scheduler.run_now("seal_day")
    [deposit, *_] = funds.list_suspense(limit=10, cursor=None).rows
    proposal = approvals.propose(
        proposal_id=ProposalId(ids.derived("prp", "browser", deposit.reference)),
        kind=Kind.SUSPENSE_RETURN,
        institution_id=deposit.institution_id,
        subject=deposit.reference,
        reason="付款人来电，误汇",
        by="finance2",
        now=now,
        figures={"amount_fen": 88_000, "left_fen": 88_000},
        words={"deposit": deposit.reference},
    )
    [credit, *_] = funds.list_all_interest(lived.school)
    paid = next(one for iid in institutions.list_ids() if (one := funds.find_last_payout(iid)))
    yesterday = clock.business_day(now) - timedelta(days=1)
    context = chromium.new_context()
    sign_in(context.new_page(), lived, "finance")
    named = {
        "reference": deposit.reference,
        "payout": paid.payout_id,
        "school": lived.school,
        "credit": credit.name,
        "proposal": proposal.proposal_id,
        "day": yesterday,
        "ending": ending.institution_id,
    }
    happened, of_finance = ([path.format(**named) for path in paths] for paths in (HAPPENED, OF_FINANCE))
    yield Rooms(happened, of_finance, context.storage_state())
    context.close()


@pytest.fixture(scope="module")
def ending(lived: Lived) -> Institution:
    """A school without families and strange money, whose minimum balance is all that there is to settle."""
    astray = {one.institution_id for one in funds.list_suspense(limit=100, cursor=None).rows}
    others = [one for one in institutions.get_many(institutions.list_ids()).values() if one.status == "licensed"]
    return next(
        one for one in others if one.institution_id not in astray and not funds.count_by_institution(one.institution_id)
    )


def _require_little(school: Institution, now: datetime) -> None:
    """Less than the formula asks for by now, so that the finance officer has something to propose."""
    minimum_requirements.set_anew(
        institution_id=school.institution_id,
        number=funds.get_minimum_balance(school.institution_id).requirements + 1,
        formula=builders.a_formula(1_000_000),
        reason="暂按下限核定",
        proposed_by="finance",
        approved_by="supervisor",
        now=now,
    )


def _steps(lived: Lived, school: Institution) -> list[tuple[str, Callable[[], object]]]:
    """What happens to the case, by what it is called."""
    iid, running = school.institution_id, lived.running
    told: dict[str, Any] = {"institution_id": iid, "now": running.clock()}

    def publicise() -> None:
        usecases.begin_refunding(by="supervisor", **told)
        running.scheduler.run_now("wind_up")
        usecases.publicise(unsettled={}, policy=policies.in_force(at=told["now"]), by="supervisor", **told)
        usecases.object_to(by_whom="场地出租方", text="机构尚欠一个月房租", by="reviewer", **told)

    return [
        ("stopped", lambda: steps.terminate(iid, now=told["now"])),
        ("settling", lambda: running.scheduler.run_now("wind_up")),
        ("publicity", publicise),
        ("publicity over", lambda: _end_publicity(iid)),
        ("checked", lambda: _check(iid, told["now"])),
        ("noticed", lambda: _issue(school, told["now"])),
        ("failed", lambda: _fail(iid, told["now"])),
        ("checked again", lambda: _check(iid, told["now"])),
    ]


def _end_publicity(institution_id: InstitutionId) -> None:
    ended = builders.TODAY - timedelta(days=30)
    cases.move(institution_id, lambda was: replace(was, publicity_until=ended, objections_open=0))


def _check(institution_id: InstitutionId, now: datetime) -> None:
    found = money.outstanding(institution_id)
    usecases.check_liabilities(
        institution_id=institution_id,
        remaining=closing.liabilities(found),
        figures=closing.figures(found),
        minimum_fen=found.minimum_fen,
        payable_fen=Fen(0),
        by="finance",
        now=now,
    )


def _issue(school: Institution, now: datetime) -> None:
    minimum = funds.get_minimum_balance(school.institution_id).balance_fen
    account_no = school.accounts.minimum_balance_account_no
    examples.issue(
        institution_id=school.institution_id,
        school={
            "name": school.name,
            "credit_code": school.credit_code,
            "payee_account_no": school.accounts.payout_account_no,
        },
        returns=[Return("minimum_balance", account_no, minimum)],
        key=settings().notice_signing_keys[0],
        now=now,
    )


def _fail(institution_id: InstitutionId, now: datetime) -> None:
    number = cases.get(institution_id).notice
    assert number is not None
    [one] = notice_store.get(number).returns
    notices.note_failure(
        number=number, account_no=one.account_no, amount_fen=one.amount_fen, reason="收款账户已销户", at=now
    )


class TestRooms:
    @pytest.mark.parametrize(("language", "size"), [("zh", PHONE), ("en", DESK)], ids=["phone", "desk"])
    def test_can_be_read_by_everybody(
        self, open_page: Open, rooms: Rooms, language: str, size: tuple[int, int]
    ) -> None:
        found = {}
        for paths, options in ((rooms.paths, {}), (rooms.of_finance, {"storage_state": rooms.finance})):
            page = open_page(size=size, language=language, **options)
            for path in paths:
                response = page.go(path)
                page.page.eval_on_selector_all("main details", "all => all.forEach(one => one.open = true)")
                found[path] = (response.status, page.too_wide(), page.barriers())

        assert found == dict.fromkeys([*rooms.paths, *rooms.of_finance], (200, 0, []))


class TestTermination:
    def test_can_be_read_at_every_step_by_those_who_act(
        self, open_page: Open, lived: Lived, rooms: Rooms, ending: Institution
    ) -> None:
        """A supervisor at a desk in English, the finance officer on her phone in Chinese."""
        supervisor = open_page(language="en")
        finance = open_page(size=PHONE, storage_state=rooms.finance)
        path = ENDING[0].format(ending=ending.institution_id)
        found = {}
        for name, happens in _steps(lived, ending):
            happens()
            for page in (supervisor, finance):
                response = page.go(path)
                page.page.eval_on_selector_all("main details", "all => all.forEach(one => one.open = true)")
                found[name] = (response.status, page.too_wide(), page.barriers())
                assert found[name] == (200, 0, []), name
        for place in ENDING[1:]:
            for page in (supervisor, finance):
                notice = cases.get(ending.institution_id).notice
                assert (page.go(place.format(notice=notice)).status, page.too_wide(), page.barriers()) == (200, 0, [])
        assert cases.get(ending.institution_id).step is Step.ZERO_LIABILITY
