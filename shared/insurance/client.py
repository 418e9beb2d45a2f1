"""The insurer as we ask it: issue a policy, end a policy; JSON over HTTPS, signed with our key.

`POST /policies` takes a PolicyRequest and answers 200 or 201 with `policy_no`, `first_day`, `last_day`; or 409, 410 or
422 with a `reason`. `POST /policies/{cover_id}/end` takes `last_day` and `reason` and answers 200 with the policy and
`covered_until`, or with nulls where it was never issued.

A cover's id is ours, and the insurer issues each once: the same request again has the same answer, another one under
the id is 409. An id that was ended is never issued afterwards (410): an end that overtakes its request loses nothing.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

import urllib3

from shared.insurance.model import Cover, Ended, EndReason, Policy
from shared.kernel import errors

Sign = Callable[..., dict[str, str]]
"""Headers for a body: `sign(message_id=…, at=…, body=…)`."""

_YES, _NO = (200, 201), (409, 410, 422)
_MOST_NUMBER = 64


class InsurerRefused(errors.Conflict):
    code = "insurer_refused"
    zh = "承保机构拒绝：{reason}"
    en = "The insurer refuses: {reason}"


class InsurerSilent(errors.Unavailable):
    """No answer, or none that can be understood: it may have done what it was asked. Ask again."""


@dataclass(frozen=True)
class PolicyRequest:
    """What the insurer is told: of a child her name and birth month, and only with consent; else nothing but the id."""

    cover_id: str
    product: str
    premium_payer: str
    insured_name: str | None
    insured_birth_month: str | None
    purpose: str
    school: str
    activity: str
    first_day: str
    last_day: str

    def text(self) -> str:
        """As it is sent, the same on every try."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


class InsurerClient:
    """Asks the insurer at `url`, signed by `sign`."""

    def __init__(self, *, url: str, sign: Sign, timeout_seconds: float = 5.0) -> None:
        self._url = url.rstrip("/")
        self._sign = sign
        timeout = urllib3.Timeout(connect=timeout_seconds, read=timeout_seconds)
        self._http = urllib3.PoolManager(timeout=timeout, retries=False, maxsize=4)

    def issue(self, cover: Cover, *, now: datetime) -> Policy:
        """The policy of a cover, new or as it was issued before. Raises InsurerRefused, InsurerSilent."""
        told = self._post("policies", cover.cover_id, cover.request, now)
        policy = _policy(told)
        if policy is None:
            raise InsurerSilent()
        return policy

    def end(self, cover: Cover, *, why: EndReason, last_day: date, now: datetime) -> Ended:
        """End a cover's policy after its last day, issued or not. Raises InsurerRefused, InsurerSilent."""
        body = json.dumps({"cover_id": cover.cover_id, "last_day": last_day.isoformat(), "reason": why.value})
        told = self._post(f"policies/{cover.cover_id}/end", f"{cover.cover_id}-end", body, now)
        until = told.get("covered_until")
        return Ended(_policy(told), None if until is None else _day(until))

    def _post(self, door: str, message_id: str, text: str, now: datetime) -> Mapping[str, Any]:
        body = text.encode()
        headers = self._sign(message_id=message_id, at=now, body=body)
        try:
            answer = self._http.request(
                "POST", f"{self._url}/{door}", body=body, headers={**headers, "content-type": "application/json"}
            )
        except urllib3.exceptions.HTTPError:
            raise InsurerSilent() from None
        told = _read(answer.data)
        if answer.status in _YES and told is not None:
            return told
        if answer.status in _NO:
            raise InsurerRefused(reason=str((told or {}).get("reason") or f"HTTP {answer.status}"))
        raise InsurerSilent()


def _read(content: bytes) -> Mapping[str, Any] | None:
    try:
        told = json.loads(content)
    except ValueError:
        return None
    return told if isinstance(told, dict) else None


def _policy(told: Mapping[str, Any]) -> Policy | None:
    """The policy of an answer; None where it names none. Raises InsurerSilent when it can't be one."""
    number = told.get("policy_no")
    if number is None:
        return None
    first, last = _day(told.get("first_day")), _day(told.get("last_day"))
    if not isinstance(number, str) or not 0 < len(number) <= _MOST_NUMBER or first > last:
        raise InsurerSilent()
    return Policy(number, first, last)


def _day(told: Any) -> date:
    try:
        return date.fromisoformat(told)
    except (TypeError, ValueError):
        raise InsurerSilent() from None
