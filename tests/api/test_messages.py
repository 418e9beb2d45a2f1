"""A guardian's inbox over HTTP."""

from functools import partial

from shared.messages import usecases
from tests.api.district import District
from tests.builders import ENROLMENT, an_id
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
