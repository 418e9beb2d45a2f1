"""A school's statement of its own money over a period: to read on by pages, or as a file."""

import base64
import json
from datetime import date, datetime
from typing import Annotated

import pydantic
from chalice.app import Blueprint

from functions.api.statement_views import StatementLine, line
from functions.api.views import View
from functions.documents import delivery
from functions.documents import statements as papers
from functions.documents.delivery import DocumentTooLong, Form
from functions.edge.auth import Audience
from functions.edge.contract import Call, SeeOther, endpoint
from shared.dynamo.pages import BadCursor
from shared.funds import statement_queries, statement_words
from shared.funds.periods import Basis, Period, PeriodEmpty, PeriodTooLong
from shared.funds.statement_queries import StatementTooLong
from shared.funds.statements import STATES, Ledger, Position
from shared.institutions import store as institutions
from shared.institutions.store import UnknownInstitution
from shared.kernel import clock

blueprint = Blueprint(__name__)

_EARLIEST, _LATEST = date(2000, 1, 1), date(2200, 1, 1)


class PeriodQuery(pydantic.BaseModel):
    """Which money, over which business days. The period is half-open: `from` is in it, `to` isn't."""

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)
    first: Annotated[date, pydantic.Field(alias="from", ge=_EARLIEST, le=_LATEST)]
    to: Annotated[date, pydantic.Field(ge=_EARLIEST, le=_LATEST)]
    basis: Basis = Basis.BOOKING
    ledger: Ledger = Ledger.TUITION


class SchoolStatementQuery(PeriodQuery):
    """A page of it: at most `limit` lines, after `cursor`."""

    limit: Annotated[int, pydantic.Field(ge=1, le=100)] = 50
    cursor: Annotated[str, pydantic.Field(max_length=1000)] | None = None


class SchoolStatement(View):
    """A page of a school's statement: its opening is the balance before its first line, its closing after its last.

    `counted_through`: the booking of the last entry that is counted; what is younger isn't in it yet.
    """

    basis: Basis
    ledger: Ledger
    opening_fen: int
    closing_fen: int
    counted_through: str | None
    data: list[StatementLine]
    next_cursor: str | None


_SCHOOL_ERRORS = (UnknownInstitution, PeriodEmpty, PeriodTooLong)


@endpoint(
    blueprint,
    "GET",
    "/v1/school/statement",
    audience=Audience.SCHOOL_ADMIN,
    query=SchoolStatementQuery,
    response=SchoolStatement,
    errors=(*_SCHOOL_ERRORS, BadCursor),
    summary_zh="本校一段时间的对账单，按时间顺序分页",
    summary_en="The school's statement of a period, in order of time, by pages",
)
def get_school_statement(call: Call[None]) -> SchoolStatement:
    asked = call.query
    assert isinstance(asked, SchoolStatementQuery)
    told = statement_queries.page_of_school(
        call.institution_id,
        states=STATES[asked.ledger],
        period=Period(asked.first, asked.to),
        basis=asked.basis,
        limit=asked.limit,
        after=_position(asked.cursor) if asked.cursor else None,
    )
    return SchoolStatement(
        basis=asked.basis,
        ledger=asked.ledger,
        opening_fen=told.statement.opening_fen,
        closing_fen=told.statement.closing_fen,
        counted_through=clock.shown(told.counted_through) if told.counted_through else None,
        data=[line(one) for one in papers.explained(told.statement.lines, language=call.language)],
        next_cursor=_cursor(told.next) if told.next else None,
    )


@endpoint(
    blueprint,
    "GET",
    "/v1/school/statement.pdf",
    audience=Audience.SCHOOL_ADMIN,
    query=PeriodQuery,
    status=303,
    errors=(*_SCHOOL_ERRORS, StatementTooLong, DocumentTooLong),
    summary_zh="本校一段时间的对账单（PDF 文件的地址）",
    summary_en="The school's statement of a period: the address of a PDF",
)
def print_school_statement(call: Call[None]) -> SeeOther:
    return _hand_over_school(call, Form.PDF)


@endpoint(
    blueprint,
    "GET",
    "/v1/school/statement.xlsx",
    audience=Audience.SCHOOL_ADMIN,
    query=PeriodQuery,
    status=303,
    errors=(*_SCHOOL_ERRORS, StatementTooLong),
    summary_zh="本校一段时间的对账单（xlsx 文件的地址）",
    summary_en="The school's statement of a period: the address of a workbook",
)
def export_school_statement(call: Call[None]) -> SeeOther:
    return _hand_over_school(call, Form.XLSX)


def _hand_over_school(call: Call[None], form: Form) -> SeeOther:
    asked = call.query
    assert isinstance(asked, PeriodQuery)
    period, states = Period(asked.first, asked.to), STATES[asked.ledger]
    document = papers.of_school(
        institutions.get(call.institution_id),
        statement_queries.of_school(call.institution_id, states=states, period=period, basis=asked.basis),
        name=statement_words.LEDGERS[asked.ledger],
        period=period,
        basis=asked.basis,
        language=call.language,
        now=call.now,
    )
    return SeeOther(delivery.hand_over(document, form))


def _cursor(after: Position) -> str:
    day, booked_at, place = after
    told = json.dumps([day.isoformat(), clock.stored(booked_at), place])
    return base64.urlsafe_b64encode(told.encode()).decode().rstrip("=")


def _position(cursor: str) -> Position:
    """Raises BadCursor. One that is made up names a place like any other: it shows nothing that isn't the caller's."""
    try:
        day, booked_at, place = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        moment = datetime.fromisoformat(booked_at)
        if moment.tzinfo is None or not isinstance(place, str):
            raise ValueError("not a place")
        return date.fromisoformat(day), moment, place
    except (ValueError, TypeError, RecursionError):
        raise BadCursor(pointer="/cursor") from None
