"""Covers and policies as the tests of insurance have them."""

from datetime import date, datetime
from typing import Any

from shared.insurance import rules
from shared.insurance.model import Cover, EndReason, Enrolment, Policy
from tests.builders import ENROLMENT, NOW, SCHOOL

POLICY = Policy("PZIB202600000001", date(2026, 9, 7), date(2026, 11, 30))


def an_enrolment(**changes: Any) -> Enrolment:
    """A paid one, of which nothing was given back."""
    return Enrolment(**{"enrolment_id": ENROLMENT, "institution_id": SCHOOL, "ready": True, "over": None, **changes})


def over(why: EndReason = EndReason.REFUND) -> Enrolment:
    return an_enrolment(ready=False, over=why)


def wanted(now: datetime = NOW) -> Cover:
    """A cover that was noted and never asked for."""
    cover = rules.followed(None, an_enrolment(), now=now)
    assert cover is not None
    return cover


def asked(now: datetime = NOW) -> Cover:
    return rules.tried(wanted(), now=now, request="{}", terms_of=date(2026, 1, 1))


def issued(now: datetime = NOW) -> Cover:
    return rules.issued(asked(), POLICY, now=now)


def refused(now: datetime = NOW) -> Cover:
    return rules.refused(asked(), "年龄不符", now=now)


def ending(now: datetime = NOW) -> Cover:
    cover = rules.followed(issued(), over(), now=now)
    assert cover is not None
    return cover
