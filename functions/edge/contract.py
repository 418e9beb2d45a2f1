"""An endpoint's contract: who may call, what comes in, what goes out, what is refused.

    @endpoint(blueprint, "POST", "/v1/enrolments", audience=Audience.GUARDIAN, request=EnrolRequest,
              response=EnrolmentView, status=201, idempotent=True, errors=(SoldOut,), summary_zh=…, summary_en=…)
    def enrol(call: Call[EnrolRequest]) -> EnrolmentView: …

From it come the validation (`requests.py`) and the OpenAPI document (`openapi.py`). What is the same for all, and that
only documented answers leave, is in `exchange.py`.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Annotated, Any, Generic, Literal, TypeVar

import pydantic
from chalice.app import Blueprint, Response

from functions.edge import exchange, idempotency, problems, requests, wiring
from functions.edge.auth import Audience, Principal
from shared.kernel import errors, ids
from shared.kernel.ids import GuardianId, InstitutionId, TeacherId
from shared.kernel.page import Page

B = TypeVar("B")


class EditNotNamed(errors.Invalid):
    code = "if_match_needed"
    zh = "请在 If-Match 中给出读取时的 ETag。"
    en = "Send the ETag that you read as If-Match."


Id = Annotated[str, pydantic.Field(pattern=f"^{ids.SHAPE}$")]
_ETAG = re.compile(r'"([1-9][0-9]{0,8})"')
_IN_A_PATH = re.compile(r"[0-9A-Za-z_.-]{1,64}")  # every id and name of ours; DynamoDB takes no key of any length


class Request(pydantic.BaseModel):
    """A request's body: exactly the documented fields, of exactly the documented types."""

    model_config = pydantic.ConfigDict(extra="forbid", strict=True, frozen=True)


class PageQuery(pydantic.BaseModel):
    """Which page of a list: at most `limit` rows, after `cursor`."""

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)
    limit: Annotated[int, pydantic.Field(ge=1, le=100)] = 20
    cursor: Annotated[str, pydantic.Field(max_length=1000)] | None = None


class Money(pydantic.BaseModel):
    """An amount in whole fen, never less than nothing."""

    model_config = pydantic.ConfigDict(extra="forbid", strict=True, frozen=True)
    amount_fen: Annotated[int, pydantic.Field(ge=0)]
    currency: Literal["CNY"] = "CNY"


@dataclass(frozen=True)
class Call(Generic[B]):
    """One call as a view gets it: checked."""

    body: B
    query: pydantic.BaseModel | None
    path: Mapping[str, str]
    _principal: Principal | None
    now: datetime
    language: str
    request_id: str
    idempotency_key: str
    if_match: str

    @property
    def principal(self) -> Principal:
        """Who calls. Not where the audience is PUBLIC."""
        assert self._principal is not None
        return self._principal

    @property
    def guardian_id(self) -> GuardianId:
        """The guardian who calls. Only where the audience is GUARDIAN."""
        return self.principal.guardian_id

    @property
    def institution_id(self) -> InstitutionId:
        """The school of who calls. Only where the audience is SCHOOL or SCHOOL_ADMIN."""
        assert self.principal.institution_id is not None
        return self.principal.institution_id

    @property
    def teacher_id(self) -> TeacherId | None:
        """The teacher who calls; None for the school's administrator."""
        return self.principal.teacher_id

    @property
    def edits(self) -> int:
        """The edit that `If-Match` names. Only where the endpoint is `conditional`. Raises EditNotNamed."""
        named = _ETAG.fullmatch(self.if_match)
        if named is None:
            raise EditNotNamed()
        return int(named[1])

    @property
    def page(self) -> PageQuery:
        """Which page is asked for. Only where the query is PageQuery."""
        assert isinstance(self.query, PageQuery)
        return self.query


@dataclass(frozen=True)
class SeeOther:
    """An answer that is elsewhere: what a view with the status 303 gives."""

    address: str


@dataclass(frozen=True)
class Contract:
    """What an endpoint promises; OpenAPI is made from these."""

    method: str
    path: str
    audience: Audience
    request: type[pydantic.BaseModel] | None
    query: type[pydantic.BaseModel] | None
    response: type[pydantic.BaseModel] | None
    paged: bool
    status: int
    idempotent: bool
    errors: Sequence[type[errors.Refusal]]
    summary_zh: str
    summary_en: str
    name: str
    body_schema: Callable[[], Mapping[str, Any]] | None = None
    conditional: bool = False
    refusal: type[pydantic.BaseModel] | None = None
    """What it answers a refusal with where that isn't a problem document: in the words of whoever calls it."""


CONTRACTS: dict[tuple[str, str], Contract] = {}


