from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from shared.kernel.ids import CampusId, InstitutionId, SessionId
from shared.personnel import rules
from shared.personnel.model import Listing, ListName, Person, Presence
from tests.builders import NOW, TODAY, an_id

LISTING = Listing("季示例", "体罚学员", "决定7号", NOW, None, "reviewer", "supervisor")


def a_presence(number: int = 1, *, begins: str = "09:00", ends: str = "10:00", campus: int = 0) -> Presence:
    """A session at the `number`-th school."""
    day = "2026-09-01T"
    return Presence(
        "20263700000000001",
        SessionId(an_id("ses", number)),
        InstitutionId(an_id("ins", number)),
        CampusId(an_id("cmp", campus or number)),
        f"学校{number}",
        datetime.fromisoformat(f"{day}{begins}").replace(tzinfo=UTC),
        datetime.fromisoformat(f"{day}{ends}").replace(tzinfo=UTC),
    )


class TestNormalNumber:
    @pytest.mark.parametrize(
        "text", ["2026-3700-ab", "20263700AB", " 2026 3700 ab ", "２０２６３７００ａｂ", "2026-37-00-A-B-"]
    )
    def test_is_the_same_however_it_is_written(self, text: str) -> None:
        assert rules.normal_number(text) == "20263700AB"

    @pytest.mark.parametrize("length", [6, 40])
    def test_takes_6_to_40(self, length: int) -> None:
        assert rules.normal_number("7" * length) == "7" * length

    @pytest.mark.parametrize(
        "text", ["", "12345", "7" * 41, "------", "2.02637E+16", "证号202637", "123456\x00", "a#bcdef"]
    )
    def test_refuses_what_can_be_none(self, text: str) -> None:
        with pytest.raises(rules.QualificationNoWrong):
            rules.normal_number(text)


class TestNormalName:
    def test_has_no_spaces(self) -> None:
        assert rules.normal_name(" 季　示 例 ") == "季示例"
        assert rules.normal_name("季" * 40) == "季" * 40

    @pytest.mark.parametrize("text", ["", "　", "季" * 41, "季\x07例"])
    def test_refuses_none_and_too_long_ones(self, text: str) -> None:
        with pytest.raises(rules.PersonNameWrong):
            rules.normal_name(text)


class TestMayTeach:
    def test_who_is_on_no_list(self) -> None:
        rules.check_may_teach(Person("1"), on=TODAY)

    def test_not_through_the_last_day_and_again_from_the_next_one(self) -> None:
        person = Person("20263700", blacklisting=replace(LISTING, until=TODAY))

        with pytest.raises(rules.TeacherBlacklisted) as refused:
            rules.check_may_teach(person, on=TODAY)
        assert refused.value.sentence("zh") == (
            "教师规则：资格证号 20263700 自 2026-09-01 起在从业人员黑名单上；名单上的人员不得任教（限额 0 名）。"
        )
        rules.check_may_teach(person, on=TODAY + timedelta(days=1))

    def test_the_day_that_is_told_is_shanghais(self) -> None:
        late = replace(LISTING, since=datetime(2026, 9, 1, 16, tzinfo=UTC))

        with pytest.raises(rules.TeacherServesPublicSchool) as refused:
            rules.check_may_teach(Person("20263700", serving=late), on=date(2026, 9, 2))
        assert "2026-09-02" in refused.value.sentence("en")

    def test_the_blacklist_is_told_before_the_other(self) -> None:
        with pytest.raises(rules.TeacherBlacklisted):
            rules.check_may_teach(Person("20263700", blacklisting=LISTING, serving=LISTING), on=TODAY)


class TestBlacklisting:
    def test_of_one_whose_listing_is_over_is_possible_again(self) -> None:
        over = Person("20263700", blacklisting=replace(LISTING, until=TODAY - timedelta(days=1)))

        assert rules.check_blacklisting(over, evidence=" 决定8号 ", until=None, on=TODAY) == "决定8号"
        with pytest.raises(rules.PersonListed):
            rules.check_blacklisting(
                replace(over, blacklisting=replace(LISTING, until=TODAY)), evidence="决定", until=None, on=TODAY
            )

    def test_ends_after_today(self) -> None:
        tomorrow = TODAY + timedelta(days=1)
        rules.check_blacklisting(Person("20263700"), evidence="决定", until=tomorrow, on=TODAY)
        with pytest.raises(rules.PersonListingEndsTooEarly):
            rules.check_blacklisting(Person("20263700"), evidence="决定", until=TODAY, on=TODAY)

    @pytest.mark.parametrize(("evidence", "taken"), [("决" * 500, True), ("决" * 501, False), (" \n", False)])
    def test_needs_evidence_of_at_most_500(self, evidence: str, taken: bool) -> None:
        if taken:
            rules.check_blacklisting(Person("20263700"), evidence=evidence, until=None, on=TODAY)
            return
        with pytest.raises(rules.PersonEvidenceNeeded):
            rules.check_blacklisting(Person("20263700"), evidence=evidence, until=None, on=TODAY)

    def test_there_is_nothing_to_take_off(self) -> None:
        with pytest.raises(rules.PersonNotListed):
            rules.check_removal(Person("20263700", blacklisting=LISTING), ListName.SERVING)


class TestTwoPlaces:
    @pytest.mark.parametrize(
        ("begins", "ends", "overlap"),
        [
            ("09:59", "11:00", True),
            ("10:00", "11:00", False),
            ("08:00", "09:00", False),
            ("08:00", "09:01", True),
            ("09:10", "09:20", True),
            ("08:00", "12:00", True),
            ("09:00", "10:00", True),
        ],
    )
    def test_at_two_schools_overlap_or_do_not(self, begins: str, ends: str, overlap: bool) -> None:
        one, other = a_presence(), a_presence(2, begins=begins, ends=ends)

        assert rules.in_two_places(one, other) is rules.in_two_places(other, one) is overlap

    def test_two_campuses_of_one_school_are_two_places_and_one_campus_is_not(self) -> None:
        one = a_presence()
        same_school = replace(a_presence(2), institution_id=one.institution_id)

        assert rules.in_two_places(one, same_school)
        assert not rules.in_two_places(one, replace(same_school, campus_id=one.campus_id))
        assert not rules.in_two_places(one, one)
