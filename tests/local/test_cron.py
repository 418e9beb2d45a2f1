from datetime import UTC, datetime, timedelta

import pytest

from infra import events
from infra.local import cron

SUNDAY = datetime(2026, 8, 16, 12, 0, tzinfo=UTC)


class TestNextAfter:
    @pytest.mark.parametrize(
        ("expression", "expected"),
        [
            ("cron(0 18 ? * SUN *)", "2026-08-16T18:00"),
            ("cron(0 18 ? * 1 *)", "2026-08-16T18:00"),
            ("cron(0 11 ? * SUN *)", "2026-08-23T11:00"),
            ("cron(0 * * * ? *)", "2026-08-16T13:00"),
            ("cron(30 * * * ? *)", "2026-08-16T12:30"),
            ("cron(0/15 * * * ? *)", "2026-08-16T12:15"),
            ("cron(*/20 * * * ? *)", "2026-08-16T12:20"),
            ("cron(0 19 * * ? *)", "2026-08-16T19:00"),
            ("cron(15 10 1 JAN ? *)", "2027-01-01T10:15"),
            ("cron(0 8 ? * MON-FRI *)", "2026-08-17T08:00"),
            ("cron(0 8 1,15 * ? *)", "2026-09-01T08:00"),
            ("cron(0 0 29 2 ? *)", "2028-02-29T00:00"),
            ("cron(0 0 20 3,6,9,12 ? *)", "2026-09-20T00:00"),
            ("cron(0 0 1 1 ? 2028)", "2028-01-01T00:00"),
            ("rate(15 minutes)", "2026-08-16T12:15"),
            ("rate(1 hour)", "2026-08-16T13:00"),
            ("rate(1 day)", "2026-08-17T00:00"),
        ],
    )
    def test_it_is_the_first_due_moment_after(self, expression: str, expected: str) -> None:
        assert cron.next_after(expression, SUNDAY) == datetime.fromisoformat(f"{expected}:00+00:00")

    @pytest.mark.parametrize(
        "expression",
        [
            "cron(0 18 * * SUN *)",
            "cron(0 18 ? * ? *)",
            "cron(0 18 ? * SUN)",
            "cron(60 18 ? * SUN *)",
            "cron(0 18 L * ? *)",
            "cron(0 18 ? * 2#1 *)",
            "cron(0/0 * * * ? *)",
            "cron(0 0 1 1 ? 1999)",
            "rate(0 minutes)",
            "rate(1 week)",
            "0 18 * * 0",
        ],
    )
    def test_what_it_does_not_read_is_an_error(self, expression: str) -> None:
        with pytest.raises(cron.BadExpression):
            cron.next_after(expression, SUNDAY)

    def test_the_weekly_payout_is_on_monday_at_two_in_shanghai(self) -> None:
        (pay_out,) = [function for function in events.SCHEDULES if function.name == "pay_out"]
        due = cron.next_after(pay_out.expression, SUNDAY).astimezone(datetime.now(UTC).tzinfo) + timedelta(hours=8)
        assert (due.strftime("%A"), due.hour, due.minute) == ("Monday", 2, 0)
