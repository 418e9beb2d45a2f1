"""Materials that were submitted once and replaced since: one item each, by case, item of the catalogue and round."""

import json
from collections.abc import Mapping
from dataclasses import asdict

from pynamodb.attributes import UnicodeAttribute

from shared.dynamo import transaction
from shared.dynamo.rows import Row, meta
from shared.filings.model import Case, Material
from shared.filings.store import written
from shared.kernel.ids import CaseId


class VersionRow(Row):
    Meta = meta("filings")
    document = UnicodeAttribute()


def replaced(before: Case, after: Case) -> list[transaction.Part]:
    """The parts that keep what was submitted in an earlier round and is replaced now, with its verdict."""
    return [
        transaction.put(VersionRow(before.case_id, f"material#{code}#{was.round:04}", document=_document(was)))
        for code, was in before.materials.items()
        if after.materials[code].round != was.round
    ]


def list_of(case_id: CaseId) -> Mapping[str, list[Material]]:
    """A case's replaced materials by item of the catalogue, the newest of each first."""
    found: dict[str, list[Material]] = {}
    for row in VersionRow.query(case_id, VersionRow.sk.startswith("material#"), scan_index_forward=False):
        found.setdefault(row.sk.split("#")[1], []).append(written.read(Material, json.loads(row.document)))
    return found


def _document(material: Material) -> str:
    return json.dumps(asdict(material), ensure_ascii=False, default=written.plain, separators=(",", ":"))
