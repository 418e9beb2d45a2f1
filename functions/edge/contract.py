"""An endpoint's contract: who may call, what comes in, what goes out, what is refused.

    @endpoint(blueprint, "POST", "/v1/enrolments", audience=Audience.GUARDIAN, request=EnrolRequest,
              response=EnrolmentView, status=201, idempotent=True, errors=(SoldOut,), summary_zh=…, summary_en=…)
    def enrol(call: Call[EnrolRequest]) -> EnrolmentView: …

From it come the validation, the problem documents and the OpenAPI document (`openapi.py`).
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from time import perf_counter
from typing import Annotated, Any, Generic, Literal, TypeVar

import pydantic
from chalice.app import Blueprint, Response

from functions.edge import auth, idempotency, logs, problems, wiring
from functions.edge.auth import Audience, Principal
from functions.edge.problems import FieldError, InvalidRequest
from shared.kernel import errors
from shared.kernel.ids import GuardianId, InstitutionId, TeacherId
from shared.kernel.page import Page

B = TypeVar("B")
Body = dict[str, Any]

MAX_BODY_BYTES = 64 * 1024
_REQUEST_ID = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")


class Request(pydantic.BaseModel):
    """A request's body: exactly the documented fields, of exactly the documented types."""

    model_config = pydantic.ConfigDict(extra="forbid", strict=True, frozen=True)


class PageQuery(pydantic.BaseModel):
    """Which page of a list: at most `limit` rows, after `cursor`."""

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)
    limit: Annotated[int, pydantic.Field(ge=1, le=100)] = 20
    cursor: Annotated[str, pydantic.Field(max_length=1000)] | None = None


class Money(pydantic.BaseModel):
    """An amount in whole fen."""

    model_config = pydantic.ConfigDict(extra="forbid", strict=True, frozen=True)
    amount_fen: int
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
    def page(self) -> PageQuery:
        """Which page is asked for. Only where the query is PageQuery."""
        assert isinstance(self.query, PageQuery)
        return self.query


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
    errors: Sequence[type[errors.Refusal]] = (),
) -> Callable[[Callable[[Call[Any]], Any]], Callable[..., Response]]:
    """Register a view under its contract. A list is told by `query=PageQuery` and a view that gives a Page."""

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
        )
        return _register(blueprint, contract, lambda asked: _answer(asked, contract, view))

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
) -> Callable[[Callable[[], Any]], Callable[..., Response]]:
    """Register a view that reads the raw request itself: it checks who calls by a signature over the bytes."""

    def decorate(view: Callable[[], Any]) -> Callable[..., Response]:
        contract = Contract(
            method=method,
            path=path,
            audience=Audience.PUBLIC,
            request=None,
            query=None,
            response=None,
            paged=False,
            status=200,
            idempotent=False,
            errors=errors,
            summary_zh=summary_zh,
            summary_en=summary_en,
            name=view.__name__,
            body_schema=body_schema,
        )
        return _register(blueprint, contract, lambda asked: (200, view()))

    return decorate


@dataclass(frozen=True)
class Asked:
    """The HTTP request, as far as every endpoint needs it."""

    http: Any
    address: str
    path: Mapping[str, str]
    language: str
    request_id: str


def _register(
    blueprint: Blueprint, contract: Contract, answer: Callable[[Asked], tuple[int, Any]]
) -> Callable[..., Response]:
    key = (contract.method, contract.path)
    if key in CONTRACTS:
        raise ValueError(f"{key} is registered twice")
    CONTRACTS[key] = contract

    def view(**path: str) -> Response:
        return _guarded(blueprint.current_request, path, contract, answer)

    view.__name__ = contract.name
    # Any content type reaches the view, so that a wrong one is answered with a problem document like everything else.
    return wraps(view)(
        blueprint.route(contract.path, methods=[contract.method], content_types=["*/*"], name=contract.name)(view)
    )


