"""Seals: each entry carries a hash of itself and of the entry before it in its enrolment, so that none can be altered,
left out or put elsewhere without being found. An entry of no enrolment is sealed alone; the day's root has it (seals).
"""

import hashlib
import json
from dataclasses import replace

from shared.funds import rules
from shared.funds.model import EnrolmentAccount, Entry
from shared.kernel import clock
from shared.policy import queries as policies


def seal(previous: str, entry: Entry) -> str:
    """The seal of an entry that follows the one sealed `previous` ("" where it is the first, or stands alone)."""
    told = [
        previous,
        entry.pk,
        entry.sk,
        entry.kind.value,
        entry.institution_id,
        entry.account_no,
        sorted((state.value, amount) for state, amount in entry.legs.items()),
        entry.reference,
        entry.digest,
        clock.stored(entry.booked_at),
        entry.effective_on.isoformat(),
        entry.enrolment_id,
        entry.version,
        entry.reason,
        entry.payer,
        entry.payer_account_no,
        sorted(entry.figures.items()),
        entry.correction,
    ]
    return hashlib.sha256(json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


def sealed(entry: Entry, *, after: str = "") -> Entry:
    """The entry with its seal, as the closed days let it be booked: every entry passes here before it is written."""
    entry = rules.dated(entry, policies.in_force(at=entry.booked_at).days_until_closed)
    return replace(entry, seal=seal(after, entry))


def linked(account: EnrolmentAccount, *entries: Entry) -> list[Entry]:
    """The next entries of an enrolment, numbered and sealed one after the other."""
    found: list[Entry] = []
    head = account.seal
    for number, entry in enumerate(entries, account.version + 1):
        found.append(sealed(replace(entry, enrolment_id=account.enrolment_id, version=number), after=head))
        head = found[-1].seal
    return found
