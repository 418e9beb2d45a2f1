"""A day's seal (留痕): one root over every entry that was booked on a day, signed, each root extending the last day's.

An entry's own seal (chain.py) is made of what is stored, so whoever can write to the tables can make it anew. A day's
root was signed with a key that isn't in the tables, and given out: what is altered, taken out, put in or moved after
that doesn't give this root again. `marks` are four bytes of each entry's digest, in order: with them it can be said
which entry it is.
"""

import base64
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from shared.funds import chain
from shared.funds.model import Entry
from shared.kernel import clock

_MARK = 4  # bytes; in base64 a day of 50,000 entries has 270 KB of them, and an item may have 400


@dataclass(frozen=True)
class DaySeal:
    """The seal of one business day. `public_key` says which key has signed (`whpk_<base64>`)."""

    day: date
    count: int
    previous_root: str
    root: str
    marks: bytes
    sealed_at: datetime
    public_key: str = ""
    signature: str = ""

    @property
    def signed(self) -> str:
        """The text that is signed, as UTF-8."""
        told = ("hui-seal-1", self.day, self.count, self.previous_root, self.root, clock.stored(self.sealed_at))
        return "".join(f"{one}\n" for one in told)


def seal(day: date, entries: Iterable[Entry], *, after: DaySeal | None, key: str, now: datetime) -> DaySeal:
    """The signed seal of the entries booked on a day, in any order. `key`: Ed25519, `whsk_<base64 of 32 bytes>`."""
    digests = [_digest(entry) for entry in in_order(entries)]
    previous = after.root if after else ""
    marks = b"".join(digest[:_MARK] for digest in digests)
    made = DaySeal(day, len(digests), previous, _root(previous, day, digests), marks, now)
    private = Ed25519PrivateKey.from_private_bytes(_bytes_of(key, "whsk_"))
    signature = base64.b64encode(private.sign(made.signed.encode())).decode()
    return replace(made, public_key=public_key(key), signature=signature)


def public_key(key: str) -> str:
    """The public half of a key, to be given out: `whsk_…` -> `whpk_…`."""
    public = Ed25519PrivateKey.from_private_bytes(_bytes_of(key, "whsk_")).public_key()
    return f"whpk_{base64.b64encode(public.public_bytes_raw()).decode()}"


def published(made: DaySeal) -> dict[str, str | int]:
    """A seal as the API and the file for the bank give it out: who has kept it can hold the books to it."""
    return {
        "day": made.day.isoformat(),
        "entries": made.count,
        "previous_root": made.previous_root,
        "root": made.root,
        "sealed_at": clock.stored(made.sealed_at),
        "signed": made.signed,
        "signature": made.signature,
        "public_key": made.public_key,
    }


def in_order(entries: Iterable[Entry]) -> list[Entry]:
    """A day's entries in the order of its root: school by school, as the schools' journals have them."""
    return sorted(entries, key=lambda entry: (entry.institution_id, clock.stored(entry.booked_at), entry.place))


def trusted(made: DaySeal, keys: Sequence[str]) -> bool:
    """Whether a seal was signed with one of these public keys."""
    if made.public_key not in keys:
        return False
    try:
        public = Ed25519PublicKey.from_public_bytes(_bytes_of(made.public_key, "whpk_"))
        public.verify(base64.b64decode(made.signature), made.signed.encode())
    except (InvalidSignature, ValueError):
        return False
    return True


def difference(made: DaySeal, entries: Iterable[Entry]) -> str:
    """What is first found to differ between a day as it was sealed and its entries as they are now; "": nothing."""
    now = in_order(entries)
    digests = [_digest(entry) for entry in now]
    if _root(made.previous_root, made.day, digests) == made.root:
        return ""
    was = [made.marks[start : start + _MARK] for start in range(0, len(made.marks), _MARK)]
    have = [digest[:_MARK] for digest in digests]
    at = next((place for place, (one, other) in enumerate(zip(was, have, strict=False)) if one != other), None)
    if at is None:
        at = min(len(was), len(have))
    if was == have:
        return f"{made.day}: the root isn't that of its {made.count} entries"
    named = f"{now[at].key}" if at < len(now) else "the end of the day"
    return f"{made.day}: {_what(was[at:], have[at:])} {named}, number {at + 1} of {made.count}"


def _what(was: Sequence[bytes], have: Sequence[bytes]) -> str:
    """What has become of the first entry of `was`."""
    if len(have) < len(was) and was[len(was) - len(have) :] == have:
        return "missing before"
    if len(have) > len(was) and have[len(have) - len(was) :] == was:
        return "put in:"
    if sorted(was) == sorted(have):
        return "in another order from"
    if len(have) < len(was):
        return "missing before or altered:"
    return "altered:" if len(have) == len(was) else "put in or altered:"


def _digest(entry: Entry) -> bytes:
    return bytes.fromhex(chain.seal(entry.seal, entry))


def _root(previous: str, day: date, digests: Sequence[bytes]) -> str:
    return hashlib.sha256(f"{previous}\n{day}\n{len(digests)}\n".encode() + b"".join(digests)).hexdigest()


def _bytes_of(key: str, prefix: str) -> bytes:
    if not key.startswith(prefix):
        raise ValueError(f"a key that begins with {prefix} is needed")
    return base64.b64decode(key.removeprefix(prefix), validate=True)
