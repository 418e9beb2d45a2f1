"""Counts every entry of the funds table's stream into its school's journal and totals."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from chalice.app import Blueprint

from functions.edge import batches
from shared.funds.model import Entry
from shared.funds.store import entries, totals
from shared.kernel.ids import InstitutionId

blueprint = Blueprint(__name__)


@blueprint.on_dynamodb_record(stream_arn=batches.stream_of("FundsTable"))
@batches.together(read=lambda record: entries.entry_from_image(record["dynamodb"]["NewImage"]))
def keep_totals(told: Sequence[Entry]) -> None:
    """All entries of a batch, school by school. A record that isn't an entry is parked before this."""
    count(told)


def count(told: Iterable[Entry]) -> int:
    """Count the entries that aren't counted yet; how many that were. Raises Unavailable."""
    by_school: dict[InstitutionId, list[Entry]] = defaultdict(list)
    for entry in told:
        by_school[entry.institution_id].append(entry)
    return sum(totals.count(institution_id, of_school) for institution_id, of_school in by_school.items())
