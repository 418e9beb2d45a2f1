"""A real Chromium at the console of a small district that has lived some weeks. Both are made once for this folder."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pyotp
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from functions.edge import parked
from infra.local import district, district_process, seed, trouble
from infra.local.district.staff import STAFF
from infra.local.district_process import District
from infra.local.doors import Caller
from infra.local.term import Term
from shared.funds import queries as funds
from shared.funds import refunds
from shared.institutions import store as institutions
from shared.kernel.clock import SHANGHAI
from shared.kernel.ids import EnrolmentId, InstitutionId
from shared.materials import queries as materials
from shared.materials.model import KeptFile
from shared.teaching import queries as teaching
from shared.teaching import usecases
from shared.teaching.model import Due, Lesson
from tests.browser.looking import Watched

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
UNTIL = datetime(2026, 9, 10, 9, 0, tzinfo=SHANGHAI)  # the first lessons are taught
FAMILIES = 5
DESK, PHONE = (1280, 900), (390, 844)


@dataclass(frozen=True)
class Lived:
    """The district, and what of it the tests look at: a school with enrolments, an enrolment with a dispute, a
    contested refund, a picture that is at two schools."""

    running: District
    school: InstitutionId
    enrolment: EnrolmentId
    refund: str
    file: KeptFile

    @property
    def url(self) -> str:
        return self.running.api_url

    def code(self, username: str) -> str:
        """The one-time code that an officer's phone shows now."""
        officer = next(one for one in STAFF if one.username == username)
        return pyotp.TOTP(officer.totp_secret).at(self.running.clock())


def pytest_runtest_setup() -> None:
    """Without a browser these tests are skipped, in one line; where CI=true they fail."""
    if not CHROMIUM.exists():
        missing = f"没有 {CHROMIUM}：跳过浏览器测试 / No {CHROMIUM}: the browser tests are skipped"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """The browser."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def lived(chromium: Browser) -> Iterator[Lived]:
    """A small district on the morning of 10 September, with something in every room."""
    data = district.generate(family_count=FAMILIES)
    with district_process.running(port=trouble.free_ports(district_process.PORTS)) as running:
        seed.plant(data, now=running.clock())
        running.open_accounts()
        assert Term(running, data).live(until=UNTIL)
        _pay_out(running)
        _go_astray(running)
        enrolment = _dispute(running)
        refund = _contest(running, enrolment)
        school = funds.get_account(enrolment).institution_id
        yield Lived(running, school, enrolment, refund, _photo(data.schools[0].institution.institution_id))


def _photo(school: InstitutionId) -> KeptFile:
    """What a school handed in last."""
    return materials.list_of_institution(school, limit=1, cursor=None).rows[0]


def _waiting() -> list[Lesson]:
    """The lessons that wait for their guardians, the longest waiting first."""
    until = datetime(2027, 1, 1, tzinfo=SHANGHAI)
    found = teaching.list_waiting(Due.AUTO_CONFIRMATION, until=until, limit=10, cursor=None)
    return [one.lesson for one in found.rows]


def _named(lesson: Lesson) -> dict[str, Any]:
    return {
        "enrolment_id": lesson.enrolment_id,
        "offering_id": lesson.offering_id,
        "session_id": lesson.session_id,
    }


def _pay_out(running: District) -> None:
    """A lesson is confirmed, and its share paid out."""
    usecases.confirm_lesson(**_named(_waiting()[0]), now=running.clock())
    running.settle()
    running.scheduler.run_now("pay_out")
    running.settle()


def _go_astray(running: District) -> None:
    """Money that matches nothing, a message that nobody signed, a record that no function can handle."""
    school = institutions.list_page(limit=1, cursor=None).rows[0]
    running.bank.transfer(school.accounts.tuition_account_no, 88_000, remittance="书法班", payer_name="无名氏")
    running.settle()
    Caller(running.api_url).call("POST", "/v1/bank/events", {"type": "deposit.posted"})
    parked.park("keep_totals", {"eventID": "e1", "eventName": "INSERT"}, "KeyError: 'legs'", now=running.clock())


def _dispute(running: District) -> EnrolmentId:
    """A guardian disputes a lesson."""
    lesson = _waiting()[0]
    usecases.dispute_lesson(**_named(lesson), reason="孩子当天没有到校上课，请核实", now=running.clock())
    running.settle()
    return lesson.enrolment_id


def _contest(running: District, enrolment: EnrolmentId) -> str:
    """A guardian wants her money back, and the school objects."""
    account, taught, now = funds.get_account(enrolment), teaching.list_taught(enrolment), running.clock()
    amount = funds.preview_refund(account=account, taught=taught).refundable_fen
    asked = refunds.request(enrolment_id=enrolment, amount_fen=amount, reason="搬家", taught=taught, now=now)
    school, objection = account.institution_id, "已按约定备课"
    refunds.answer(refund_id=asked.refund_id, institution_id=school, agree=False, reason=objection, now=now)
    running.settle()
    return asked.refund_id


def sign_in(page: Page, lived: Lived, username: str) -> None:
    """Sign in as an officer does: password, and the code on her phone."""
    page.goto(f"{lived.url}/console")
    page.get_by_label("用户名").fill(username)
    page.get_by_label("密码").fill(f"local-{username}")
    page.get_by_label("动态口令").fill(lived.code(username))
    page.get_by_role("button", name="登录").click()
    page.wait_for_url(f"{lived.url}/console")


@pytest.fixture(scope="package")
def signed_in(chromium: Browser, lived: Lived) -> Any:
    """What a browser keeps after the supervisor has signed in."""
    context = chromium.new_context()
    sign_in(context.new_page(), lived, "supervisor")
    state = context.storage_state()
    context.close()
    return state


Open = Callable[..., Watched]


@pytest.fixture
def open_page(chromium: Browser, lived: Lived, signed_in: Any) -> Iterator[Open]:
    """Opens pages as the supervisor; at the end none of them may have complained."""
    contexts: list[BrowserContext] = []
    watched: list[Watched] = []

    def opened(path: str = "", *, size: tuple[int, int] = DESK, language: str = "zh", **options: Any) -> Watched:
        options.setdefault("storage_state", signed_in)
        context = chromium.new_context(viewport={"width": size[0], "height": size[1]}, **options)
        context.add_cookies([{"name": "hui_lang", "value": language, "url": lived.url}])
        contexts.append(context)
        made = Watched(context.new_page(), lived.url)
        watched.append(made)
        if path:
            made.go(path)
        return made

    yield opened
    complaints = [one for page in watched for one in page.complaints]
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def school_name(lived: Lived) -> str:
    """The short name of the school that the tests look at."""
    return institutions.get(lived.school).short_name
