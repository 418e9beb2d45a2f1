"""What a school's record may become: each field at its edges, and what was on file."""

from dataclasses import replace
from typing import Any

import pytest

from shared.institutions import amending, rules
from shared.institutions.amending import Amendment, Field
from shared.institutions.model import Campus
from shared.kernel import errors
from shared.kernel.ids import CampusId
from shared.kernel.position import WrongPosition
from tests.builders import a_school, an_id

SCHOOL = a_school()
[HOME] = SCHOOL.campuses


def campus(number: int, **changes: str) -> Campus:
    told: dict[str, Any] = {"name": f"校区{number}", "address": f"临淄区示例路{number}号", "phone": "13800000001"}
    return Campus(CampusId(an_id("cmp", 10 + number)), **{**told, **changes})


class TestCheck:
    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"name": "淄博市临淄区星河艺术培训学校有限公司"}, Field.NAME),
            ({"short_name": "星河艺术"}, Field.SHORT_NAME),
            ({"legal_representative": "鲁示例"}, Field.LEGAL_REPRESENTATIVE),
            ({"phone": "0533-7180000"}, Field.PHONE),
            ({"size": "large"}, Field.SIZE),
            ({"categories": ("dance", "music")}, Field.CATEGORIES),
            ({"campuses": tuple(map(campus, range(10)))}, Field.CAMPUSES),
            ({"campuses": (replace(HOME, street="闻韶路"),)}, Field.CAMPUSES),
            ({"campuses": (replace(HOME, position="36.82000,118.31000"),)}, Field.CAMPUSES),
        ],
    )
    def test_each_field_may_change(self, changes: dict[str, Any], field: Field) -> None:
        after = replace(SCHOOL, **changes)
        [told] = amending.check(SCHOOL, after)

        assert told.field is field
        assert amending.amended(SCHOOL, [told]) == after

    @pytest.mark.parametrize(
        ("changes", "refusal", "pointer"),
        [
            ({}, amending.NothingToAmend, "/changes"),
            ({"name": " "}, amending.AmendmentBlank, "/changes/name"),
            ({"name": "星\u202e河"}, amending.AmendmentBlank, "/changes/name"),
            ({"name": "河"}, amending.AmendmentBlank, "/changes/name"),
            ({"legal_representative": "\n"}, amending.AmendmentBlank, "/changes/legal_representative"),
            ({"phone": "12345"}, rules.WrongPhone, "/changes/phone"),
            ({"size": "huge"}, amending.SizeUnknown, "/changes/size"),
            ({"categories": ()}, amending.AmendmentBlank, "/changes/categories"),
            ({"campuses": ()}, amending.CampusesWrong, "/changes/campuses"),
            ({"campuses": tuple(map(campus, range(11)))}, amending.CampusesWrong, "/changes/campuses"),
            ({"campuses": (campus(1), campus(1))}, amending.UnknownCampus, "/changes/campuses"),
            ({"campuses": (HOME, campus(1, address=" "))}, amending.AmendmentBlank, "/changes/campuses/1/address"),
            ({"campuses": (campus(1, position="0,0"),)}, WrongPosition, "/changes/campuses/0/position"),
            ({"campuses": (HOME, campus(1, phone="x"))}, rules.WrongPhone, "/changes/campuses/1/phone"),
        ],
    )
    def test_what_can_not_be_is_refused_with_its_pointer(
        self, changes: dict[str, Any], refusal: type[errors.Refusal], pointer: str
    ) -> None:
        with pytest.raises(refusal) as refused:
            amending.check(SCHOOL, replace(SCHOOL, **changes))
        assert refused.value.pointer == pointer

    def test_a_campus_that_stays_keeps_the_phone_that_it_has(self) -> None:
        old = replace(SCHOOL, campuses=(replace(HOME, phone="12345"),))

        assert amending.check(old, replace(old, campuses=(*old.campuses, campus(1))))

    def test_what_one_transaction_can_not_move_is_refused(self) -> None:
        long: dict[str, Any] = {"name": "丙" * 40, "short_name": "丁" * 40}
        assert amending.check(SCHOOL, replace(SCHOOL, **long))  # 78 lines
        with pytest.raises(amending.NameTooLong):
            amending.check(SCHOOL, replace(SCHOOL, **long, campuses=tuple(map(campus, range(3)))))
        assert amending.check(SCHOOL, replace(SCHOOL, name=SCHOOL.name.replace("星河", "银河")))


class TestAmended:
    def test_a_record_that_has_changed_since_is_not_amended(self) -> None:
        told = amending.between(SCHOOL, replace(SCHOOL, phone="13800000009", size="large"))
        moved = replace(SCHOOL, size="medium")

        with pytest.raises(amending.RecordChanged):
            amending.amended(moved, told)
        others = replace(SCHOOL, legal_representative="鲁示例")
        assert amending.amended(others, told).legal_representative == "鲁示例"

    def test_what_was_and_what_becomes_are_told(self) -> None:
        assert amending.between(SCHOOL, replace(SCHOOL, size="large")) == (Amendment(Field.SIZE, '"small"', '"large"'),)
