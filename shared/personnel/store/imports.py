"""Where it is kept which files of serving teachers were taken over, and how far."""

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from shared.dynamo import pages, transaction
from shared.dynamo.rows import Moment, Row, meta
from shared.kernel import clock
from shared.kernel.page import Page
from shared.personnel import model

_IMPORTS = "imports"


class ImportRow(Row):
    Meta = meta("personnel")
    file_name = UnicodeAttribute()
    by = UnicodeAttribute()
    at = Moment()
    lines = NumberAttribute()
    done = NumberAttribute()
    added = NumberAttribute()
    published = NumberAttribute()


def begin(taken: model.Import) -> None:
    """Keep that an import has begun."""
    transaction.commit([transaction.put_new(_row(taken), refused=transaction.LostRace())])


def continued(taken: model.Import, *, done: int) -> transaction.Part:
    """The part that notes how far an import has come, if it had come to `done`. Else LostRace."""
    return transaction.put_if(_row(taken), ImportRow.done == done, refused=transaction.LostRace())


def list_page(*, limit: int, cursor: str | None) -> Page[model.Import]:
    """One page of the imports, newest first."""
    return pages.page(ImportRow, _IMPORTS, limit=limit, cursor=cursor, backwards=True).map(_import)


def _row(taken: model.Import) -> ImportRow:
    return ImportRow(
        _IMPORTS,
        f"{clock.stored(taken.at)}#{taken.import_id}",
        file_name=taken.file_name,
        by=taken.by,
        at=taken.at,
        lines=taken.lines,
        done=taken.done,
        added=taken.added,
        published=taken.published,
    )


def _import(row: ImportRow) -> model.Import:
    return model.Import(
        import_id=row.sk.rpartition("#")[2],
        file_name=row.file_name,
        by=row.by,
        at=row.at,
        lines=int(row.lines),
        done=int(row.done),
        added=int(row.added),
        published=int(row.published),
    )
