"""The OpenAPI 3.1 document, made from the contracts: what is served is what is checked."""

import re
from collections.abc import Sequence
from functools import cache
from typing import Any

from pydantic.json_schema import models_json_schema

from functions.edge import auth, idempotency, problems
from functions.edge.auth import Audience
from functions.edge.contract import CONTRACTS, Contract, EditNotNamed
from shared.dynamo import pages
from shared.kernel import errors

_REF = "#/components/schemas/{model}"
_PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "code", "detail", "instance", "request_id"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "stable"},
        "detail": {"type": "string", "description": "one sentence, in Chinese or English by Accept-Language"},
        "instance": {"type": "string"},
        "request_id": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "code", "detail"],
                "properties": {name: {"type": "string"} for name in ("pointer", "code", "detail")},
            },
        },
    },
}


@cache
def document() -> dict[str, Any]:
    """The whole document. Every endpoint must have been imported (app.py does)."""
    contracts = sorted(CONTRACTS.values(), key=lambda contract: (contract.path, contract.method))
    told = ((one.request, one.response, one.query, one.refusal) for one in contracts)
    models = {model for of_one in told for model in of_one if model is not None}
    wanted = [(model, "validation") for model in sorted(models, key=lambda model: model.__qualname__)]
    refs, defined = models_json_schema(wanted, ref_template=_REF)  # type: ignore[arg-type]
    schemas: dict[str, Any] = {**defined.get("$defs", {}), "Problem": _PROBLEM}
    paths: dict[str, Any] = {}
    for contract in contracts:
        operation = _operation(contract, refs)
        if contract.body_schema is not None:
            body = dict(contract.body_schema())
            schemas |= body.pop("$defs", {})
            operation["requestBody"] = _content(body)
        paths.setdefault(contract.path, {})[contract.method.lower()] = operation
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "惠服务 Hui Service",
            "version": "1",
            "description": "预付学费资金监管平台。Prepaid tuition in supervision.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": paths,
        "components": {
            "schemas": dict(sorted(schemas.items())),
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
        },
    }


def _operation(contract: Contract, refs: Any) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": contract.name,
        "summary": contract.summary_zh,
        "description": contract.summary_en,
        "tags": [contract.path.split("/")[2] if contract.path.startswith("/v1/") else "service"],
        "parameters": _parameters(contract, refs),
        "responses": {str(contract.status): _answer(contract, refs), **_problems(contract, refs)},
    }
    if contract.audience is not Audience.PUBLIC:
        operation["security"] = [{"token": []}]
        operation["description"] += f" — for: {contract.audience.value}"
    if contract.request is not None:
        operation["requestBody"] = _content(refs[contract.request, "validation"])
    return operation


def _content(schema: Any) -> dict[str, Any]:
    return {"required": True, "content": {"application/json": {"schema": schema}}}


def _parameters(contract: Contract, refs: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in re.findall(r"\{(\w+)\}", contract.path)
    ]
    if contract.query is not None:
        schema = contract.query.model_json_schema(ref_template=_REF)
        required = schema.get("required", [])
        found += [
            {"name": name, "in": "query", "required": name in required, "schema": told}
            for name, told in schema["properties"].items()
        ]
    if contract.idempotent:
        key = {"type": "string", "pattern": "^[A-Za-z0-9_.:-]{8,128}$"}
        found.append({"name": "Idempotency-Key", "in": "header", "required": True, "schema": key})
    if contract.conditional:
        etag = {"type": "string", "pattern": '^"[1-9][0-9]{0,8}"$'}
        found.append({"name": "If-Match", "in": "header", "required": True, "schema": etag})
    return found


def _answer(contract: Contract, refs: Any) -> dict[str, Any]:
    if contract.status == 303:
        location = {"schema": {"type": "string", "format": "uri"}, "required": True}
        return {"description": "`Location` holds the file for five minutes.", "headers": {"Location": location}}
    if contract.response is None:
        return {"description": "OK"}
    schema: Any = refs[contract.response, "validation"]
    if contract.paged:
        cursor = {"type": ["string", "null"]}
        properties = {"data": {"type": "array", "items": schema}, "next_cursor": cursor}
        schema = {"type": "object", "required": ["data", "next_cursor"], "properties": properties}
    return {"description": "OK", "content": {"application/json": {"schema": schema}}}


def _problems(contract: Contract, refs: Any) -> dict[str, Any]:
    found: list[type[errors.Refusal]] = [*contract.errors, errors.Unavailable, problems.InternalError]
    if contract.audience is not Audience.PUBLIC:
        found += auth.ERRORS
    if "{" in contract.path:
        found.append(problems.NoSuchPath)
    if contract.idempotent:
        found += idempotency.ERRORS
    if contract.conditional:
        found.append(EditNotNamed)
    if contract.request is not None:
        found += [problems.InvalidRequest, problems.BrokenJson, problems.TooLarge, problems.WrongContentType]
    elif contract.query is not None:
        found.append(problems.InvalidRequest)
    if contract.paged:
        found.append(pages.BadCursor)
    by_status: dict[int, list[type[errors.Refusal]]] = {}
    for refusal in found:
        by_status.setdefault(refusal.status, []).append(refusal)
    own = refs[contract.refusal, "validation"] if contract.refusal else None
    return {str(status): _problem(by_status[status], own) for status in sorted(by_status)}


def _problem(refusals: Sequence[type[errors.Refusal]], own: Any) -> dict[str, Any]:
    """`own`: the schema of the endpoint's own form, in which it answers all but what is a bug of ours."""
    lines = [f"`{one.code}` {one.zh} {one.en}" for one in sorted(refusals, key=lambda one: one.code)]
    if own is None or problems.InternalError in refusals:
        content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    else:
        content = {"application/json": {"schema": own}}
    return {"description": "\n\n".join(lines), "content": content}
