"""What is agreed with the insurer, read from `policy.toml`."""

from datetime import date
from functools import cache

from shared.kernel import errors
from shared.policy.file import record
from shared.policy.model import InsuranceTerms


class NoInsurer(errors.Conflict):
    code = "no_insurer"
    zh = "{day} 没有约定的承保机构，暂不投保。"
    en = "No insurer is agreed for {day}; covers wait."


@cache
def all_terms() -> tuple[InsuranceTerms, ...]:
    """All terms, oldest first."""
    told = [
        InsuranceTerms(**{**one, "consent_versions": tuple(one["consent_versions"])})
        for one in record().get("insurance", [])
    ]
    return tuple(sorted(told, key=lambda terms: terms.effective_from))


def insurance_terms(*, on: date) -> InsuranceTerms:
    """The terms in force on a business day. Raises NoInsurer."""
    for terms in reversed(all_terms()):
        if terms.effective_from <= on:
            return terms
    raise NoInsurer(day=on.isoformat())


def agreed(*, on: date) -> bool:
    """Whether an insurer is agreed for a business day: then every paid enrolment gets its free cover."""
    return any(terms.effective_from <= on for terms in all_terms())
