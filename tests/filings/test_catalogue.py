"""The catalogue of materials: what is asked of whom, and mistakes that name their place."""

import copy
import tomllib
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from shared.filings import catalogue
from shared.filings.model import Filing, InstitutionType
from shared.filings.workflows import Misdefined


@pytest.fixture
def told() -> dict[str, Any]:
    text = Path(catalogue.__file__).with_name("catalogue.toml").read_text(encoding="utf-8")
    return copy.deepcopy(tomllib.loads(text))


class TestInForce:
    def test_companies_and_non_profits_prove_what_they_are_differently(self) -> None:
        of_company = catalogue.in_force(Filing.APPLICATION, InstitutionType.COMPANY, on=date(2026, 9, 1))
        of_non_profit = catalogue.in_force(Filing.APPLICATION, InstitutionType.NON_PROFIT, on=date(2026, 9, 1))

        assert of_company.find("business_licence") is not None
        assert of_company.find("charter") is None
        assert of_non_profit.find("business_licence") is None
        assert of_non_profit.find("charter") is not None

    def test_all_sections_are_asked_for_in_an_application(self) -> None:
        found = catalogue.in_force(Filing.APPLICATION, InstitutionType.NON_PROFIT, on=date(2026, 9, 1))

        assert {item.section for item in found.items} == set(catalogue.SECTIONS)

    def test_before_the_first_version_there_is_none(self) -> None:
        with pytest.raises(LookupError):
            catalogue.in_force(Filing.CHANGE, InstitutionType.COMPANY, on=date(2025, 12, 31))

    def test_a_version_is_found_again(self) -> None:
        found = catalogue.in_force(Filing.CHANGE, InstitutionType.COMPANY, on=date(2026, 9, 1))

        assert catalogue.get(found.version, Filing.CHANGE, InstitutionType.COMPANY) is found
        with pytest.raises(LookupError):
            catalogue.get("linzi-1999.1", Filing.CHANGE, InstitutionType.COMPANY)


class TestRead:
    @pytest.mark.parametrize(
        ("change", "message"),
        [
            (lambda of: of["charter"].update(section="secrets"), r"linzi-2026.1: charter.section: unknown secrets"),
            (lambda of: of["charter"].update(types=["text/html"]), r"linzi-2026.1: charter.types: unknown text/html"),
            (lambda of: of["charter"].update(by=["circus"]), r"linzi-2026.1: charter.by: unknown circus"),
            (lambda of: of["charter"].update(filings=["wish"]), r"linzi-2026.1: charter.filings: unknown wish"),
            (lambda of: of["charter"].update(most_files=0), r"linzi-2026.1: charter: nothing could be handed in"),
            (lambda of: [one.update(required=False) for one in of.values()], "nothing is required for application"),
        ],
    )
    def test_a_mistake_is_named_with_its_place(
        self, told: dict[str, Any], change: Callable[[dict[str, Any]], object], message: str
    ) -> None:
        change(told["catalogue"][0]["items"])

        with pytest.raises(Misdefined, match=message):
            catalogue.read(told)
