"""Schools by a part of their name, and by what stays the same under a new one: one line for each key, no scan."""

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Set

from pynamodb.attributes import UnicodeAttribute

from shared.dynamo.rows import Row, meta
from shared.institutions import matching
from shared.institutions.matching import Field
from shared.institutions.model import Institution
from shared.institutions.store.rows import LicenceRow
from shared.kernel.ids import InstitutionId
from shared.kernel.text import plain

_MOST_OF_A_KEY = 25
_KNOWN, _APPLIED = "known", "applied"


class NameRow(Row):
    """A line under the first two characters of each ending of a school's names."""

    Meta = meta("institutions")
    institution_id = UnicodeAttribute()


class KnownRow(Row):
    """A line under what a school is known by. Hashed: a phone or a person's name is no key to read."""

    Meta = meta("institutions")


def rows(school: Institution) -> list[Row]:
    """The lines of a new school."""
    iid = school.institution_id
    names: list[Row] = [
        NameRow(f"name#{ending[: matching.SHORTEST]}", f"{ending}#{iid}", institution_id=iid)
        for ending in sorted(matching.endings(school))
    ]
    return names + [KnownRow(_pk(_KNOWN, field, text), iid) for field, text in sorted(matching.keys(school))]


def applicant_rows(school: Institution) -> list[Row]:
    """The lines of an applicant: apart, so that who only asks is never found in place of a school."""
    return [
        KnownRow(_pk(_APPLIED, field, text), school.institution_id) for field, text in sorted(matching.keys(school))
    ]


def by_name(text: str, *, at_most: int) -> list[InstitutionId]:
    """The schools that have `text` in a name, by the rest of it: one query that reads what it gives, and no more.

    Nothing for less than two characters.
    """
    wanted = plain(text)[: matching.LONGEST]
    if len(wanted) < matching.SHORTEST:
        return []
    # A school has its name and its short one: a text that is in both of them stands twice.
    found = NameRow.query(f"name#{wanted[: matching.SHORTEST]}", NameRow.sk.startswith(wanted), limit=2 * at_most)
    return list(dict.fromkeys(InstitutionId(row.institution_id) for row in found))[:at_most]


def by_credit_code(text: str) -> InstitutionId | None:
    """The school with this credit code; the one registered last, should there be two."""
    found = KnownRow.query(_pk(_KNOWN, Field.CREDIT_CODE, plain(text)), scan_index_forward=False, limit=1)
    return next((InstitutionId(row.sk) for row in found), None)


def by_licence_no(text: str) -> InstitutionId | None:
    """The school whose licence has this number, written in any width, with or without 号 at its end."""
    number = plain(text).removesuffix("号")
    try:
        return InstitutionId(LicenceRow.get(f"licence#{number}", "licence").institution_id) if number else None
    except LicenceRow.DoesNotExist:
        return None


def alike(school: Institution) -> Mapping[InstitutionId, Set[Field]]:
    """The other schools and applicants that are known by the same, with the fields that are: at most 25 each a key."""
    found: dict[InstitutionId, set[Field]] = defaultdict(set)
    for field, text in sorted(matching.keys(school)):
        for lines in (_KNOWN, _APPLIED):
            for row in KnownRow.query(_pk(lines, field, text), limit=_MOST_OF_A_KEY):
                if row.sk != school.institution_id:
                    found[InstitutionId(row.sk)].add(field)
    return found


def _pk(lines: str, field: Field, text: str) -> str:
    return f"{lines}#{field}#{hashlib.sha256(text.encode()).hexdigest()[:32]}"
