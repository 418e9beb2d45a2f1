"""A guardian's inbox, and what she takes by WeChat, over HTTP."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from functions.edge import wiring
from infra.local import trouble, wechat_messages
from infra.local.wechat_simulator import WeChat
from shared.messages import queries, usecases
from shared.people.store import families
from tests.api.district import Act, District
from tests.builders import ENROLMENT, GUARDIAN, an_id
from tests.edge.conftest import SETTINGS
from tests.edge.doors import Door
from tests.messages.examples import a_message

URL = "/v1/me/messages"


class TestInbox:
    def test_tells_in_the_readers_language_and_what_was_read(self, district: District) -> None:
        message = a_message()
        usecases.post(message=message)

        [chinese] = district.guardian.get(URL).body["data"]
        [english] = district.guardian.with_headers(accept_language="en").get(URL).body["data"]

        assert chinese == {
            "message_id": message.message_id,
            "kind": "dispute_upheld",
            "title": "课时争议成立",
            "text": "您对《中国舞一级》第 3 课时的争议成立，这节课不计费。理由：监控为证",
            "subject": ENROLMENT,
            "made_at": "2026-09-01T10:00:00+08:00",
            "read_at": None,
            "wechat": "waiting",
        }
        assert english["title"] == "Your dispute was upheld"

    def test_a_message_is_marked_as_read_once(self, district: District) -> None:
        message = a_message()
        usecases.post(message=message)
        url = f"{URL}/{message.message_id}/read"

        first = district.guardian.call("PUT", url)
        again = district.guardian.call("PUT", url)

        assert (first.status, again.body) == (200, first.body)
        assert district.guardian.get(URL).body["data"][0]["read_at"] == "2026-09-01T10:00:00+08:00"

    def test_anothers_message_is_as_if_it_were_not_there(self, district: District) -> None:
        message = a_message()
        usecases.post(message=message)

        for one in (message.message_id, an_id("msg", 9), an_id("enr")):
            reading = partial(Door.call, method="PUT", path=f"{URL}/{one}/read")
            district.refuses(district.stranger, reading, 404, "unknown_message")
        assert district.stranger.get(URL).body["data"] == []


@pytest.fixture
def wechat(district: District, settings: pytest.MonkeyPatch) -> Iterator[WeChat]:
    """WeChat, with the first guardian's account."""
    made = WeChat(port=trouble.free_ports(1), app_id=SETTINGS["WECHAT_APP_ID"], secret=SETTINGS["WECHAT_SECRET"])
    made.start()
    settings.setenv("WECHAT_URL", made.site.url)
    settings.setenv("WECHAT_TEMPLATES", wechat_messages.SETTING)
    families.add_guardian("o-guardian-1", GUARDIAN)
    for cached in (wiring.wechat, wiring.subscribe_messages):
        cached.cache_clear()
    yield made
    wiring.subscribe_messages.cache_clear()
    made.stop()


def subscribing(code: str, *, key: str = "subscribe-0001", **told: Any) -> Act:
    return lambda door: door.post("/v1/me/subscriptions", {"wechat_code": code, **told}, key=key)


def left(district: District) -> dict[str, int]:
    return {one["topic"]: one["left"] for one in district.guardian.get("/v1/me/subscriptions").body["data"]}


class TestSubscriptions:
    def test_each_consent_counts_once_and_a_no_ends_them(self, district: District, wechat: WeChat) -> None:
        first = subscribing(wechat.code_for("o-guardian-1"), accepted=["lessons", "money"])
        first(district.guardian)
        assert first(district.guardian).status == 201  # the same call again
        subscribing(wechat.code_for("o-guardian-1"), key="subscribe-0002", accepted=["lessons"])(district.guardian)
        assert left(district) == {"lessons": 2, "money": 1, "classes": 0}

        told = subscribing(wechat.code_for("o-guardian-1"), key="subscribe-0003", refused=["lessons"])
        assert told(district.guardian).body["data"][0] == {
            "topic": "lessons",
            "template_id": "tmpl-lessons-0001",
            "left": 0,
        }

    def test_by_another_wechat_account_is_refused(self, district: District, wechat: WeChat) -> None:
        def subscribe(door: Door) -> Any:
            return subscribing(wechat.code_for("o-somebody"), accepted=["lessons"])(door)

        district.refuses(district.guardian, subscribe, 403, "other_wechat_account")
        assert queries.find_subscription(GUARDIAN) is None

    def test_to_what_is_no_topic_is_refused(self, district: District, wechat: WeChat) -> None:
        told = subscribing("any", accepted=["advertising"])

        district.refuses(district.guardian, told, 422, "invalid_request")

    def test_ended_nothing_is_known_of_her_there(self, district: District, wechat: WeChat) -> None:
        subscribing(wechat.code_for("o-guardian-1"), accepted=["lessons"])(district.guardian)

        for _ in range(2):
            assert district.guardian.call("DELETE", "/v1/me/subscriptions").status == 204
        assert queries.find_subscription(GUARDIAN) is None
        assert set(left(district).values()) == {0}

    def test_where_nothing_is_sent_by_wechat_there_is_nothing_to_take(
        self, district: District, wechat: WeChat, settings: pytest.MonkeyPatch
    ) -> None:
        settings.setenv("WECHAT_TEMPLATES", "")
        wiring.subscribe_messages.cache_clear()

        assert left(district) == {}