def _guarded(
    http: Any, path: Mapping[str, str], contract: Contract, answer: Callable[[Asked], tuple[int, Any]]
) -> Response:
    """Nothing but a documented answer leaves: a refusal becomes a problem, anything else is a bug, told once."""
    started = perf_counter()
    language = problems.language_of(http.headers.get("accept-language", ""))
    asked = Asked(http, contract.path.format(**path), path, language, _request_id(http))
    try:
        status, body = answer(asked)
        response = _response(status, body, asked)
    except errors.Refusal as refusal:
        response = _problem(refusal, asked)
    except Exception:
        logs.tell_bug("internal_error", request_id=asked.request_id, route=contract.path)
        response = _problem(problems.InternalError(), asked)
    logs.tell(
        "request",
        request_id=asked.request_id,
        method=contract.method,
        route=contract.path,
        status=response.status_code,
        milliseconds=round((perf_counter() - started) * 1000, 1),
    )
    return response


def _problem(refusal: errors.Refusal, asked: Asked) -> Response:
    return problems.response(refusal, language=asked.language, path=asked.address, request_id=asked.request_id)


def _response(status: int, body: Any, asked: Asked) -> Response:
    headers: dict[str, Any] = {**problems.SECURITY_HEADERS, "X-Request-Id": asked.request_id}
    if isinstance(body, Response):
        body.headers = {**headers, **body.headers}
        return body
    if isinstance(body, idempotency.Replayed):
        status, body = body.status, body.body
        headers["Idempotent-Replayed"] = "true"
    headers["Content-Type"] = "application/json"
    text = "" if body is None else json.dumps(body, ensure_ascii=False)
    return Response(body=text, status_code=status, headers=headers)


def _answer(asked: Asked, contract: Contract, view: Callable[[Call[Any]], Any]) -> tuple[int, Any]:
    principal = auth.authenticate(asked.http.headers.get("authorization"), contract.audience)
    call = Call(
        body=_body(asked.http, contract.request) if contract.request else None,
        query=_query(asked.http, contract.query) if contract.query else None,
        path=asked.path,
        _principal=principal,
        now=wiring.now(),
        language=asked.language,
        request_id=asked.request_id,
        idempotency_key=asked.http.headers.get("idempotency-key", ""),
    )
    if not contract.idempotent:
        return contract.status, _plain(view(call))
    scope = f"{call.principal.subject}#{contract.method}#{asked.address}"
    answer = idempotency.once(
        scope=scope,
        key=call.idempotency_key,
        body=asked.http.raw_body,
        status=contract.status,
        act=lambda: _plain(view(call)),
    )
    return contract.status, answer


def _plain(answer: Any) -> Any:
    if isinstance(answer, Page):
        return {"data": [_plain(row) for row in answer.rows], "next_cursor": answer.next_cursor}
    if isinstance(answer, pydantic.BaseModel):
        return answer.model_dump(mode="json")
    return answer


def _body(http: Any, model: type[pydantic.BaseModel]) -> pydantic.BaseModel:
    raw = http.raw_body
    if len(raw) > MAX_BODY_BYTES:
        raise problems.TooLarge()
    if raw and http.headers.get("content-type", "application/json").split(";")[0].strip() != "application/json":
        raise problems.WrongContentType()
    try:
        told = json.loads(raw or b"{}", parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise problems.BrokenJson() from None
    return _checked(model, told, "")


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _query(http: Any, model: type[pydantic.BaseModel]) -> pydantic.BaseModel:
    return _checked(model, dict(http.query_params or {}), "/query")


def _checked(model: type[pydantic.BaseModel], told: Any, at: str) -> pydantic.BaseModel:
    try:
        return model.model_validate(told)
    except pydantic.ValidationError as error:
        fields = [
            FieldError("/".join([at, *map(str, one["loc"])]) or "/", one["type"], one["msg"])
            for one in error.errors(include_url=False, include_input=False)
        ]
        raise InvalidRequest(fields) from None


def _request_id(http: Any) -> str:
    sent = http.headers.get("x-request-id", "")
    if 8 <= len(sent) <= 64 and set(sent) <= _REQUEST_ID:
        return str(sent)
    return wiring.new_id("req")
