"""The pages of single records, and the pages for everybody, in a real browser; and that no page is left out."""

import re
from datetime import timedelta
from typing import Any

import pytest

from app import app
from functions.edge import account_opening, plaque_acts
from shared.filings.model import State
from shared.filings.store import cases
from shared.funds import minimum_withdrawals, receipts
from shared.funds import queries as funds
from shared.institutions import store as institutions
from shared.kernel import clock
from shared.policy import queries as policies
from shared.profiles import store as profiles
from shared.reconciliation import breaks as reconciliation
from shared.reconciliation.model import BreakKind, Finding
from shared.reconciliation.store import breaks
from shared.reviews import usecases as reviews
from shared.teaching import queries as teaching
from tests import openings
from tests.browser import test_console, test_winding_up
from tests.browser.conftest import DESK, PHONE, Lived, Open
from tests.builders import an_id
from tests.reviews import examples

pytestmark = pytest.mark.browser

RECORDS = [
    "/",
    "/verify",
    "/verify?q=%E5%9F%B9%E8%AE%AD",
    "/verify/{plaque}",
    "/verify/receipt/{receipt}",
    "/console/catalogue",
    "/console/filings",
    "/console/filings?of=draft",
    "/console/filings/{filing}",
    "/console/filings/{draft}",
    "/console/profiles",
    "/console/validities",
    "/console/schools/{published}/profile",
    "/console/schools/{published}/profile/{change}",
    "/console/listings?of=black",
    "/console/schools/{school}/listing",
    "/console/schools/{school}/listing/blacklisting",
    "/console/schools/{school}/plaque",
    "/console/schools/{school}/reinstatement",
    "/console/personnel/20263705900000001",
    "/console/personnel/20263705900000001/delisting",
    "/console/account-requests/{licensed}",
    "/console/minimum-withdrawals/{withdrawal}",
    "/console/enrolments/{enrolment}/lessons/{session}/decision",
    "/console/reviews/{review}",
    "/console/private-payments/{report}",
    "/console/instructions",
    "/console/reconciliation",
    "/console/reconciliation/breaks",
    "/console/reconciliation/breaks/{account}/{day}/{break}",
    "/console/reconciliation/statements/{account}/{day}",
    "/console/sign-in",
]
_FILES = (".csv", ".pdf", ".xlsx", ".svg", ".xml", ".json", ".beancount", ".journal", "{form}", "/content")
_NOTHING = "/console/{room}"


@pytest.fixture(scope="module")
def found(lived: Lived) -> dict[str, str]:
    """What each name in a path stands for. What a term has none of by September is made."""
    now, account = lived.running.clock(), funds.get_account(lived.enrolment)
    school, policy = institutions.get(lived.school), policies.in_force(at=now)
    licensed = openings.license_school(905, phone="05337180905").institution_id
    account_opening.ask(
        institution_id=licensed, payout_bank_name="临淄农商行", payout_account_no=openings.PAYOUT, by="usr", now=now
    )
    withdrawal = minimum_withdrawals.request(
        institution_id=lived.school,
        amount_fen=10_000,
        from_account_no=school.accounts.minimum_balance_account_no,
        to_account_no=school.accounts.payout_account_no,
        reason="购置教具",
        by="usr",
        now=now,
    )
    about: dict[str, Any] = {"institution_id": lived.school, "policy": policy, "now": now}
    review = examples.written(
        enrolment_id=lived.enrolment, course_id=account.course_id, guardian_id=account.guardian_id, **about
    )
    reviews.report(institution_id=lived.school, review_id=review.review_id, reason="含有个人电话", by="usr", now=now)
    changes = (one for iid in institutions.list_ids() for one in profiles.list_of(iid, limit=1, cursor=None).rows)
    change, account_no = next(changes), school.accounts.tuition_account_no
    missing = Finding(BreakKind.MISSING, account_no, clock.business_day(now) - timedelta(days=1))
    reconciliation.note(missing, lived.school, lambda one: None, now)
    [wrong] = breaks.list_breaks_of(account_no, missing.day)
    return {
        "school": lived.school,
        "enrolment": lived.enrolment,
        "plaque": plaque_acts.issue(school, by="reviewer", now=now).plaque_id,
        "receipt": receipts.of(account).code,
        "filing": cases.list_by_state(State.PUBLICISED, limit=1, cursor=None).rows[0].case_id,
        "draft": cases.list_by_state(State.DRAFT, limit=1, cursor=None).rows[0].case_id,
        "published": change.institution_id,
        "change": change.change_id,
        "licensed": licensed,
        "withdrawal": withdrawal.withdrawal_id,
        "session": teaching.list_lessons(lived.enrolment)[0].session_id,
        "review": review.review_id,
        "report": examples.reported(905, by=an_id("grd", 905), **about).report_id,
        "account": account_no,
        "day": missing.day.isoformat(),
        "break": wrong.break_id,
    }


class TestRecords:
    @pytest.mark.parametrize(("language", "size"), [("zh", PHONE), ("en", DESK)], ids=["phone", "desk"])
    def test_can_be_read_by_everybody(
        self, open_page: Open, found: dict[str, str], language: str, size: tuple[int, int]
    ) -> None:
        page = open_page(size=size, language=language)
        seen = {}
        for path in RECORDS:
            response = page.go(path.format(**found))
            page.page.eval_on_selector_all("main details", "all => all.forEach(one => one.open = true)")
            seen[path] = (response.status, page.too_wide(), page.barriers())

        assert seen == dict.fromkeys(RECORDS, (200, 0, []))


class TestTheList:
    def test_leaves_no_page_out(self) -> None:
        """Each page of the console is opened by one of these modules, but for files and the address of nothing."""
        opened = [*test_console.ROOMS, *test_winding_up.PLACES, *RECORDS]
        patterns = [re.compile(re.sub(r"\\\{[^}]*\\\}", r"[^/?]+", re.escape(path))) for path in _pages()]
        left_out = {one.pattern for one in patterns if not any(one.fullmatch(path.split("?")[0]) for path in opened)}

        assert left_out == set()


def _pages() -> list[str]:
    """The paths of the pages, without files."""
    own = [path for path in app.routes if "GET" in app.routes[path] and path.startswith(("/console", "/verify"))]
    return [path for path in own if not path.endswith(_FILES) and path != _NOTHING]
