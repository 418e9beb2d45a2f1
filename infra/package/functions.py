"""Every function that is deployed, and all that it may do: the tables, buckets and settings that it is given.

What calls them is in infra/events.py. A function's role has the rights that its line here says and no others: nothing
may delete from the ledger, and only the sweep may read it from end to end.
"""

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field

from infra import events


class Right(enum.Flag):
    """What a function may do with the rows of a table, or with the files of a bucket."""

    READ = enum.auto()
    CHECK = enum.auto()  # hold a transaction to a condition on a row
    WRITE = enum.auto()
    DELETE = enum.auto()
    SCAN = enum.auto()


ACTIONS = {
    Right.READ: ("dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:Query"),
    Right.CHECK: ("dynamodb:ConditionCheckItem",),
    Right.WRITE: ("dynamodb:PutItem", "dynamodb:UpdateItem"),
    Right.DELETE: ("dynamodb:DeleteItem",),
    Right.SCAN: ("dynamodb:Scan",),
}

BUCKET_ACTIONS = {Right.READ: ("s3:GetObject",), Right.WRITE: ("s3:PutObject",)}

R, C, W, D, S = Right.READ, Right.CHECK, Right.WRITE, Right.DELETE, Right.SCAN


@dataclass(frozen=True)
class Function:
    """A Lambda function, by the name that Chalice knows it under.

    `settings` are the stack's parameters that it is given, `secrets` the keys of the stack's secret; both by the name
    of the environment variable. `private`: it runs in the stack's private network, where the scanner is.
    """

    name: str
    memory_mb: int
    timeout_seconds: int
    tables: Mapping[str, Right]
    buckets: Mapping[str, Right] = field(default_factory=dict)
    settings: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    private: bool = False

    @property
    def rights(self) -> Mapping[str, Right]:
        """What it may do with each table: what its line says, and read the policy, which every rule asks for."""
        return {"policy": Right.READ, **self.tables}

    @property
    def logical_name(self) -> str:
        """Its name in the template: `release_lesson` -> `ReleaseLesson`."""
        return "APIHandler" if self.name == "api_handler" else camel(self.name)

    @property
    def stream(self) -> events.StreamFunction | None:
        """The stream that calls it, if one does."""
        return next((one for one in events.STREAM_FUNCTIONS if one.name == self.name), None)

    @property
    def file(self) -> events.FileFunction | None:
        """The files that call it, if any do."""
        return next((one for one in events.FILE_FUNCTIONS if one.name == self.name), None)


def camel(name: str) -> str:
    """A name as CloudFormation has it: `release_lesson` -> `ReleaseLesson`."""
    return "".join(word.capitalize() for word in name.split("_"))


_WECHAT_PAY_SETTINGS = (
    "PUBLIC_URL",
    "WECHAT_APP_ID",
    "WECHAT_PAY_URL",
    "WECHAT_PAY_MCH_ID",
    "WECHAT_PAY_SERIAL_NO",
    "WECHAT_PAY_PUBLIC_KEYS",
)
_WECHAT_PAY_SECRETS = ("WECHAT_PAY_API_KEY", "WECHAT_PAY_PRIVATE_KEY")

