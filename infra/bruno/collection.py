"""A Bruno collection, file by file: an operation's request with a body to start from, and the walk in order."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from infra.bruno.walk import Request, braced

_BODY_DEPTH = 4


def files(document: Mapping[str, Any], walk: list[Request], variables: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Each file's path in the collection and its text."""
    about = {"version": "1", "name": document["info"]["title"], "type": "collection"}
    yield "bruno.json", json.dumps(about, ensure_ascii=False, indent=2) + "\n"
    yield "environments/local.bru", _block("vars", variables.items())
    for number, request in enumerate(walk, 1):
        yield f"walk/{number:02d} {_in_a_name(request.zh)}.bru", _request(request, number)
    schemas = document["components"]["schemas"]
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            name = f"api/{operation['tags'][0]}/{operation['operationId']}.bru"
            yield name, _request(_of_operation(path, method.upper(), operation, schemas), 0)


def _of_operation(path: str, method: str, operation: Mapping[str, Any], schemas: Mapping[str, Any]) -> Request:
    headers = {"Authorization": "Bearer {{token}}"} if "security" in operation else {}
    asked = [one for one in operation["parameters"] if one["in"] == "query" and one["required"]]
    for one in operation["parameters"]:
        if one["name"] == "Idempotency-Key":
            headers["Idempotency-Key"] = "{{$guid}}"
        elif one["name"] == "If-Match":
            headers["If-Match"] = '"1"'
        elif one["in"] == "path":
            path = path.replace("{" + one["name"] + "}", braced(one["name"]))
    query = "&".join(f"{one['name']}={braced(one['name'])}" for one in asked)
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    if body is not None:
        headers["Content-Type"] = "application/json"
    return Request(
        operation["summary"],
        operation["description"],
        method,
        "{{api}}" + path + (f"?{query}" if query else ""),
        headers,
        json.dumps(_example(body, schemas), ensure_ascii=False, indent=2) if body is not None else None,
        status=None,
    )


def _example(schema: Mapping[str, Any], schemas: Mapping[str, Any], depth: int = 0) -> Any:
    """Something of the right shape, to be filled in."""
    if "$ref" in schema:
        return _example(schemas[schema["$ref"].rpartition("/")[2]], schemas, depth)
    for several in ("anyOf", "oneOf", "allOf"):
        if several in schema:
            return _example(schema[several][0], schemas, depth)
    if "default" in schema:
        return schema["default"]
    if "enum" in schema or "const" in schema:
        return schema.get("const", schema.get("enum", [None])[0])
    kind = schema.get("type", "object")
    if kind == "object" and depth < _BODY_DEPTH:
        return {name: _example(told, schemas, depth + 1) for name, told in schema.get("properties", {}).items()}
    if kind == "array" and depth < _BODY_DEPTH:
        return [_example(schema.get("items", {}), schemas, depth + 1)]
    return {"string": "", "integer": schema.get("minimum", 0), "number": 0, "boolean": False}.get(kind)


def _request(request: Request, number: int) -> str:
    parts = [
        _block(
            "meta",
            [
                ("name", f"{number:02d} {request.zh}" if number else request.zh),
                ("type", "http"),
                ("seq", str(max(number, 1))),
            ],
        ),
        _block(
            request.method.lower(),
            [("url", request.url), ("body", "json" if request.body else "none"), ("auth", "none")],
        ),
    ]
    if request.headers:
        parts.append(_block("headers", request.headers.items()))
    if request.body:
        parts.append(f"body:json {{\n{_indented(request.body)}\n}}\n")
    if number == 1:
        parts.append('script:pre-request {\n  bru.setVar("run", Date.now().toString(36));\n}\n')
    if request.keep:
        parts.append(
            _block("vars:post-response", [(name, f"res.body.{where}") for name, where in request.keep.items()])
        )
    if number:
        expected = [("res.status", f"eq {request.status}" if request.status else "lt 300")]
        expected += [
            (f"res.body.{where}", f"eq {json.dumps(value, ensure_ascii=False).strip(chr(34))}")
            for where, value in request.expect.items()
        ]
        parts.append(_block("assert", expected))
    parts.append(f"docs {{\n{_indented(request.en)}\n}}\n")
    return "\n".join(parts)


def _block(name: str, lines: Any) -> str:
    return f"{name} {{\n" + "".join(f"  {key}: {value}\n" for key, value in lines) + "}\n"


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.splitlines())


def _in_a_name(text: str) -> str:
    return text.replace("/", "-").replace("：", "-")
