"""The insurer of the simulation: each id once, and none that was ended; it may be down, or done and silent."""

import json
from dataclasses import replace
from datetime import date, datetime

from shared.insurance.client import InsurerRefused, InsurerSilent
from shared.insurance.model import Cover, Ended, EndReason, Policy
from shared.kernel import clock


class Insurer:
    """Stands in for the client. `loses`: it does the next request, and its answer is lost."""

    def __init__(self) -> None:
        self.policies: dict[str, tuple[str, Policy]] = {}
        self.ended: dict[str, date | None] = {}
        self.down = False
        self.loses = False
        self.refuses = False

    def issue(self, cover: Cover, *, now: datetime) -> Policy:
        self._reached()
        if cover.cover_id in self.ended:
            raise InsurerRefused(reason="ended")
        if self.refuses and cover.cover_id not in self.policies:
            self.refuses = False
            raise InsurerRefused(reason="no")
        told = json.loads(cover.request)
        first, last = (date.fromisoformat(told[name]) for name in ("first_day", "last_day"))
        new = Policy(f"P{len(self.policies):06d}", max(first, min(last, clock.business_day(now))), last)
        request, policy = self.policies.setdefault(cover.cover_id, (cover.request, new))
        assert request == cover.request, "another request under one id"
        self._answer()
        return policy

    def end(self, cover: Cover, *, why: EndReason, last_day: date, now: datetime) -> Ended:
        self._reached()
        _, policy = self.policies.get(cover.cover_id, ("", None))
        until = min(last_day, policy.last_day) if policy and last_day >= policy.first_day else None
        self.ended.setdefault(cover.cover_id, until)
        self._answer()
        return Ended(policy and replace(policy), self.ended[cover.cover_id])

    def _reached(self) -> None:
        if self.down:
            raise InsurerSilent()

    def _answer(self) -> None:
        if self.loses:
            self.loses = False
            raise InsurerSilent()
