"""The bank on a port of this machine, and who receives its messages: for tests of the bank alone."""

import json
import urllib.error
import urllib.request
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from infra.local import trouble
from infra.local.bank_simulator import Bank
from infra.local.bank_statements import Deliver
from infra.local.site import Answer, Request, Site
from infra.local.test_clock import TestClock
from shared.bank import messages, signature
from shared.bank.client import BankClient, PayoutInstruction
from shared.bank.inquiries import BankInquiries
from shared.kernel import errors
from shared.kernel.money import Fen

MONDAY = datetime(2026, 8, 17, tzinfo=UTC)
WEBHOOK_KEY = "whsec_dGhlIGJhbmsgc2lnbnMgd2l0aCB0aGlzIG9uZQ=="
INQUIRY_KEY = "whsec_d2UgYXNrIHdpdGggdGhpcyBvbmUsIG5vIG1vcmUu"
OUR_KEY = "whsec_d2Ugc2lnbiBvdXIgaW5zdHJ1Y3Rpb25zIHdpdGg="
TUITION = "3703050000000001"
SCHOOLS_OWN = "6222000000000001"
MINIMUM = "3703050000000002"
NOTICE_KEY = "whsk_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="


class Us:
    """What receives the bank's messages: checks them with our own code and writes them down."""

    def __init__(self, port: int, clock: TestClock) -> None:
        self._clock = clock
        self.taken: list[tuple[str, dict[str, Any]]] = []
        self.refused: list[str] = []
        self.down = 0
        self.site = Site("us", port, {"POST /v1/bank/events": self._receive})

    def _receive(self, request: Request) -> Answer:
        if self.down:
            self.down -= 1
            return Answer({"code": "try_again"}, 503)
        try:
            message_id = signature.verify([WEBHOOK_KEY], headers=request.headers, body=request.body, now=self._clock())
        except errors.Unauthenticated as refusal:
            self.refused.append(refusal.code)
            return Answer({"code": refusal.code}, 401)
        messages.parse(request.body)
        self.taken.append((message_id, json.loads(request.body)))
        return Answer({"status": "posted"})

    def references(self) -> list[str]:
        return [told["data"]["bank_reference"] for _, told in self.taken]


class District:
    """The bank, us, and our client to it."""

    def __init__(self, path: Path | None = None, *, notice_key: str = "", deliver_file: Deliver | None = None) -> None:
        port = trouble.free_ports(2)
        self.clock = TestClock(starts_at=MONDAY)
        self.us = Us(port, self.clock)
        self.us.site.start()
        self.bank = Bank(
            port=port + 1,
            events_url=f"{self.us.site.url}/v1/bank/events",
            webhook_key=WEBHOOK_KEY,
            instruction_key=OUR_KEY,
            inquiry_key=INQUIRY_KEY,
            clock=self.clock,
            path=path,
            notice_key=notice_key,
            deliver_file=deliver_file,
        )
        self.bank.start()
        self.bank.open_account(TUITION, holder="示例舞蹈学校")
        self.client = BankClient(url=self.bank.site.url, key=OUR_KEY)
        self.inquiries = BankInquiries(url=self.bank.site.url, key=INQUIRY_KEY)

    def stop(self) -> None:
        self.bank.stop()
        self.us.site.stop()

    def call(self, method: str, path: str, body: dict[str, Any] | None = None) -> tuple[int, Any]:
        content = None if body is None else json.dumps(body).encode()
        return _answer(urllib.request.Request(f"{self.bank.site.url}{path}", content, method=method))

    def hand_over(self, content: bytes, *, key: str = OUR_KEY) -> tuple[int, Any]:
        """Send a file of instructions, signed."""
        headers = signature.sign(key, message_id="file-1", at=self.clock(), body=content)
        request = urllib.request.Request(f"{self.bank.site.url}/files", content, dict(headers), method="POST")
        return _answer(request)

    def transfer(self, amount_fen: int = 36000) -> str:
        return self.bank.transfer(
            TUITION, amount_fen, remittance="01J8ZQ4T9F6X3M2C7V5B1N8K0D", payer_name="李雷"
        ).reference

    def instruct(self, *, payout_id: str = "pay_1", amount_fen: int = 20000, client: BankClient | None = None) -> None:
        instruction = PayoutInstruction(payout_id, TUITION, SCHOOLS_OWN, Fen(amount_fen), "课时费划拨")
        (client or self.client).instruct_payout(instruction, now=self.clock())


def _answer(request: urllib.request.Request) -> tuple[int, Any]:
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as refusal:
        return refusal.code, json.load(refusal)
