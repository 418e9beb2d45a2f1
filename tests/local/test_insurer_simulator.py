"""The insurer over real HTTP, as our client asks it."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import pytest
import urllib3

from infra.local import trouble
from infra.local.insurer_faults import InsurerFault
from infra.local.insurer_simulator import Insurer
from shared.bank import signature
from shared.insurance.client import InsurerClient, InsurerRefused, InsurerSilent
from shared.insurance.model import EndReason
from tests.builders import NOW
from tests.edge.doors import Clock
from tests.insurance.examples import asked

KEY = "whsec_d2Ugc2lnbiBvdXIgcmVxdWVzdHMgd2l0aCBpdA=="
REQUEST = json.dumps({"cover_id": asked().cover_id, "first_day": "2026-09-07", "last_day": "2026-11-30"})
COVER = replace(asked(), request=REQUEST)


@pytest.fixture
def clock() -> Clock:
    return Clock(NOW)


@pytest.fixture
def insurer(clock: Clock) -> Iterator[Insurer]:
    made = Insurer(port=trouble.free_ports(1), key=KEY, clock=clock)
    made.start()
    yield made
    made.stop()


def client(insurer: Insurer, key: str = KEY) -> InsurerClient:
    return InsurerClient(url=insurer.site.url, sign=partial(signature.sign, key))


class TestIssue:
    def test_the_same_request_has_the_same_answer(self, insurer: Insurer) -> None:
        first = client(insurer).issue(COVER, now=NOW)

        assert client(insurer).issue(COVER, now=NOW) == first
        assert (first.first_day, first.last_day) == (date(2026, 9, 7), date(2026, 11, 30))
        assert len(insurer.policies()) == 1

    def test_another_request_under_the_id_is_a_conflict(self, insurer: Insurer) -> None:
        client(insurer).issue(COVER, now=NOW)

        with pytest.raises(InsurerRefused, match="另一份"):
            client(insurer).issue(replace(COVER, request=REQUEST.replace("11-30", "12-01")), now=NOW)

    def test_signed_with_another_key_or_long_ago_issues_nothing(self, insurer: Insurer, clock: Clock) -> None:
        with pytest.raises(InsurerSilent):
            client(insurer, "whsec_YW5vdGhlcg==").issue(COVER, now=NOW)
        with pytest.raises(InsurerSilent):
            client(insurer).issue(COVER, now=NOW - timedelta(minutes=6))
        assert insurer.policies() == []

    def test_covers_nothing_that_is_past(self, insurer: Insurer, clock: Clock) -> None:
        clock.pass_by(days=91)

        with pytest.raises(InsurerRefused, match="已过"):
            client(insurer).issue(COVER, now=clock())


class TestEnd:
    def test_what_was_never_issued_never_is(self, insurer: Insurer) -> None:
        word = client(insurer).end(COVER, why=EndReason.REFUND, last_day=date(2026, 9, 9), now=NOW)

        assert (word.policy, word.covered_until) == (None, None)
        with pytest.raises(InsurerRefused, match="已注销"):
            client(insurer).issue(COVER, now=NOW)

    def test_twice_says_the_same(self, insurer: Insurer) -> None:
        client(insurer).issue(COVER, now=NOW)
        first = client(insurer).end(COVER, why=EndReason.REFUND, last_day=date(2026, 9, 9), now=NOW)

        again = client(insurer).end(COVER, why=EndReason.REFUND, last_day=date(2026, 9, 20), now=NOW)
        assert again == first
        assert first.covered_until == date(2026, 9, 9)


class TestFaults:
    def test_down_is_over_when_its_hours_are(self, insurer: Insurer, clock: Clock) -> None:
        insurer.faults.arm(InsurerFault.DOWN, hours=1)
        with pytest.raises(InsurerSilent):
            client(insurer).issue(COVER, now=NOW)
        clock.pass_by(hours=1)

        assert client(insurer).issue(COVER, now=clock()).policy_no

    def test_are_armed_listed_and_cleared_over_http(self, insurer: Insurer) -> None:
        http, address = urllib3.PoolManager(retries=False), f"{insurer.site.url}/faults"

        armed = http.request("POST", address, body=b'{"fault": "refuse", "count": 2}')
        assert json.loads(armed.data) == {"data": [{"fault": "refuse", "count": 2}]}
        assert http.request("POST", address, body=b'{"fault": "fire"}').status == 422
        assert http.request("POST", address, body=b'{"fault": "lose", "count": 0}').status == 422
        assert json.loads(http.request("DELETE", address).data) == {"data": []}


class TestState:
    def test_is_kept_over_a_restart(self, tmp_path: Path, clock: Clock) -> None:
        path, found = tmp_path / "insurer.sqlite", []
        for _ in range(2):
            made = Insurer(port=trouble.free_ports(1), key=KEY, clock=clock, path=path)
            made.start()
            found.append(client(made).issue(COVER, now=NOW))
            made.stop()

        assert found[0] == found[1]

    def test_what_is_armed_outlives_a_restart(self, tmp_path: Path, clock: Clock) -> None:
        path = tmp_path / "insurer.sqlite"
        before = Insurer(port=trouble.free_ports(1), key=KEY, clock=clock, path=path)
        before.faults.arm(InsurerFault.REFUSE, count=2, reason="超龄")
        before.faults.arm(InsurerFault.DOWN, hours=1)
        before.faults.take(InsurerFault.REFUSE)
        listed = before.faults.listed()
        before._books.close()
        after = Insurer(port=trouble.free_ports(1), key=KEY, clock=clock, path=path)

        assert after.faults.listed() == listed
        assert (after.faults.down, after.faults.take(InsurerFault.REFUSE)) == (True, "超龄")
        assert after.faults.take(InsurerFault.REFUSE) is None