def endpoint(
    blueprint: Blueprint,
    method: str,
    path: str,
    *,
    audience: Audience,
    summary_zh: str,
    summary_en: str,
    request: type[pydantic.BaseModel] | None = None,
    query: type[pydantic.BaseModel] | None = None,
    response: type[pydantic.BaseModel] | None = None,
    status: int = 200,
    idempotent: bool = False,
    conditional: bool = False,
    errors: Sequence[type[errors.Refusal]] = (),
) -> Callable[[Callable[[Call[Any]], Any]], Callable[..., Response]]:
    """Register a view under its contract. A list is told by `query=PageQuery` and a view that gives a Page.

    `conditional`: the call names by `If-Match` what it was made for, the `edits` of what it read (its ETag).
    """

    def decorate(view: Callable[[Call[Any]], Any]) -> Callable[..., Response]:
        contract = Contract(
            method=method,
            path=path,
            audience=audience,
            request=request,
            query=query,
            response=response,
            paged=query is PageQuery,
            status=status,
            idempotent=idempotent,
            errors=errors,
            summary_zh=summary_zh,
            summary_en=summary_en,
            name=view.__name__,
            conditional=conditional,
        )
        return _register(blueprint, contract, lambda asked: _act(asked, contract, view))

    return decorate


def raw_endpoint(
    blueprint: Blueprint,
    method: str,
    path: str,
    *,
    summary_zh: str,
    summary_en: str,
    errors: Sequence[type[errors.Refusal]] = (),
    body_schema: Callable[[], Mapping[str, Any]] | None = None,
    response: type[pydantic.BaseModel] | None = None,
    refusal: type[pydantic.BaseModel] | None = None,
) -> Callable[[Callable[[], Any]], Callable[..., Response]]:
    """Register a view that reads the raw request itself: it checks who calls by a signature over the bytes.

    Where `refusal` is told, the view answers its refusals itself, in that form.
    """

    def decorate(view: Callable[[], Any]) -> Callable[..., Response]:
        contract = Contract(
            method=method,
            path=path,
            audience=Audience.PUBLIC,
            request=None,
            query=None,
            response=response,
            paged=False,
            status=200,
            idempotent=False,
            errors=errors,
            summary_zh=summary_zh,
            summary_en=summary_en,
            name=view.__name__,
            body_schema=body_schema,
            refusal=refusal,
        )
        return _register(blueprint, contract, lambda asked: (200, view()))

    return decorate


def _register(blueprint: Blueprint, contract: Contract, act: exchange.Act) -> Callable[..., Response]:
    key = (contract.method, contract.path)
    if key in CONTRACTS:
        raise ValueError(f"{key} is registered twice")
    if contract.name in {other.name for other in CONTRACTS.values()}:
        raise ValueError(f"two views are named {contract.name}: Chalice would let one of them disappear")
    if contract.idempotent and contract.audience is Audience.PUBLIC:
        raise ValueError(f"{key}: an idempotency key belongs to somebody")
    CONTRACTS[key] = contract
    route = exchange.Route(contract.method, contract.path, contract.audience)

    def view(**path: str) -> Response:
        return exchange.respond(blueprint.current_request, path, route, act)

    view.__name__ = contract.name
    # Any content type reaches the view, so that a wrong one is answered with a problem document like everything else.
    return wraps(view)(
        blueprint.route(contract.path, methods=[contract.method], content_types=["*/*"], name=contract.name)(view)
    )


def _act(asked: exchange.Asked, contract: Contract, view: Callable[[Call[Any]], Any]) -> tuple[int, Any]:
    http, language = asked.http, asked.language
    if not all(_IN_A_PATH.fullmatch(told) for told in asked.path.values()):
        raise problems.NoSuchPath()
    call = Call(
        body=requests.body_of(http, contract.request, language=language) if contract.request else None,
        query=requests.query_of(http, contract.query, language=language) if contract.query else None,
        path=asked.path,
        _principal=asked.principal,
        now=wiring.now(),
        language=language,
        request_id=asked.request_id,
        idempotency_key=http.headers.get("idempotency-key", ""),
        if_match=http.headers.get("if-match", ""),
    )
    if not contract.idempotent:
        return contract.status, _plain(view(call))
    answer = idempotency.once(
        scope=f"{call.principal.subject}#{contract.method}#{asked.address}",
        key=call.idempotency_key,
        body=http.raw_body,
        status=contract.status,
        act=lambda: _plain(view(call)),
    )
    return contract.status, answer


def _plain(answer: Any) -> Any:
    if isinstance(answer, Page):
        return {"data": [_plain(row) for row in answer.rows], "next_cursor": answer.next_cursor}
    if isinstance(answer, SeeOther):
        return Response(body="", status_code=303, headers={"Location": answer.address, "Content-Type": "text/plain"})
    if isinstance(answer, pydantic.BaseModel):
        return answer.model_dump(mode="json")
    return answer
