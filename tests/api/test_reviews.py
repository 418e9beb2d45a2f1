"""Reviews at the doors of the API: a guardian's own, everybody's view, the school's; reports of private payment."""

from datetime import timedelta
from typing import Any

import pytest

from shared.kernel.ids import InstitutionId, SessionId
from shared.materials.model import Kind as FileKind
from shared.reviews import usecases
from shared.reviews.model import Mark
from shared.reviews.store import reviews
from shared.teaching import usecases as teaching
from shared.teaching.model import Outcome
from tests import builders, steps
from tests.api.district import District
from tests.builders import COURSE, ENROLMENT, GUARDIAN, NOW, OFFERING, POLICY, SCHOOL, an_id
from tests.edge.doors import Answer, Clock, Door, admin_bearer, pointers
from tests.materials import examples as files
from tests.reads import counted
from tests.reviews.examples import MIXED, hidden, reported, written

MINE = f"/v1/enrolments/{ENROLMENT}/review"
OF_COURSE = f"/v1/mall/courses/{COURSE}/reviews"
OF_SCHOOL = f"/v1/mall/institutions/{SCHOOL}/reviews"
REPORTS = "/v1/reports/private-payment"
BODY: dict[str, Any] = {
    "stars": {"teaching": 5, "safety": 4, "environment": 3, "honesty": 2},
    "text": "老师耐心，教室干净，收费清楚。",
}


@pytest.fixture(autouse=True)
def enrolled(district: District) -> None:
    """The first family is enrolled in a class on sale, of which three sessions are over."""
    terms_hash = district.opens().terms_hash
    steps.open_account(paid_fen=1000, terms_hash=terms_hash)
    teaching.schedule_class(sessions=[builders.a_session(number) for number in (1, 2, 3)])


def taught(count: int, *, confirmed: int) -> None:
    """So many lessons are marked, and so many of them confirmed."""
    for number in range(1, count + 1):
        marking(number)
        if number <= confirmed:
            session = SessionId(an_id("ses", number))
            teaching.confirm_lesson(enrolment_id=ENROLMENT, offering_id=OFFERING, session_id=session, now=NOW)


def marking(number: int) -> None:
    """The teacher marks the first pupil as present."""
    teaching.claim_attendance(
        session=builders.a_session(number),
        pupils=[builders.a_pupil()],
        marks={ENROLMENT: Outcome.PRESENT},
        by="usr",
        teacher_id=None,
        policy=POLICY,
        now=NOW,
    )


def write(door: Door, body: Any = BODY, *, key: str = "review-0001") -> Answer:
    return door.post(MINE, body, key=key)


class TestWriting:
    def test_after_three_confirmed_lessons_everybody_reads_it_with_the_name_masked(self, district: District) -> None:
        taught(3, confirmed=3)

        made = write(district.guardian)

        assert (made.status, made.headers["etag"]) == (201, '"1"')
        told = district.nobody.get(OF_COURSE).body
        assert [(one["author"], one["text"], one["hidden"]) for one in told["data"]] == [
            ("家长 小**", BODY["text"], None)
        ]
        assert told["rating"]["reviews"] == 1
        assert told["rating"]["safety"] == {"rating_hundredths": 400, "counts": [0, 0, 0, 1, 0]}
        assert district.nobody.get(OF_SCHOOL).body == told
        english = district.nobody.with_headers(accept_language="en").get(OF_SCHOOL).body
        assert english["data"][0]["author"] == "Parent 小**"
        assert "小示例" not in district.nobody.get(OF_SCHOOL).text

    @pytest.mark.parametrize(("marked", "confirmed"), [(0, 0), (3, 2)])
    def test_after_fewer_is_refused(self, district: District, marked: int, confirmed: int) -> None:
        taught(marked, confirmed=confirmed)

        district.refuses(district.guardian, write, 409, "review_too_few_lessons", but=("edge",))

    def test_silence_counts_as_confirmed(self, district: District) -> None:
        taught(3, confirmed=2)
        last = SessionId(an_id("ses", 3))
        teaching.auto_confirm_lesson(enrolment_id=ENROLMENT, session_id=last, now=NOW + timedelta(days=30))

        assert write(district.guardian).status == 201

    def test_the_same_key_makes_one_and_another_is_told_that_there_is_one(self, district: District) -> None:
        taught(3, confirmed=3)
        first = write(district.guardian)

        assert write(district.guardian).body == first.body
        assert write(district.guardian, key="review-0002").body == first.body
        other = {**BODY, "text": "第二次评价，说点别的话。"}
        district.refuses(
            district.guardian,
            lambda door: write(door, other, key="review-0003"),
            409,
            "already_reviewed",
            but=("edge",),
        )

    def test_of_anothers_enrolment_is_404(self, district: District) -> None:
        taught(3, confirmed=3)
        write(district.guardian)

        def edit(door: Door) -> Answer:
            return door.with_headers(if_match='"1"').call("PUT", MINE, BODY)

        for act in (write, lambda door: door.get(MINE), edit):
            district.refuses(district.stranger, act, 404, "unknown_enrolment", but=("edge",))

    def test_takes_ones_own_accepted_pictures_only(self, district: District) -> None:
        taught(3, confirmed=3)
        jpeg: dict[str, Any] = {"kind": FileKind.PICTURE, **files.JPEG, "institution_id": "", "by": GUARDIAN}
        mine = files.handed_in(an_id("fil", 1), files.a_picture(), **jpeg)
        files.asked(an_id("fil", 2), files.a_picture(), **jpeg)
        files.handed_in(an_id("fil", 3), files.a_picture(), **{**jpeg, "by": an_id("grd", 2)})
        files.handed_in(an_id("fil", 4), files.a_picture(), **{**jpeg, "institution_id": SCHOOL})

        refused = [
            write(district.guardian, {**BODY, "pictures": [an_id("fil", number)]}, key=f"review-100{number}")
            for number in (2, 3, 4, 9)
        ]
        assert [one.code for one in refused] == ["picture_not_usable", "unknown_file", "unknown_file", "unknown_file"]
        assert pointers(refused[0]) == [("/pictures/0", "picture_not_usable")]

        made = write(district.guardian, {**BODY, "pictures": [mine.file_id]})
        address = f"/v1/mall/reviews/{made.body['review_id']}/pictures"
        assert made.body["pictures"] == [1]
        assert district.nobody.get(f"{address}/1").status == 303
        assert district.nobody.get(f"{address}/2").code == "unknown_review_picture"
        assert district.nobody.get(f"/v1/mall/reviews/{an_id('rev', 9)}/pictures/1").code == "unknown_review"
        hidden(reviews.get(made.body["review_id"]))
        assert district.nobody.get(f"{address}/1").code == "unknown_review_picture"


