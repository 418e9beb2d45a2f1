"""留痕 in the console: the days, one day looked at now, the file for who keeps it."""

import json
from datetime import date, timedelta
from typing import Any

import pytest

from shared.funds import sealing, seals
from shared.funds.store import totals
from shared.people.model import StaffRole
from tests import steps, tables
from tests.builders import NOW
from tests.console.visitors import Visitor, sign_in, text_of
from tests.edge.conftest import SEAL_KEY

TODAY = date(2026, 9, 1)


@pytest.fixture(autouse=True)
def sealed(in_memory: Any) -> None:
    """A deposit and a release of a day that is sealed, and a day without any."""
    tables.put_in_memory(__name__, _live)


def _live() -> None:
    steps.register()
    steps.open_account(paid_fen=1000)
    steps.release()
    steps.count_all()
    sealing.seal_days(through=TODAY + timedelta(days=1), key=SEAL_KEY, now=NOW + timedelta(days=2))


class TestShowSeals:
    def test_lists_the_days_newest_first_with_the_keys(self, supervisor: Visitor) -> None:
        shown = text_of(supervisor.get("/console/seals"))

        assert shown.index("2026-09-02") < shown.index("2026-09-01")
        assert shown.count("✓ 有效") == 2
        assert seals.public_key(SEAL_KEY) in shown

    def test_says_so_where_no_trusted_key_has_signed(self, supervisor: Visitor, settings: pytest.MonkeyPatch) -> None:
        settings.setenv("SEAL_PUBLIC_KEYS", "whpk_AAAA")

        assert text_of(supervisor.get("/console/seals")).count("▲ 无效") == 2

    def test_is_not_for_a_reviewer(self) -> None:
        assert sign_in("reviewer", StaffRole.REVIEWER).get("/console/seals").status == 403


class TestShowSeal:
    def test_looks_at_the_day_now(self, supervisor: Visitor) -> None:
        shown = text_of(supervisor.get("/console/seals/2026-09-01"))

        assert "✓ 与封存时一致" in shown
        assert "✓ 有效" in shown

    def test_names_what_was_altered_in_the_journal(self, supervisor: Visitor) -> None:
        [line] = [one for one in totals.LineRow.scan() if one.kind == "line" and one.entry_kind == "release"]
        line.update([totals.LineRow.reason.set("auto_confirmed")])

        shown = text_of(supervisor.with_headers().in_english().get("/console/seals/2026-09-01"))

        assert "▲ Not as sealed" in shown
        assert f"altered: {line.entry_pk}/{line.entry_sk}, number 2 of 2" in shown

    @pytest.mark.parametrize(("day", "code"), [("2026-09-03", 404), ("yesterday", 404)])
    def test_of_another_day_is_missing(self, supervisor: Visitor, day: str, code: int) -> None:
        assert supervisor.get(f"/console/seals/{day}").status == code


class TestDownloadSeal:
    def test_is_what_the_api_says(self, supervisor: Visitor) -> None:
        answer = supervisor.get("/console/seals/2026-09-01/file.json")

        assert answer.headers["content-disposition"] == 'attachment; filename="seal-2026-09-01.json"'
        assert json.loads(answer.text)["entries"] == 2
