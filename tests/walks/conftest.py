"""A small district that nothing has happened in, and browsers at its console."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

import pyotp
import pytest
from playwright.sync_api import Browser, Page

from infra.local import district, district_process, seed, trouble
from infra.local.district.staff import STAFF
from infra.local.district_process import District
from tests.browser.conftest import chromium, pytest_runtest_setup

__all__ = ["chromium", "pytest_runtest_setup"]


@dataclass(frozen=True)
class Desk:
    """An officer at her browser."""

    page: Page
    url: str

    def go(self, path: str) -> None:
        """Go to a path of the console."""
        self.page.goto(self.url + path)

    def shows(self, text: str) -> bool:
        """Whether the page has this text."""
        return self.page.get_by_text(text).first.is_visible()

    def press(self, section: str, button: str, **texts: str) -> None:
        """Fill the fields of a section by their names, and press its button."""
        form = self.page.locator(f"section[aria-labelledby={section}] form")
        for name, text in texts.items():
            form.locator(f"[name='{name.replace('_', '-') if name not in KEPT else name}']").fill(text)
        form.get_by_role("button", name=button).click()
        self.page.wait_for_load_state()


KEPT = ("licence_no", "valid_to")


@pytest.fixture(scope="module")
def running() -> Iterator[District]:
    """The district, on the morning of its first day."""
    data = district.generate(family_count=1)
    with district_process.running(port=trouble.free_ports(district_process.PORTS)) as started:
        seed.plant(data, now=started.clock())
        started.open_accounts()
        yield started


SignIn = Callable[[str], Desk]


@pytest.fixture
def sign_in(chromium: Browser, running: District) -> Iterator[SignIn]:
    """Signs officers in, each in a browser of her own."""
    contexts = []

    def signed_in(username: str) -> Desk:
        running.advance(timedelta(seconds=30))  # a code is good once
        context = chromium.new_context()
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        officer = next(one for one in STAFF if one.username == username)
        page.goto(f"{running.api_url}/console")
        page.get_by_label("用户名").fill(username)
        page.get_by_label("密码").fill(officer.password)
        page.get_by_label("动态口令").fill(pyotp.TOTP(officer.totp_secret).at(running.clock()))
        page.get_by_role("button", name="登录").click()
        page.wait_for_url(f"{running.api_url}/console")
        return Desk(page, running.api_url)

    yield signed_in
    for context in contexts:
        context.close()