class TestUpload:
    def test_is_ones_own(self, district: District) -> None:
        asked = {"name": "照片.jpg", "size": 100, "content_type": "image/jpeg"}
        form = district.guardian.post("/v1/me/uploads", asked, key="upload-0001")
        mine = f"/v1/me/uploads/{form.body['file_id']}"

        assert (form.status, district.guardian.get(mine).body["status"]) == (201, "waiting")
        assert district.stranger.get(mine).code == "unknown_file"
        assert district.admin.get(mine).code == "unknown_file"
        assert district.admin.get(f"/v1/school/files/{form.body['file_id']}").code == "unknown_file"
        assert district.admin.get("/v1/school/files").body["data"] == []
        paper = {"name": "a.pdf", "size": 100, "content_type": "application/pdf"}
        assert district.guardian.post("/v1/me/uploads", paper, key="upload-0002").code == "file_type_not_taken"


class TestEditing:
    def test_names_what_it_read_and_keeps_what_was_said(self, district: District, at: Clock) -> None:
        written(1, MIXED)
        at.pass_by(minutes=1)

        assert district.guardian.call("PUT", MINE, BODY).code == "if_match_needed"
        edited = district.guardian.with_headers(if_match='"1"').call("PUT", MINE, BODY)

        assert (edited.status, edited.headers["etag"]) == (200, '"2"')
        assert [one["stars"]["honesty"] for one in edited.body["history"]] == [1, 2]
        again = district.guardian.with_headers(if_match='"1"')
        district.refuses(again, lambda door: door.call("PUT", MINE, BODY), 409, "review_changed")

    def test_is_over_after_thirty_days(self, district: District) -> None:
        written(1, now=NOW - timedelta(days=30))

        door = district.guardian.with_headers(if_match='"1"')
        district.refuses(door, lambda door: door.call("PUT", MINE, BODY), 409, "review_edit_over")

    def test_of_none_is_404(self, district: District) -> None:
        district.refuses(district.guardian, lambda door: door.get(MINE), 404, "unknown_review")


