"""The walk through a term, as Bruno sends it: every answer is what the collection says that it will be."""

import json
import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import urllib3

from functions.edge.openapi import document
from infra.bruno import walk
from infra.local import control_door, district, district_process, seed, trouble
from infra.local.district_process import STARTS_AT
from infra.local.term import FIRST_WEEKS_END, Term

_http = urllib3.PoolManager(timeout=60.0)


def test_a_parent_and_a_school_live_through_a_term_over_the_api() -> None:
    data = district.generate(family_count=1)
    with district_process.running(port=trouble.free_ports(district_process.PORTS)) as running:
        seed.plant(data, now=running.clock())
        running.open_accounts()
        assert Term(running, data).live(until=STARTS_AT + timedelta(days=1))  # the schools open
        running.travel_to(FIRST_WEEKS_END, apart=timedelta(weeks=2))
        control = control_door.site(running, [])
        control.start()
        try:
            running.go_on()
            _walk(walk.variables(api=running.api_url, control=control.url))
        finally:
            running.scheduler.stop()
            control.stop()


def _walk(known: dict[str, Any]) -> None:
    known["run"] = "1"
    for request in walk.requests(document()):
        body = walk.filled(request.body, known).encode() if request.body else None
        headers = {name: walk.filled(value, known) for name, value in request.headers.items()}
        answer = _http.request(request.method, walk.filled(request.url, known), body=body, headers=headers)

        assert answer.status == request.status if request.status else answer.status < 300, (request.en, answer.data)
        told = json.loads(answer.data) if answer.data.startswith(b"{") else None
        assert {where: _at(told, where) for where in request.expect} == _filled(request.expect, known), request.en
        known |= {name: _at(told, where) for name, where in request.keep.items()}


def _filled(expect: Mapping[str, Any], known: dict[str, Any]) -> dict[str, Any]:
    return {where: walk.filled(one, known) if isinstance(one, str) else one for where, one in expect.items()}


def _at(told: Any, where: str) -> Any:
    """What an answer has at a place such as `data[0].course_id`."""
    for name, index in re.findall(r"(\w+)|\[(\d+)\]", where):
        told = told[name] if name else told[int(index)]
    return told
