"""What a school wants published of itself: drafted, edited, submitted; published only once it is accepted."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from functions.edge import publishing
from shared.dynamo import transaction
from shared.institutions import store as institutions
from shared.institutions.model import Room
from shared.kernel.ids import InstitutionId, ItemId, OfferingId, ProfileChangeId
from shared.mall.model import Offering
from shared.materials.model import Kind as FileKind
from shared.profiles import rules, store, usecases
from shared.profiles.model import ChangeStatus
from tests.api.district import District, enrolling
from tests.builders import NOW, SCHOOL, TEACHER, an_id
from tests.edge.doors import Answer, Clock, admin_bearer, bearer, pointers
from tests.mall import examples as mall
from tests.materials import examples as files
from tests.personnel import examples as persons
from tests.profiles.examples import CERTIFICATE, ITEM, NEW_TEACHER, ROOM, accepted, content, submitted

CHANGES = "/v1/school/profile/changes"
PUBLIC = f"/v1/mall/institutions/{SCHOOL}"


@pytest.fixture(autouse=True)
def offering(district: District) -> Offering:
    """A class on sale."""
    return district.opens()


def draft(district: District, item: dict[str, Any], *, key: str = "draft-0001", **more: Any) -> Any:
    return district.admin.post(CHANGES, {"item": item, **more}, key=key)


def submit(district: District, change: dict[str, Any], *, key: str = "submit-0001") -> Any:
    door = district.admin.with_headers(if_match=f'"{change["edits"]}"')
    return door.post(f"{CHANGES}/{change['change_id']}/submission", {}, key=key)


class TestDraft:
    def test_goes_from_the_school_to_the_public_only_by_its_acceptance(self, district: District) -> None:
        before = district.nobody.get(PUBLIC).text
        drafted = draft(district, NEW_TEACHER).body
        waiting = submit(district, drafted).body

        assert (drafted["status"], waiting["status"], waiting["edits"]) == ("draft", "submitted", 2)
        assert district.nobody.get(PUBLIC).text == before

        publishing.accept(
            institution_id=SCHOOL,
            change_id=ProfileChangeId(drafted["change_id"]),
            edits=2,
            by="reviewer",
            now=NOW,
        )

        told = district.nobody.get(PUBLIC).body["teachers"]
        assert [(one["name"], one["valid_to"]) for one in told] == [("鲁示例", None), ("季示例", "2026-12-31")]
        assert district.admin.get(f"{CHANGES}/{drafted['change_id']}").body["status"] == "accepted"

    def test_the_same_key_makes_one(self, district: District) -> None:
        assert draft(district, ROOM).body == draft(district, ROOM).body
        assert len(district.admin.get(CHANGES).body["data"]) == 1

    @pytest.mark.parametrize(
        ("item", "pointer", "code"),
        [
            ({**CERTIFICATE, "valid_to": "2025-12-31"}, "/item/valid_to", "validity_backwards"),
            ({**CERTIFICATE, "valid_to": "2026-08-31"}, "/item/valid_to", "already_expired"),
            ({**NEW_TEACHER, "serves_public_school": "yes"}, "/item/serves_public_school", "serving_school_teacher"),
        ],
    )
    def test_of_what_may_not_be_is_refused(self, district: District, item: Any, pointer: str, code: str) -> None:
        answer = draft(district, item)

        assert (answer.status, list(pointers(answer))) == (422, [(pointer, code)])
        assert district.admin.get(CHANGES).body["data"] == []

    def test_of_an_item_that_is_not_published_is_404(self, district: District) -> None:
        assert draft(district, ROOM, item_id=an_id("itm", 9)).code == "unknown_profile_item"
        assert draft(district, ROOM, item_id=TEACHER, key="draft-0002").code == "profile_item_other_kind"

    def test_takes_only_an_accepted_file_of_the_schools_own(self, district: District) -> None:
        picture = files.a_picture()
        ok = files.handed_in(an_id("fil", 1), picture, kind=FileKind.PICTURE, **files.JPEG)
        files.asked(an_id("fil", 2))
        files.handed_in(an_id("fil", 3))
        files.handed_in(an_id("fil", 4), institution_id=an_id("ins", 2))

        told = draft(district, ROOM, file_id=ok.file_id).body["file"]
        refused = [draft(district, ROOM, file_id=an_id("fil", n), key=f"draft-000{n}").code for n in (2, 3, 4)]

        assert told == {"file_id": ok.file_id, "name": ok.name, "sha256": ok.sha256}
        assert refused == ["file_not_usable", "file_not_usable", "unknown_file"]


class TestSubmission:
    @pytest.mark.parametrize(
        ("on", "code", "words"),
        [
            ("blacklist", "teacher_blacklisted", "从业人员黑名单"),
            ("serving", "teacher_serves_public_school", "在职中小学教师名册"),
        ],
    )
    def test_of_a_teacher_who_is_on_a_list_is_refused(self, district: District, on: str, code: str, words: str) -> None:
        drafted = draft(district, {**NEW_TEACHER, "qualification_no": "2026-3700-0000-00002"}).body
        if on == "blacklist":
            persons.blacklisted()
        else:
            persons.serving(persons.OTHER)

        answer = district.refuses(
            district.admin.with_headers(if_match='"1"'),
            lambda door: door.post(f"{CHANGES}/{drafted['change_id']}/submission", {}, key="submit-0001"),
            409,
            code,
            but=("edge",),
        )

        assert list(pointers(answer)) == [("/item/qualification_no", code)]
        for told in (words, persons.OTHER, "2026-09-01", "限额 0 名", "教师规则"):
            assert told in answer.body["detail"]
        assert persons.WHY["reason"] not in answer.text

    def test_of_her_withdrawal_and_of_who_is_listed_no_more_is_not(self, district: District) -> None:
        accepted(1, NEW_TEACHER)
        persons.blacklisted()
        told = district.admin.post("/v1/school/profile/withdrawals", {"item_id": ITEM}, key="withdraw-01").body
        assert submit(district, told).status == 200

        persons.taken_off()
        assert submit(district, draft(district, NEW_TEACHER).body, key="submit-0002").status == 200

    def test_of_a_withdrawal_is_refused_while_a_class_needs_it(self, district: District) -> None:
        transaction.commit(
            institutions.publish(SCHOOL, lambda one: replace(one, rooms=(Room(ItemId(ITEM), "二楼201室", 60),)))
        )
        mall.course_published()
        mall.class_published(OfferingId(an_id("off", 9)), room_id=ITEM)
        told = district.admin.post("/v1/school/profile/withdrawals", {"item_id": ITEM}, key="withdraw-01").body

        answer = submit(district, told)

        assert (answer.status, list(pointers(answer))) == (409, [("/item_id", "still_in_use")])
        assert "“二楼201室”由班级“周六晚一班”使用至 2026-10-31" in answer.body["detail"]


class TestEdit:
    def test_names_what_it_was_made_for(self, district: District) -> None:
        drafted = draft(district, ROOM)
        path = f"{CHANGES}/{drafted.body['change_id']}"
        body = {"item": {**ROOM, "area_m2": 90}}

        assert drafted.headers["etag"] == '"1"'
        assert district.admin.call("PUT", path, body).code == "if_match_needed"
        edited = district.admin.with_headers(if_match='"1"').call("PUT", path, body)
        assert (edited.status, edited.headers["etag"], edited.body["content"]["area_m2"]) == (200, '"2"', "90")
        assert district.admin.with_headers(if_match='"1"').call("PUT", path, body).code == "edited_meanwhile"

    def test_of_what_is_submitted_is_refused_and_of_what_came_back_is_not(self, district: District) -> None:
        change = submitted()
        path, body = f"{CHANGES}/{change.change_id}", {"item": CERTIFICATE}

        def edit(edits: int) -> Answer:
            return district.admin.with_headers(if_match=f'"{edits}"').call("PUT", path, body)

        assert edit(2).code == "profile_change_not_open"
        usecases.send_back(
            institution_id=SCHOOL, change_id=change.change_id, edits=2, reason="证号不清", by="reviewer", now=NOW
        )
        assert district.admin.get(path).body["reason"] == "证号不清"
        assert edit(3).status == 200

    def test_of_another_schools_is_404(self, district: District) -> None:
        change = submitted()
        other = district.nobody.with_headers(authorization=admin_bearer(InstitutionId(an_id("ins", 2))), if_match='"1"')

        assert other.get(f"{CHANGES}/{change.change_id}").code == "unknown_profile_change"
        assert other.post(f"{CHANGES}/{change.change_id}/submission", {}, key="key-00001").status == 404


class TestAnother:
    """Another change of an item that is published, handed in while one waits."""

    @pytest.fixture
    def two(self, district: District) -> tuple[Any, Any]:
        """Two changes of the first teacher, both drafted."""
        item = {**NEW_TEACHER, "name": "鲁示例", "qualification_no": "20263700000000001"}
        older = draft(district, {**item, "valid_to": "2027-01-31"}, item_id=TEACHER).body
        newer = draft(district, {**item, "valid_to": "2027-06-30"}, key="draft-0002", item_id=TEACHER).body
        return older, newer

    def test_takes_its_place_and_the_older_says_so(self, district: District, two: tuple[Any, Any]) -> None:
        older, newer = two
        submit(district, older)
        assert submit(district, newer, key="submit-0002").body["status"] == "submitted"

        told = district.admin.get(f"{CHANGES}/{older['change_id']}").body
        assert (told["status"], told["replaced_by"]) == ("replaced", newer["change_id"])
        assert [one.change_id for one in store.list_waiting(limit=9, cursor=None).rows] == [newer["change_id"]]
        with pytest.raises(rules.ChangeNotSubmitted):
            publishing.accept(
                institution_id=SCHOOL, change_id=ProfileChangeId(older["change_id"]), edits=3, by="reviewer", now=NOW
            )

    def test_said_again_replaces_nothing_more(self, district: District, two: tuple[Any, Any]) -> None:
        older, newer = two
        submit(district, older)
        first = submit(district, newer, key="submit-0002")
        before = district.dump(but=("edge",))

        assert submit(district, newer, key="submit-0002").body == first.body
        assert submit(district, newer, key="submit-0003").code == "profile_change_not_open"
        assert submit(district, {**older, "edits": 3}, key="submit-0004").code == "profile_change_not_open"
        assert district.dump(but=("edge",)) == before

    def test_leaves_what_is_decided_and_what_came_back(self, district: District, two: tuple[Any, Any]) -> None:
        older, newer = two
        submit(district, older)
        change_id = ProfileChangeId(older["change_id"])
        usecases.send_back(
            institution_id=SCHOOL, change_id=change_id, edits=2, reason="证号不清", by="reviewer", now=NOW
        )
        submit(district, newer, key="submit-0002")
        assert store.get(SCHOOL, change_id).status is ChangeStatus.RETURNED

        submit(district, {**older, "edits": 3}, key="submit-0003")
        told = store.get(SCHOOL, ProfileChangeId(newer["change_id"]))
        assert (told.status, told.replaced_by) == (ChangeStatus.REPLACED, change_id)


class TestAcceptance:
    def test_of_what_was_changed_since_it_was_seen_is_refused(self, district: District) -> None:
        change = submitted()
        before = district.dump()

        for edits in (1, 3):
            with pytest.raises(rules.EditedMeanwhile):
                publishing.accept(
                    institution_id=SCHOOL, change_id=change.change_id, edits=edits, by="reviewer", now=NOW
                )
        assert district.dump() == before

    def test_twice_publishes_once(self, district: District) -> None:
        change = accepted()

        with pytest.raises(rules.ChangeNotSubmitted):
            publishing.accept(
                institution_id=SCHOOL, change_id=change.change_id, edits=change.edits, by="reviewer", now=NOW
            )
        assert len(institutions.get(SCHOOL).certificates) == 1

    def test_a_newer_version_takes_the_place_and_the_older_stays_readable(self, district: District) -> None:
        first = accepted()
        accepted(2, {**CERTIFICATE, "valid_to": "2027-10-15"})

        assert [one.valid_to for one in institutions.get(SCHOOL).certificates] == [date(2027, 10, 15)]
        assert store.get(SCHOOL, first.change_id).content == content(CERTIFICATE)

    def test_of_a_withdrawal_publishes_it_no_more(self, district: District) -> None:
        accepted()
        told = district.admin.post("/v1/school/profile/withdrawals", {"item_id": ITEM}, key="withdraw-01").body
        change = submit(district, told).body
        publishing.accept(
            institution_id=SCHOOL, change_id=change["change_id"], edits=change["edits"], by="reviewer", now=NOW
        )

        assert institutions.get(SCHOOL).certificates == ()
        assert institutions.get(SCHOOL).valid_to == date(2027, 12, 31)


class TestSale:
    def test_after_a_certificates_last_day_is_refused_though_no_schedule_ran(
        self, district: District, offering: Offering, at: Clock
    ) -> None:
        accepted(item={**CERTIFICATE, "valid_to": "2026-09-02"})
        sale = enrolling(offering)

        at.pass_by(days=1)
        assert district.nobody.get(PUBLIC).body["selling"] is True
        at.pass_by(days=1)

        assert district.nobody.get(PUBLIC).body["selling"] is False
        guardian = district.nobody.with_headers(authorization=bearer())
        district.refuses(guardian, sale, 409, "institution_not_selling", but=("edge",))

    def test_on_its_last_day_goes_through(self, district: District, offering: Offering, at: Clock) -> None:
        accepted(item={**CERTIFICATE, "valid_to": "2026-09-02"})

        at.now = NOW + timedelta(days=1)

        guardian = district.nobody.with_headers(authorization=bearer())
        assert enrolling(offering)(guardian).status == 201
