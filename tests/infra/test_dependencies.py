"""The lists of what we depend on, docs/dependencies.md, and the licences of what runs in a function."""

import re
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LISTS = ("requirements.in", "requirements-dev.in")
LOCKS = ("requirements.txt", "requirements-dev.txt")

PERMISSIVE = ("Apache", "BSD", "MIT", "PSF", "Python Software Foundation")
WEAK_COPYLEFT_USED_UNCHANGED = {  # docs/dependencies.md
    "certifi": "MPL-2.0",
    "fpdf2": "Lesser|LGPL",
    "python-stdnum": "Lesser|LGPL",
}


def asked_for(name: str) -> set[str]:
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    return {re.split(r"[=<>\[ ]", line)[0].lower() for line in lines if line and not line.startswith(("#", "-"))}


def locked(name: str) -> dict[str, str]:
    text = (ROOT / name).read_text(encoding="utf-8")
    return dict(re.findall(r"^([a-z0-9-]+)==(\S+)", text, re.MULTILINE))


def licence(distribution: str) -> str:
    told = metadata.metadata(distribution).json
    classified = [one for one in told.get("classifier", []) if one.startswith("License")]
    return " ".join([str(told.get("license_expression", "")), str(told.get("license", ""))[:200], *classified])


class TestDocumented:
    @pytest.mark.parametrize("name", LISTS)
    def test_every_package_that_we_ask_for_has_its_line(self, name: str) -> None:
        page = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")

        assert asked_for(name) - set(re.findall(r"^\| (\S+) \|", page.lower(), re.MULTILINE)) == set()

    def test_nothing_is_on_the_page_that_we_do_not_ask_for(self) -> None:
        page = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
        told = set(re.findall(r"^\| (\S+) \|", page.lower(), re.MULTILINE)) - {"package"}

        assert told - asked_for(LISTS[0]) - asked_for(LISTS[1]) == set()


class TestLocked:
    @pytest.mark.parametrize("name", LOCKS)
    def test_everything_has_a_version_and_hashes(self, name: str) -> None:
        text = (ROOT / name).read_text(encoding="utf-8")
        packages = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)[1:]

        assert {one.split("==")[0] for one in packages} == set(locked(name))
        assert [one.splitlines()[0] for one in packages if "--hash=sha256:" not in one] == []

    @pytest.mark.parametrize("name", LOCKS)
    def test_says_nothing_of_where_packages_come_from(self, name: str) -> None:
        text = (ROOT / name).read_text(encoding="utf-8")

        assert "://" not in text
        assert "index-url" not in text

    def test_what_is_developed_with_is_what_runs(self) -> None:
        run_time, development = locked(LOCKS[0]), locked(LOCKS[1])

        assert {name: development.get(name) for name in run_time} == run_time

    def test_chalice_is_not_among_what_runs(self) -> None:
        assert {"chalice", "pip", "setuptools"} & set(locked(LOCKS[0])) == set()

    def test_the_engine_and_the_client_agree_on_botocore(self) -> None:
        asked = [one for one in metadata.requires("ministack") or [] if one.startswith("botocore")]

        assert asked == [f"botocore=={locked(LOCKS[0])['botocore']}"]


class TestLicences:
    @pytest.mark.parametrize("distribution", sorted(locked(LOCKS[0])))
    def test_what_runs_is_permissive_or_a_named_exception(self, distribution: str) -> None:
        told = licence(distribution)

        if distribution in WEAK_COPYLEFT_USED_UNCHANGED:
            assert re.search(WEAK_COPYLEFT_USED_UNCHANGED[distribution], told), told
        else:
            assert any(word in told for word in PERMISSIVE), told
            assert not re.search(r"GPL|General Public", told), told
