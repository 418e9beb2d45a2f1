"""Takes a file of serving public-school teachers over, part by part; the same file again changes nothing.

All its lines are right before the first is written. What breaks off in the middle is finished by the same file.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from shared.dynamo import transaction
from shared.kernel import clock
from shared.personnel import store
from shared.personnel.model import Import, Listing, Person, ServingLine
from shared.personnel.store import imports

_TOGETHER = 90
"""Persons of one transaction, which takes 100 items."""


def take_over(*, import_id: str, file_name: str, lines: Sequence[ServingLine], by: str, now: datetime) -> Import:
    """Put everybody of a file on the list of serving teachers; nobody is taken off. The import as it ended.

    Raises Unavailable, with what was written till then written.
    """
    taken = Import(import_id, file_name, by, now, len(lines))
    imports.begin(taken)
    for start in range(0, len(lines), _TOGETHER):
        part = lines[start : start + _TOGETHER]
        taken = transaction.retried(lambda part=part, taken=taken: _write(part, taken))  # type: ignore[misc]
    return taken


def _write(lines: Sequence[ServingLine], before: Import) -> Import:
    """Write some lines and how far it has come, together."""
    persons = store.get_many([line.number for line in lines])
    today = clock.business_day(before.at)
    fresh = [line for line in lines if not _stands(persons[line.number], line)]
    new = [persons[line.number] for line in fresh if persons[line.number].serving is None]
    found = [persons[line.number] for line in fresh if persons[line.number].published]
    after = replace(
        before,
        done=before.done + len(lines),
        added=before.added + len(new),
        published=before.published + len(found),
    )
    parts = [store.written(_serving(persons[line.number], line, before, today.isoformat())) for line in fresh]
    transaction.commit([imports.continued(after, done=before.done), *parts])
    return after


def _stands(person: Person, line: ServingLine) -> bool:
    return person.serving is not None and person.serving.name == line.name


def _serving(person: Person, line: ServingLine, taken: Import, day: str) -> Person:
    """She is on the list since it was first told; a file that corrects her name leaves that as it is."""
    since = person.serving.since if person.serving else taken.at
    listing = Listing(line.name, "在职中小学教师名册", f"{taken.file_name}（{day}）", since, None, taken.by, "")
    return replace(person, serving=listing)