class TestPublic:
    def test_sees_why_one_is_hidden_in_its_place(self, district: District) -> None:
        hidden(written(1, MIXED))

        [told] = district.nobody.get(OF_COURSE).body["data"]

        assert told["hidden"] == "已隐藏：含有人身攻击"
        assert (told["text"], told["stars"], told["pictures"], told["reply"]) == (None, None, [], None)
        assert district.nobody.get(OF_COURSE).body["rating"]["reviews"] == 0
        assert district.guardian.get(MINE).body["text"]

    def test_sees_in_words_why_one_counts_less(self, district: District) -> None:
        review = written()
        usecases.weigh(review_id=review.review_id, marks={Mark.BURST}, policy=POLICY, now=NOW)

        [told] = district.nobody.get(OF_SCHOOL).body["data"]
        [english] = district.nobody.with_headers(accept_language="en").get(OF_SCHOOL).body["data"]

        assert (told["weight_percent"], told["weighed_down"]) == (20, "权重降低：短时间集中评价")
        assert english["weighed_down"] == "Counts less: one of many reviews within hours"

    def test_pages_with_cursors_of_the_list_only(self, district: District) -> None:
        made = [written(number, now=NOW + timedelta(minutes=number)).review_id for number in range(1, 6)]

        first = district.nobody.get(f"{OF_COURSE}?limit=3").body
        rest = district.nobody.get(f"{OF_COURSE}?limit=3&cursor={first['next_cursor']}").body

        assert [one["review_id"] for one in first["data"] + rest["data"]] == made[::-1]
        assert rest["next_cursor"] is None
        assert district.nobody.get(f"{OF_SCHOOL}?cursor={first['next_cursor']}").code == "bad_cursor"

    def test_of_nobodys_is_404(self, district: District) -> None:
        assert district.nobody.get(f"/v1/mall/courses/{an_id('crs', 9)}/reviews").code == "unknown_course"
        assert district.nobody.get(f"/v1/mall/institutions/{an_id('ins', 9)}/reviews").code == "unknown_institution"

    def test_sees_the_rating_on_every_card_for_one_read_more(
        self, district: District, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        written()
        cards = [
            district.nobody.get("/v1/mall/search").body["data"][0],
            district.nobody.get("/v1/mall/categories/dance/institutions").body["data"][0],
            district.nobody.get(f"/v1/mall/institutions/{SCHOOL}/courses").body["data"][0],
            district.nobody.get(f"/v1/mall/courses/{COURSE}").body,
        ]
        assert [one["rating"] for one in cards] == [{"reviews": 1, "rating_hundredths": 417}] * 4

        with counted(monkeypatch) as reads:
            district.nobody.get("/v1/mall/categories/dance/institutions")
        assert [operation for operation, _ in reads] == ["Query", "BatchGetItem", "BatchGetItem"]


class TestSchool:
    def test_replies_and_everybody_reads_it(self, district: District) -> None:
        review = written()
        address = f"/v1/school/reviews/{review.review_id}/reply"

        replied = district.admin.call("PUT", address, {"text": "谢谢您的评价"})
        again = district.admin.call("PUT", address, {"text": "谢谢"})

        assert (replied.status, again.status) == (200, 200)
        assert district.nobody.get(OF_COURSE).body["data"][0]["reply"]["text"] == "谢谢"

    def test_reports_one_to_the_bureau_once_and_can_not_delete_it(self, district: District) -> None:
        review = written()
        address = f"/v1/school/reviews/{review.review_id}"

        made = district.admin.post(f"{address}/report", {"reason": "内容不实"}, key="report-0001")

        assert (made.status, made.body["report_reason"], made.body["decided"]) == (201, "内容不实", False)
        district.refuses(
            district.admin,
            lambda door: door.post(f"{address}/report", {"reason": "再报"}, key="report-0002"),
            409,
            "review_already_reported",
            but=("edge",),
        )
        assert "delete" not in str(district.admin.get("/v1/school/reviews").body)

    def test_has_no_part_in_anothers(self, district: District) -> None:
        review = written()
        other = district.nobody.with_headers(authorization=admin_bearer(InstitutionId(an_id("ins", 2))))
        address = f"/v1/school/reviews/{review.review_id}"

        assert other.get("/v1/school/reviews").body["data"] == []
        reply = {"text": "谢谢"}
        district.refuses(other, lambda door: door.call("PUT", f"{address}/reply", reply), 404, "unknown_review")
        district.refuses(
            other,
            lambda door: door.post(f"{address}/report", {"reason": "不实"}, key="report-0003"),
            404,
            "unknown_review",
            but=("edge",),
        )


class TestPrivatePayment:
    BODY = {"institution_id": SCHOOL, "text": "老师说直接转账可打八折，不走平台。", "anonymous": True}

    def test_is_reported_by_whoever_is_signed_in_and_read_by_her_alone(self, district: District) -> None:
        for door, key in ((district.guardian, "private-01"), (district.teacher, "private-02")):
            made = door.post(REPORTS, self.BODY, key=key)
            assert (made.status, made.body["status"], made.body["anonymous"]) == (201, "new", True)
            assert door.post(REPORTS, self.BODY, key=key).body == made.body
            assert [one["report_id"] for one in door.get(REPORTS).body["data"]] == [made.body["report_id"]]
        assert district.stranger.get(REPORTS).body["data"] == []
        assert district.admin.get(REPORTS).body["data"] == []

    def test_three_times_a_day(self, district: District) -> None:
        for number in (1, 2, 3):
            reported(number)

        answer = district.refuses(
            district.guardian,
            lambda door: door.post(REPORTS, self.BODY, key="private-04"),
            429,
            "too_many_private_payment_reports",
            but=("edge",),
        )
        assert int(answer.headers["retry-after"]) == 14 * 3600 + 1  # it is ten in the morning

    def test_of_nobody_or_with_too_little_said_is_refused(self, district: District) -> None:
        nowhere = {**self.BODY, "institution_id": an_id("ins", 9)}
        short = {**self.BODY, "text": "打折"}

        for body, status, code in ((nowhere, 404, "unknown_institution"), (short, 422, "review_text_wrong")):
            district.refuses(
                district.guardian,
                lambda door, body=body: door.post(REPORTS, body, key="private-05"),  # type: ignore[misc]
                status,
                code,
                but=("edge",),
            )
