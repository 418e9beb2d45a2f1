"""The insurer as we ask it: issue a policy, end a policy, take a claim; JSON over HTTPS, signed with our key.

`POST /policies` takes a PolicyRequest and answers 200 or 201 with `policy_no`, `first_day`, `last_day`; or 409, 410 or
422 with a `reason`. `POST /policies/{cover_id}/end` takes `last_day` and `reason` and answers 200 with the policy and
`covered_until`, or with nulls where it was never issued.

A cover's id is ours, and the insurer issues each once: the same request again has the same answer, another one under
the id is 409. An id that was ended is never issued afterwards (410): an end that overtakes its request loses nothing.

`POST /claims` takes a claim's part (`claim_id`, `part`, `policy_no`, `accident_on`, `text`, `pictures`), each once, and
answers how the claim stands, as `POST /claims/{claim_id}/status` and the insurer's webhooks do: `claim_id`, `revision`,
`part` (the last that it has), `status` (`received`, `more_wanted`, `accepted`, `rejected`, `paid`), `asked`, `reason`,
`paid_fen`.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

import urllib3

from shared.insurance.claim_model import Claim, ClaimStatus, ClaimTold
from shared.insurance.model import Cover, Ended, EndReason, Policy
from shared.kernel import errors
from shared.kernel.ids import ClaimId
from shared.kernel.money import Fen

Sign = Callable[..., dict[str, str]]
"""Headers for a body: `sign(message_id=…, at=…, body=…)`."""

_YES, _NO = (200, 201), (409, 410, 422)
_MOST_NUMBER, _MOST_FIGURE = 64, 10**13
_SAID = ("received", "more_wanted", "accepted", "rejected", "paid")


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


@dataclass(frozen=True)
class ClaimPicture:
    """A picture of a claim: its hash, and where the insurer gets it for a short time."""

    sha256: str
    address: str


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

    def claim(self, claim: Claim, *, pictures: Sequence[ClaimPicture], now: datetime) -> ClaimTold:
        """Hand in a claim, or what is added to it. Raises InsurerRefused, InsurerSilent."""
        told = {
            "claim_id": claim.claim_id,
            "part": claim.part,
            "policy_no": claim.policy_no,
            "accident_on": claim.accident_on.isoformat(),
            "text": claim.text,
            "pictures": [asdict(one) for one in pictures],
        }
        text = json.dumps(told, ensure_ascii=False)
        return claim_told(self._post("claims", f"{claim.claim_id}-{claim.part}", text, now), of=claim.claim_id)

    def ask_claim(self, claim: Claim, *, now: datetime) -> ClaimTold:
        """How a claim stands. Raises InsurerRefused, InsurerSilent."""
        text = json.dumps({"claim_id": claim.claim_id})
        told = self._post(f"claims/{claim.claim_id}/status", f"{claim.claim_id}-status", text, now)
        return claim_told(told, of=claim.claim_id)

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


def claim_told(told: Any, *, of: ClaimId | None = None) -> ClaimTold:
    """What the insurer says of a claim. Raises InsurerSilent when it can't be that."""
    if not isinstance(told, dict):
        raise InsurerSilent()
    claim_id, asked, reason = told.get("claim_id"), told.get("asked") or "", told.get("reason") or ""
    revision, part, paid = (_count(told.get(name, 0)) for name in ("revision", "part", "paid_fen"))
    if not all(isinstance(one, str) for one in (claim_id, asked, reason)) or told.get("status") not in _SAID:
        raise InsurerSilent()
    if of is not None and claim_id != of:
        raise InsurerSilent()
    status = ClaimStatus(told["status"])
    return ClaimTold(ClaimId(str(claim_id)), revision, part, status, asked[:500], reason[:200], Fen(paid))


def _count(told: Any) -> int:
    if type(told) is not int or not 0 <= told <= _MOST_FIGURE:
        raise InsurerSilent()
    return told


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