FUNCTIONS = (
    Function(
        "api_handler",
        memory_mb=1024,
        timeout_seconds=29,  # API Gateway gives up then
        tables={
            "institutions": R | C | W,
            "mall": R | C | W,
            "people": R | W | D,
            "teaching": R | C | W,
            "funds": R | C | W,
            "bank": R | W,
            "payments": R | C | W,
            "reconciliation": R | W,
            "alerts": R | W,
            "approvals": R | W,
            "terminations": R | W,
            "materials": R | W,
            "listings": R | C | W,
            "profiles": R | C | W,
            "personnel": R | W,
            "filings": R | W,
            "reviews": R | W,
            "policy": R | W,
            "insurance": R | W,
            "messages": R | W | D,
            "parked": R,
            "edge": R | W | D,
        },
        # it signs the address of a document, so it must be allowed to read what that gives
        # and, of the form of an upload and the address of a kept file, to write the one and to read the other
        buckets={"documents": R | W, "statements": W, "quarantine": W, "materials": R},
        settings=(
            "ENVIRONMENT_NAME",
            "BANK_URL",
            "WECHAT_URL",
            "WECHAT_TEMPLATES",
            "SEAL_PUBLIC_KEYS",
            *_WECHAT_PAY_SETTINGS,
        ),
        secrets=(
            "JWT_KEY",
            "BANK_WEBHOOK_KEYS",
            "BANK_INQUIRY_KEY",
            "WECHAT_SECRET",
            "INSURER_WEBHOOK_KEYS",
            "NOTICE_SIGNING_KEY",
            *_WECHAT_PAY_SECRETS,
        ),
    ),
    Function(
        "release_lesson",
        memory_mb=512,
        timeout_seconds=60,
        tables={"teaching": R | W, "funds": R | W, "institutions": C, "parked": W},
    ),
    Function("keep_totals", memory_mb=512, timeout_seconds=60, tables={"funds": R | W, "parked": W}),
    Function(
        "raise_alerts",
        memory_mb=512,
        timeout_seconds=60,
        tables={
            "alerts": W,
            "funds": R,
            "mall": R,
            "insurance": R | W,
            "messages": R | W,
            "payments": R | W,
            "parked": W,
        },
    ),
    Function("watch_personnel", memory_mb=512, timeout_seconds=60, tables={"personnel": R, "alerts": W, "parked": W}),
    Function(
        "watch_reviews",
        memory_mb=512,
        timeout_seconds=60,
        tables={"reviews": R | W, "mall": W, "funds": R, "institutions": R, "people": R, "alerts": W, "parked": W},
    ),
    Function(
        "reconcile_statement",
        memory_mb=1024,
        timeout_seconds=900,
        tables={
            "reconciliation": R | W,
            "funds": R | W,
            "institutions": R | C,
            "teaching": R,
            "mall": W,
            "payments": R | W,
            "alerts": W,
        },
        buckets={"statements": R},
    ),
    Function(
        "expect_statements",
        memory_mb=512,
        timeout_seconds=900,
        tables={"reconciliation": R | W, "funds": R, "institutions": R, "terminations": R, "alerts": W},
    ),
    Function(
        "check_upload",
        memory_mb=2048,  # a picture of 50 million pixels, unpacked and turned
        timeout_seconds=300,
        tables={"materials": R | W},
        buckets={"quarantine": R, "materials": W},
        settings=("CLAMD_ADDRESS",),
        private=True,
    ),
    Function(
        "check_waiting_uploads",
        memory_mb=2048,
        timeout_seconds=900,
        tables={"materials": R | W, "parked": W},
        buckets={"quarantine": R, "materials": W},
        settings=("CLAMD_ADDRESS",),
        private=True,
    ),
    Function("auto_confirm", memory_mb=512, timeout_seconds=900, tables={"teaching": R | W, "parked": W}),
    Function(
        "watch_wechat_payments",
        memory_mb=512,
        timeout_seconds=900,
        tables={"payments": R | W, "funds": R, "mall": R, "messages": R | W, "alerts": W, "parked": W},
        settings=_WECHAT_PAY_SETTINGS,
        secrets=_WECHAT_PAY_SECRETS,
    ),
    Function(
        "expire_unpaid",
        memory_mb=512,
        timeout_seconds=900,
        tables={"funds": R | W, "mall": W, "payments": R, "parked": W},
    ),
    Function(
        "call_waiting",
        memory_mb=512,
        timeout_seconds=900,
        tables={"mall": R | W, "institutions": C, "messages": W, "parked": W},
    ),
    Function(
        "check_openings",
        memory_mb=512,
        timeout_seconds=900,
        tables={
            "mall": R | W,
            "funds": R | W,
            "teaching": R | W,
            "payments": R,
            "messages": W,
            "parked": W,
        },
    ),
    Function("agree_refunds", memory_mb=512, timeout_seconds=900, tables={"funds": R | W, "parked": W}),
    Function(
        "wind_up",
        memory_mb=512,
        timeout_seconds=900,
        tables={
            "terminations": R | C | W,
            "funds": R | W,
            "teaching": R | W,
            "mall": W,
            "institutions": R | W,
            "parked": W,
        },
        settings=("BANK_URL",),
        secrets=("BANK_SIGNING_KEY",),
    ),
    Function(
        "pay_refunds",
        memory_mb=512,
        timeout_seconds=900,
        tables={"funds": R | W, "teaching": R | W, "mall": W, "parked": W},
        settings=("BANK_URL",),
        secrets=("BANK_SIGNING_KEY",),
    ),
    Function(
        "issue_covers",
        memory_mb=512,
        timeout_seconds=900,
        tables={"insurance": R | W, "funds": R, "mall": R, "people": R, "parked": W},
        settings=("INSURER_URL",),
        secrets=("INSURER_SIGNING_KEY",),
    ),
    Function(
        "send_claims",
        memory_mb=512,
        timeout_seconds=900,
        tables={"insurance": R | W, "materials": R, "messages": W, "parked": W},
        buckets={"materials": R},
        settings=("INSURER_URL",),
        secrets=("INSURER_SIGNING_KEY",),
    ),
    Function(
        "remind_guardians",
        memory_mb=512,
        timeout_seconds=900,
        tables={"messages": R | W, "teaching": R | C, "funds": R, "mall": R, "parked": W},
    ),
    Function(
        "deliver_messages",
        memory_mb=512,
        timeout_seconds=900,
        tables={"messages": R | W, "teaching": R, "funds": R, "mall": R, "parked": W},
        settings=("WECHAT_URL", "WECHAT_APP_ID", "WECHAT_TEMPLATES"),
        secrets=("WECHAT_SECRET",),
    ),
    Function(
        "pay_minimum_withdrawals",
        memory_mb=512,
        timeout_seconds=900,
        tables={"funds": R | W, "institutions": R, "parked": W},
        settings=("BANK_URL",),
        secrets=("BANK_SIGNING_KEY",),
    ),
    Function(
        "pay_out",
        memory_mb=512,
        timeout_seconds=900,
        tables={"funds": R | W, "institutions": R | C, "parked": W},
        settings=("BANK_URL",),
        secrets=("BANK_SIGNING_KEY",),
    ),
    Function(
        "resend_payouts",
        memory_mb=512,
        timeout_seconds=900,
        tables={"funds": R | W, "institutions": R, "parked": W},
        settings=("BANK_URL",),
        secrets=("BANK_SIGNING_KEY",),
    ),
    Function(
        "credit_interest",
        memory_mb=512,
        timeout_seconds=900,
        tables={"funds": R | W, "institutions": R, "alerts": W, "parked": W},
    ),
    Function(
        "check_minimum_balances",
        memory_mb=512,
        timeout_seconds=900,
        tables={"funds": R | W, "institutions": R | W, "alerts": W, "parked": W},
    ),
    Function(
        "watch_certificates",
        memory_mb=512,
        timeout_seconds=900,
        tables={"institutions": R, "alerts": W, "parked": W},
    ),
    Function(
        "end_listings",
        memory_mb=512,
        timeout_seconds=900,
        tables={"listings": R | W, "institutions": R | W, "parked": W},
    ),
    Function(
        "calculate_minimum_requirements",
        memory_mb=512,
        timeout_seconds=900,
        tables={"funds": R | W, "institutions": R, "parked": W},
    ),
    Function(
        "open_inspections",
        memory_mb=512,
        timeout_seconds=900,
        tables={"filings": R | W, "institutions": R, "parked": W},
    ),
    Function(
        "watch_filings",
        memory_mb=512,
        timeout_seconds=900,
        tables={"filings": R | W, "alerts": W, "parked": W},
    ),
    Function(
        "sweep",
        memory_mb=1024,
        timeout_seconds=900,
        tables={
            "funds": R | W | S,
            "teaching": R | W,
            "institutions": R | C,
            "mall": R | W,
            "payments": R | W,
            "people": R,
            "personnel": R,
            "reviews": R | W,
            "alerts": W,
            "insurance": R | W,
            "messages": R | W,
            "parked": W,
        },
    ),
    Function(
        "seal_day",
        memory_mb=512,
        timeout_seconds=900,
        tables={"funds": R | W, "parked": W},
        secrets=("SEAL_KEY",),
    ),
)
