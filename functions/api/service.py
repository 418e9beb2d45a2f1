"""The service about itself: health, the OpenAPI document, its page, files."""

import json
from typing import Any

from chalice.app import Blueprint, Response

from functions.edge import openapi, static, wiring
from functions.edge.contract import raw_endpoint
from functions.edge.settings import settings
from shared.kernel import clock
from shared.policy import queries as policies

blueprint = Blueprint(__name__)

_CACHED = "public, max-age=3600"
_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


@raw_endpoint(blueprint, "GET", "/health", summary_zh="服务是否正常", summary_en="Whether the service is well")
def get_health() -> dict[str, Any]:
    """The time and the policy in force: enough to see that the function runs and knows its rules."""
    return {
        "status": "ok",
        "time": clock.shown(wiring.now()),
        "environment": settings().environment_name[0],
        "policy_version": policies.in_force(at=wiring.now()).version,
    }


@raw_endpoint(blueprint, "GET", "/openapi.json", summary_zh="接口文档", summary_en="The OpenAPI document")
def get_openapi() -> Response:
    body = json.dumps(openapi.document(), ensure_ascii=False)
    return Response(body=body, headers={"Content-Type": "application/json"})


@raw_endpoint(blueprint, "GET", "/docs", summary_zh="接口文档页", summary_en="The API's page")
def get_docs() -> Response:
    page = static.get("docs.html")
    return Response(body=page.text, headers={"Content-Type": page.content_type, "Content-Security-Policy": _CSP})


@raw_endpoint(
    blueprint,
    "GET",
    "/assets/{name}",
    errors=(static.UnknownAsset,),
    summary_zh="页面文件",
    summary_en="A file that a page needs",
)
def get_asset() -> Response:
    request: Any = blueprint.current_request
    asset = static.get(request.uri_params["name"])
    fresh = request.headers.get("if-none-match") == asset.etag
    headers: dict[str, Any] = {
        "Content-Type": asset.content_type,
        "ETag": asset.etag,
        "Cache-Control": "public, max-age=3600",
    }
    return Response(body="" if fresh else asset.text, status_code=304 if fresh else 200, headers=headers)
