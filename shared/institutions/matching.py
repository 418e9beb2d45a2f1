"""What a school is found by: its name, and what stays the same when it comes back under a new one. Pure.

Two ways of writing the same thing give the same key: full-width letters, spaces, dashes, +86, the province and the city
before an address.
"""

import re
import unicodedata
from collections.abc import Collection, Mapping
from enum import StrEnum

from shared.institutions.model import Institution
from shared.kernel.text import plain

SHORTEST = 2
LONGEST = 40  # of a name; a registration is one transaction, of at most 100 items

_ABOVE_THE_DISTRICT = re.compile(r"^(?:\w{2,7}(?:省|自治区))?(?:\w{2,7}?市)?(?=\w)")


class Field(StrEnum):
    """What may be the same in two registrations."""

    CREDIT_CODE = "credit_code"
    PHONE = "phone"
    REPRESENTATIVE = "representative"
    ADDRESS = "address"


FIELD_NAMES: Mapping[Field, tuple[str, str]] = {
    Field.CREDIT_CODE: ("统一社会信用代码", "Credit code"),
    Field.PHONE: ("电话", "Phone"),
    Field.REPRESENTATIVE: ("法定代表人", "Legal representative"),
    Field.ADDRESS: ("地址", "Address"),
}

POINTS: Mapping[Field, int] = {
    Field.CREDIT_CODE: 100,
    Field.PHONE: 40,
    Field.REPRESENTATIVE: 30,
    Field.ADDRESS: 30,
}
"""Assumed. A credit code is one legal person; a name alone may be another person's, an address the next tenant's."""


def score(same: Collection[Field]) -> int:
    """How sure a match is, of 100."""
    return min(sum(POINTS[field] for field in set(same)), 100)


def keys(school: Institution) -> set[tuple[Field, str]]:
    """What a school is known by, each normalised; what is empty isn't in it."""
    found = {
        (Field.CREDIT_CODE, plain(school.credit_code)),
        (Field.REPRESENTATIVE, plain(school.legal_representative)),
        (Field.PHONE, _phone(school.phone)),
    }
    found |= {(Field.PHONE, _phone(campus.phone)) for campus in school.campuses}
    found |= {(Field.ADDRESS, _ABOVE_THE_DISTRICT.sub("", plain(campus.address))) for campus in school.campuses}
    return {(field, text) for field, text in found if text}


def endings(school: Institution) -> set[str]:
    """Every ending of its names: what is in a name is the beginning of one of them."""
    names = {plain(school.name)[:LONGEST], plain(school.short_name)[:LONGEST]}
    return {name[at:] for name in names for at in range(len(name) - SHORTEST + 1)}


def _phone(text: str) -> str:
    digits = re.sub(r"\D", "", unicodedata.normalize("NFKC", text))
    return re.sub(r"^(?:00)?86(?=\d{10,})", "", digits)
