"""Messages on their way to WeChat over HTTP, with everything that may go wrong there."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from functions.edge import wiring
from functions.schedules import deliver_messages
from infra.local import trouble, wechat_messages
from infra.local.wechat_simulator import WeChat
from shared.kernel import clock
from shared.messages import queries, usecases
from shared.messages.model import Delivery, Message, Topic
from tests.builders import GUARDIAN, NOW, an_id
from tests.edge.conftest import SETTINGS
from tests.edge.doors import Clock
from tests.messages.examples import a_message
from tests.schedules.running import run
from tests.tables import killed_before

pytestmark = pytest.mark.usefixtures("hurried")

OPENID = "o-guardian-1"


@pytest.fixture
def wechat(at: Clock, settings: pytest.MonkeyPatch) -> Iterator[WeChat]:
    """WeChat on a port of its own."""
    made = WeChat(port=trouble.free_ports(1), app_id=SETTINGS["WECHAT_APP_ID"], secret=SETTINGS["WECHAT_SECRET"])
    made.start()
    settings.setenv("WECHAT_URL", made.site.url)
    settings.setenv("WECHAT_TEMPLATES", wechat_messages.SETTING)
    wiring.subscribe_messages.cache_clear()
    yield made
    wiring.subscribe_messages.cache_clear()
    made.stop()


@pytest.fixture
def subscribed(in_memory: Any, wechat: WeChat) -> WeChat:
    """The first guardian takes two messages on lessons, and has one message."""
    takes(wechat, 2)
    usecases.post(message=a_message())
    return wechat


def takes(wechat: WeChat, times: int) -> None:
    for _ in range(times):
        usecases.subscribe(guardian_id=GUARDIAN, openid=OPENID, accepted=[Topic.LESSONS], refused=[])
    wechat.messages.consent(OPENID, "lessons", times=times)


def deliver() -> dict[str, int]:
    return run(deliver_messages.deliver_messages)


def the_message() -> Message:
    [one] = queries.list_of(GUARDIAN, limit=10, cursor=None).rows
    return one


def left() -> int:
    subscription = queries.find_subscription(GUARDIAN)
    assert subscription is not None
    return subscription.left[Topic.LESSONS]


class TestOnTheEngine:
    def test_two_runs_at_once_send_it_once(self, on_engine: Any, wechat: WeChat) -> None:
        takes(wechat, 2)
        usecases.post(message=a_message())
        with ThreadPoolExecutor(4) as hands:
            list(hands.map(lambda _: deliver(), range(4)))

        assert len(wechat.messages.sent) == 1
        assert (the_message().delivery, left()) == (Delivery.SENT, 1)


class TestSent:
    def test_a_message_is_sent_once_and_takes_one_consent(self, subscribed: WeChat, at: Clock) -> None:
        assert deliver() == {"due": 1, "sent": 1}
        at.pass_by(hours=5)
        assert deliver() == {"due": 0, "sent": 0}

        [told] = subscribed.messages.sent
        assert (told["touser"], told["template_id"]) == (OPENID, "tmpl-lessons-0001")
        assert {name: one["value"] for name, one in told["data"].items()} == {
            "thing1": "课时争议成立",
            "thing2": "第3课时不计费：中国舞一级",
            "time3": "2026-09-01 10:00",
        }
        assert (the_message().delivery, left()) == (Delivery.SENT, 1)

    def test_what_was_broken_off_before_it_was_noted_comes_again_and_is_then_over(
        self, subscribed: WeChat, at: Clock
    ) -> None:
        with killed_before("TransactWriteItems", call=2):
            deliver()
        assert deliver()["sent"] == 0  # the try was noted: it isn't due yet
        at.pass_by(minutes=5)

        assert deliver()["sent"] == 1
        assert len(subscribed.messages.sent) == 2  # WeChat knows no id of ours
        assert (the_message().delivery, left()) == (Delivery.SENT, 1)

    def test_a_token_that_was_revoked_is_fetched_anew(self, subscribed: WeChat) -> None:
        deliver()
        subscribed.messages.revoke_tokens()
        usecases.post(message=a_message(occasion=an_id("ses", 2)))

        assert deliver()["sent"] == 1


class TestNotSent:
    def test_who_takes_none_has_it_in_the_inbox(self, in_memory: Any, wechat: WeChat) -> None:
        usecases.post(message=a_message())

        assert deliver() == {"due": 1, "sent": 0}
        assert (the_message().delivery, wechat.messages.sent) == (Delivery.UNSUBSCRIBED, [])

    def test_where_the_district_has_no_templates_nothing_is_asked(
        self, in_memory: Any, wechat: WeChat, settings: pytest.MonkeyPatch
    ) -> None:
        settings.setenv("WECHAT_TEMPLATES", "")
        takes(wechat, 1)
        usecases.post(message=a_message())

        deliver()
        assert the_message().delivery is Delivery.UNSUBSCRIBED

    def test_a_no_of_wechats_is_kept_and_the_next_is_not_tried(self, subscribed: WeChat) -> None:
        subscribed.messages.consent(OPENID, "lessons", times=0)
        deliver()

        message = the_message()
        assert (message.delivery, message.failure[:5], left()) == (Delivery.UNDELIVERABLE, "43101", 0)
        today = {"since": clock.start_of(clock.business_day(NOW)), "until": clock.end_of(clock.business_day(NOW))}
        assert queries.count_undeliverable(**today, at_most=10) == 1
        [shown] = queries.list_undeliverable(**today, limit=10, cursor=None).rows
        assert shown == message

    @pytest.mark.parametrize("error", [40037, 47003, 40003])
    def test_what_wechat_finds_wrong_is_kept_and_consents_stay(self, subscribed: WeChat, error: int) -> None:
        subscribed.messages.arm([error])
        deliver()

        assert (the_message().delivery, left()) == (Delivery.UNDELIVERABLE, 2)
        assert the_message().failure.startswith(str(error))

    def test_a_busy_wechat_is_asked_again_with_growing_waits(self, subscribed: WeChat, at: Clock) -> None:
        subscribed.messages.arm([-1, 45009])
        waits = []
        for _ in range(3):
            deliver()
            due_at = the_message().due_at
            waits.append((due_at - at()).total_seconds() / 60 if due_at else None)
            at.pass_by(hours=1)

        assert waits == [5, 10, None]
        assert (the_message().delivery, the_message().tries, left()) == (Delivery.SENT, 3, 1)

    def test_a_lost_answer_is_tried_again(self, subscribed: WeChat, at: Clock) -> None:
        subscribed.messages.arm([0])
        deliver()
        assert the_message().delivery is Delivery.WAITING
        at.pass_by(minutes=5)

        assert deliver()["sent"] == 1

    def test_a_wechat_that_is_down_until_the_end_leaves_it_undeliverable(self, subscribed: WeChat, at: Clock) -> None:
        subscribed.stop()
        for _ in range(30):
            deliver()
            at.pass_by(hours=4)
        subscribed.start()
        deliver()

        assert (the_message().delivery, the_message().failure) == (Delivery.UNDELIVERABLE, "- no answer")
        assert 15 <= the_message().tries <= 24

    def test_a_silent_wechat_is_left_in_peace_until_the_next_run(self, subscribed: WeChat) -> None:
        for number in range(2, 9):
            usecases.post(message=a_message(occasion=an_id("ses", number)))
        subscribed.stop()
        deliver()
        subscribed.start()

        tries = [one.tries for one in queries.list_of(GUARDIAN, limit=20, cursor=None).rows]
        assert sum(tries) == 3

    def test_what_nobody_tried_in_its_time_is_overtaken(self, subscribed: WeChat, at: Clock) -> None:
        at.pass_by(days=3)
        deliver()

        assert (the_message().delivery, subscribed.messages.sent) == (Delivery.OVERTAKEN, [])

    def test_one_that_wechat_refuses_stops_no_other(self, subscribed: WeChat) -> None:
        usecases.post(message=a_message(occasion=an_id("ses", 2), now=NOW - timedelta(seconds=1)))
        subscribed.messages.arm([47003])

        assert deliver() == {"due": 2, "sent": 1}
        told = [one.delivery for one in queries.list_of(GUARDIAN, limit=10, cursor=None).rows]
        assert told == [Delivery.SENT, Delivery.UNDELIVERABLE]
