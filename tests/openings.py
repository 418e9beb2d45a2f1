"""A school that has its licence and no accounts yet, and the bank at which they are opened, over real HTTP."""

from collections.abc import Iterator
from datetime import date

import pytest

from functions.edge import account_opening, wiring
from infra.local import trouble
from infra.local.bank_simulator import Bank
from shared.dynamo import transaction
from shared.institutions import model, store, usecases
from shared.kernel.ids import InstitutionId
from shared.people.model import StaffRole
from tests import builders
from tests.builders import NOW, an_id
from tests.console.visitors import Visitor, sign_in
from tests.edge.doors import Answer, Clock

NEW = InstitutionId(an_id("ins", 5))
PAYOUT = "6222000000000055"
BANK_NAME = "中国银行临淄支行"
INQUIRY_KEY = "whsec_d2UgYXNrIHdpdGggdGhpcyBvbmUsIG5vIG1vcmUu"
WEBHOOK_KEY = "whsec_dGhlIGJhbmsgc2lnbnMgd2l0aCB0aGlzIG9uZQ=="
PAGE = f"/console/account-requests/{NEW}"


def an_applicant(number: int = 5, **changes: object) -> model.Institution:
    """The `number`-th school while it only asks to be founded."""
    told = {"licence_no": "", "licence_valid_to": model.NO_LICENCE, "accounts": model.NO_ACCOUNTS, "teachers": ()}
    status = {"status": model.Status.APPLICANT, "categories": ()}
    return builders.a_school(number, **{**told, **status, **changes})


def license_school(number: int = 5, **changes: object) -> model.Institution:
    """Put the `number`-th school on file as an applicant and license it; it has no accounts."""
    applicant = an_applicant(number, **changes)
    transaction.commit(usecases.applying(institution=applicant, by="grd", now=NOW))
    licensed = usecases.licensing(
        institution_id=applicant.institution_id,
        licence_no=f"3703057{number:06d}",
        valid_to=date(2029, 12, 31),
        reason="公示期满",
        by="科长",
        now=NOW,
    )
    transaction.commit(licensed)
    return store.get(applicant.institution_id)


def ask(number: int = 5, *, payout_account_no: str = PAYOUT) -> model.AccountRequest:
    """The `number`-th school asks for its accounts."""
    return account_opening.ask(
        institution_id=InstitutionId(an_id("ins", number)),
        payout_bank_name="临淄农商行",
        payout_account_no=payout_account_no,
        by="usr",
        now=wiring.now(),
    )


def finance() -> Visitor:
    return sign_in("finance", StaffRole.FINANCE_OFFICER)


def supervisor(username: str = "supervisor") -> Visitor:
    return sign_in(username, StaffRole.SUPERVISOR)


def propose(numbers: dict[str, str], who: Visitor | None = None, /, **changes: str) -> Answer:
    """A finance officer proposes these accounts."""
    told = {"bank_name": BANK_NAME, "size": "medium", "reason": "银行已开户", **numbers, **changes}
    return (who or finance()).post(f"{PAGE}/proposal", told)


def approve(proposed: Answer, who: Visitor | None = None) -> Answer:
    """A supervisor approves what was proposed."""
    assert proposed.status == 303, proposed.text
    home = proposed.headers["location"].partition("?")[0]
    return (who or supervisor()).post(f"{home}/decision", {"decision": "approve", "reason": "同意"})


@pytest.fixture
def bank(at: Clock, settings: pytest.MonkeyPatch) -> Iterator[Bank]:
    """The bank that is asked, on a port of this machine."""
    port = trouble.free_ports(1)
    it = Bank(
        port=port,
        events_url="http://127.0.0.1:9/v1/bank/events",
        webhook_key=WEBHOOK_KEY,
        instruction_key=WEBHOOK_KEY,
        inquiry_key=INQUIRY_KEY,
        clock=at,
    )
    it.start()
    settings.setenv("BANK_URL", it.site.url)
    settings.setenv("BANK_INQUIRY_KEY", INQUIRY_KEY)
    wiring.bank_inquiries.cache_clear()
    yield it
    it.stop()
    wiring.bank_inquiries.cache_clear()


@pytest.fixture
def school(in_memory: object, at: Clock) -> model.Institution:
    """The licensed school, which has asked for its accounts."""
    licensed = license_school()
    ask()
    return licensed
