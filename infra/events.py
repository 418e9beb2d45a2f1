"""What calls the functions that aren't behind HTTP: tables' streams, files that come, the clock.

The one source for the package's template (infra/package) and for the local district's pollers and scheduler
(infra/local). The module of a function has the function under the module's own name.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

FAILURES_QUEUE = "stream-failures"


@dataclass(frozen=True)
class StreamFunction:
    """A function on a table's stream. A record that no pattern of `filters` matches never reaches it.

    `context` names the table (shared.dynamo.rows). Up to `lanes` batches are under way at once, those of one partition
    key in order. A batch that fails is halved until the record at fault stands alone; that is tried `retries` more
    times, then where it is goes to the queue FAILURES_QUEUE.
    """

    name: str
    context: str
    filters: tuple[Mapping[str, Any], ...]
    batch_size: int = 25
    retries: int = 10
    lanes: int = 1

    @property
    def module(self) -> str:
        """Where the function is."""
        return f"functions.streams.{self.name}"


@dataclass(frozen=True)
class ScheduledFunction:
    """A function that runs when its expression (EventBridge's, in UTC) says so."""

    name: str
    expression: str

    @property
    def module(self) -> str:
        """Where the function is."""
        return f"functions.schedules.{self.name}"

    @property
    def hourly(self) -> bool:
        """Whether it runs every hour, or more often."""
        return self.expression.split()[1] == "*"


@dataclass(frozen=True)
class FileFunction:
    """A function that EventBridge calls for each file that comes into a bucket, by the kind of its files."""

    name: str
    bucket: str

    @property
    def module(self) -> str:
        """Where the function is."""
        return f"functions.files.{self.name}"


FILE_FUNCTIONS = (
    FileFunction("reconcile_statement", "statements"),
    FileFunction("check_upload", "quarantine"),
)

STREAM_FUNCTIONS = (
    StreamFunction(
        "release_lesson",
        "teaching",
        (
            {
                "dynamodb": {
                    "Keys": {"sk": {"S": [{"prefix": "lesson#"}]}},
                    "NewImage": {"status": {"S": ["confirmed", "auto_confirmed"]}},
                }
            },
        ),
        lanes=4,  # enrolments have nothing to do with one another; guardians confirm on the same evening
    ),
    StreamFunction(
        "watch_reviews",
        "reviews",
        (
            {"eventName": ["INSERT"], "dynamodb": {"Keys": {"sk": {"S": ["review", "report"]}}}},
            {"dynamodb": {"Keys": {"sk": {"S": ["rating"]}}}},
        ),
    ),
    StreamFunction(
        "keep_totals",
        "funds",
        ({"eventName": ["INSERT"], "dynamodb": {"NewImage": {"kind": {"S": ["entry"]}}}},),
        batch_size=80,  # it writes a school's entries together
    ),
    StreamFunction(
        "raise_alerts",
        "funds",
        (
            {"eventName": ["INSERT"], "dynamodb": {"NewImage": {"kind": {"S": ["entry", "conflict"]}}}},
            {"dynamodb": {"Keys": {"sk": {"S": ["account"]}}, "NewImage": {"status": {"S": ["completed"]}}}},
        ),
    ),
    StreamFunction(
        "watch_personnel",
        "personnel",
        (
            {"dynamodb": {"Keys": {"sk": {"S": ["person"]}}, "NewImage": {"alarm": {"S": ["published"]}}}},
            {"eventName": ["INSERT"], "dynamodb": {"Keys": {"sk": {"S": [{"prefix": "presence#"}]}}}},
        ),
    ),
)

SCHEDULES = (
    ScheduledFunction("auto_confirm", "cron(0 * * * ? *)"),
    ScheduledFunction("watch_wechat_payments", "cron(13/15 * * * ? *)"),  # just before expire_unpaid
    ScheduledFunction("expire_unpaid", "cron(0/15 * * * ? *)"),
    ScheduledFunction("agree_refunds", "cron(10 * * * ? *)"),
    ScheduledFunction("check_openings", "cron(25 * * * ? *)"),
    ScheduledFunction("wind_up", "cron(2/15 * * * ? *)"),
    ScheduledFunction("pay_refunds", "cron(5/15 * * * ? *)"),
    ScheduledFunction("call_waiting", "cron(9/15 * * * ? *)"),  # after what gives seats back
    ScheduledFunction("issue_covers", "cron(7/15 * * * ? *)"),
    ScheduledFunction("send_claims", "cron(9/15 * * * ? *)"),
    ScheduledFunction("remind_guardians", "cron(50 0,6,12 * * ? *)"),  # 08:50, 14:50, 20:50 in Shanghai
    ScheduledFunction("deliver_messages", "cron(0/5 0-14 * * ? *)"),  # 08:00 to 22:55 in Shanghai
    ScheduledFunction("pay_minimum_withdrawals", "cron(10/15 * * * ? *)"),
    ScheduledFunction("check_waiting_uploads", "cron(20 * * * ? *)"),
    ScheduledFunction("pay_out", "cron(0 18 ? * SUN *)"),  # Monday 02:00 in Shanghai
    ScheduledFunction("resend_payouts", "cron(10/15 * * * ? *)"),
    ScheduledFunction("check_minimum_balances", "cron(40 16 * * ? *)"),  # 00:40 in Shanghai
    ScheduledFunction("watch_certificates", "cron(10 16 * * ? *)"),  # 00:10 in Shanghai
    ScheduledFunction("end_listings", "cron(5 16 * * ? *)"),  # 00:05 in Shanghai
    ScheduledFunction("calculate_minimum_requirements", "cron(0 1 1 * ? *)"),
    ScheduledFunction("open_inspections", "cron(0 1 * * ? *)"),  # 09:00 in Shanghai
    ScheduledFunction("watch_filings", "cron(30 0 * * ? *)"),  # 08:30 in Shanghai
    ScheduledFunction("expect_statements", "cron(0 1 * * ? *)"),  # 09:00 in Shanghai
    ScheduledFunction("sweep", "cron(0 19 * * ? *)"),  # 03:00 in Shanghai
    ScheduledFunction("credit_interest", "cron(30 20 * * ? *)"),  # 04:30 in Shanghai
    ScheduledFunction("seal_day", "cron(30 19 * * ? *)"),  # after the sweep, which makes the day before complete
)
