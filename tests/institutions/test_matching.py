import pytest

from shared.institutions import matching
from shared.institutions.matching import Field
from shared.institutions.model import Campus
from shared.kernel.ids import CampusId
from tests import builders


def known(address: str = "", phone: str = "") -> set[tuple[Field, str]]:
    """What a school is known by, with a campus at this address and phone, but for its own phone and codes."""
    campus = Campus(CampusId(builders.an_id("cam")), "总校", address, phone)
    found = matching.keys(builders.a_school(campuses=(campus,), phone="", legal_representative="", credit_code=""))
    return set(found)


class TestKeys:
    @pytest.mark.parametrize(
        "written",
        [
            "山东省淄博市临淄区桓公路12号2楼",
            "淄博市临淄区桓公路12号2楼",
            "临淄区桓公路１２号 ２楼",
            "临淄区 桓公路12号，2楼",
        ],
    )
    def test_an_address_is_the_same_however_it_is_written(self, written: str) -> None:
        assert known(address=written) == {(Field.ADDRESS, "临淄区桓公路12号2楼")}

    @pytest.mark.parametrize(
        "written", ["13853312345", "+86 138 5331 2345", "0086-138-5331-2345", "１３８５３３１２３４５"]
    )
    def test_a_phone_is_the_same_however_it_is_written(self, written: str) -> None:
        assert known(phone=written) == {(Field.PHONE, "13853312345")}

    def test_what_is_empty_is_no_key(self) -> None:
        assert known() == set()

    def test_a_credit_code_and_a_name_are_taken_as_they_are_but_for_case_and_spaces(self) -> None:
        school = builders.a_school(
            credit_code="91370305ma3c000014", legal_representative="王 小明", phone="", campuses=()
        )
        assert matching.keys(school) == {
            (Field.CREDIT_CODE, "91370305ma3c000014"),
            (Field.REPRESENTATIVE, "王小明"),
        }


class TestScore:
    @pytest.mark.parametrize(
        ("same", "points"),
        [
            ([Field.CREDIT_CODE], 100),
            ([Field.PHONE], 40),
            ([Field.ADDRESS], 30),
            ([Field.REPRESENTATIVE, Field.ADDRESS], 60),
            ([Field.REPRESENTATIVE, Field.ADDRESS, Field.PHONE], 100),
            (list(Field), 100),
            ([], 0),
        ],
    )
    def test_is_the_sum_of_what_is_the_same_of_100(self, same: list[Field], points: int) -> None:
        assert matching.score(same) == points


class TestEndings:
    def test_are_of_both_names_and_no_longer_than_a_registration_bears(self) -> None:
        school = builders.a_school(name="星河（临淄）舞蹈", short_name="星河")
        assert matching.endings(school) == {"星河临淄舞蹈", "河临淄舞蹈", "临淄舞蹈", "淄舞蹈", "舞蹈", "星河"}
        assert len(matching.endings(builders.a_school(name="星" * 200))) < 60
