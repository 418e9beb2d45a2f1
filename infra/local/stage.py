"""What a story is told with: its steps, and those who act in it, signed in at the district's doors."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock

from infra.local.district.staff import STAFF
from infra.local.district_process import District
from infra.local.doors import Caller, Console, Refused, sign_in, sign_in_officer
from shared.people.rules import SESSION_IDLE

RUNS_APART = timedelta(hours=25)  # on a journey of months, an hourly schedule runs once a day, a daily one every second

Enrolments = dict[str, dict[str, str | int]]
"""What was answered to each plan's enrolment, by the plan's number."""


@dataclass(frozen=True)
class Step:
    """Something that somebody does at a moment. `name` tells it from all others."""

    at: datetime
    name: str
    act: Callable[[], None]

    def live(self) -> None:
        """Let it happen."""
        self.act()


@dataclass(frozen=True)
class Cast:
    """Everybody in a district."""

    district: District
    _at_their_desks: dict[str, tuple[Console, datetime]] = field(default_factory=dict)
    _signing_in: Lock = field(default_factory=Lock)

    def guardian(self, openid: str) -> Caller:
        """A guardian."""
        return self._sign_in(openid)

    def school_user(self, openid: str) -> Caller:
        """A school's administrator or teacher."""
        return self._sign_in(openid, school=True)

    def invited(self, openid: str, invitation: str) -> Caller:
        """Somebody who becomes a school's user by an invitation."""
        return self._sign_in(openid, invitation=invitation)

    def officer(self, username: str) -> Console:
        """A member of the staff, who stays signed in while she is at her desk.

        A story that goes on may find her code used: then she signs in by the next one. Steps of one moment may want
        her together: one signs her in, because her code is good once.
        """
        with self._signing_in:
            console, since = self._at_their_desks.get(username, (None, self.district.clock()))
            if console is None or self.district.clock() - since >= SESSION_IDLE:
                console, since = self._sign_in_officer(username), self.district.clock()
                self._at_their_desks[username] = (console, since)
            return console

    def two_people(self, page: str, form: str, *, reason: str, proposer: str = "finance", **fields: str) -> None:
        """One officer proposes on a `page`, and a supervisor approves what has this reason.

        Nothing is proposed where the form isn't there any more: a story that goes on has done it already.
        """
        officer, supervisor = self.officer(proposer), self.officer("supervisor")
        if form in officer.page(page):
            officer.send_to(page, form, reason=reason, **fields)
        waiting = re.findall(r"/console/approvals/prp_\w+", supervisor.page("/console/approvals"))
        for proposal in dict.fromkeys(waiting):
            if reason in supervisor.page(proposal):
                supervisor.send_to(proposal, f"{proposal}/decision", decision="approve", reason="")

    def where_streams_run(self, act: Callable[[], None]) -> Callable[[], None]:
        """What needs something that the tables' streams bring: an accident policy, a refund that WeChat passes on, a
        burst of reviews that counts less. Nobody does it while they are stopped.
        """

        def if_they_do() -> None:
            if not self.district.streams.faults.stopped:
                act()

        return if_they_do

    def _sign_in_officer(self, username: str) -> Console:
        officer = next(one for one in STAFF if one.username == username)
        try:
            return sign_in_officer(self.district.api_url, officer, now=self.district.clock())
        except Refused:
            self.district.advance(timedelta(seconds=30), apart=RUNS_APART)
            return sign_in_officer(self.district.api_url, officer, now=self.district.clock())

    def _sign_in(self, openid: str, *, school: bool = False, invitation: str | None = None) -> Caller:
        return sign_in(self.district.api_url, self.district.wechat, openid, school=school, invitation=invitation)


def admin_openid(number: int) -> str:
    """The WeChat id of the `number`-th school's administrator."""
    return f"openid-admin-{number}"


def every_third(enrolments: Enrolments, enrolment_id: str) -> bool:
    """Whether an enrolment is of every third plan: what the bureau decides by, the same in every telling of a story."""
    number = next(number for number, made in list(enrolments.items()) if made["enrolment_id"] == enrolment_id)
    return int(number) % 3 == 0
