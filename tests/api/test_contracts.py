"""The contract of an enrolment: what both sides accepted, and nothing that came after."""

import hashlib
import io
import json
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pypdf
import pytest

from functions.edge import sold
from shared.dynamo import transaction
from shared.funds import queries as funds
from shared.kernel.ids import EnrolmentId, InstitutionId
from shared.kernel.money import Fen
from shared.mall import rules as mall_rules
from shared.mall import store as mall_store
from shared.mall.store import TermsRow
from shared.policy import queries as policies
from tests import builders, steps
from tests.api.district import District
from tests.builders import ENROLMENT, NOW, an_id
from tests.edge.doors import Door, admin_bearer
from tests.policy import examples as policy_examples
from tests.shelf import Shelf, shelf

__all__ = ["shelf"]

MINE = f"/v1/enrolments/{ENROLMENT}/contract.pdf"
SCHOOLS = f"/v1/school/enrolments/{ENROLMENT}/contract.pdf"


@pytest.fixture
def terms_hash(district: District) -> str:
    """The guardian's enrolment is sold under these terms."""
    offering = district.opens()
    steps.enrol(offering, consent_version="2026-09")
    return offering.terms_hash


def said(door: Door, path: str, shelf: Shelf) -> str:
    answer = door.get(path)
    assert answer.status == 303, answer.text
    _, content = shelf.fetch(answer.headers["location"])
    assert content.startswith(b"%PDF")
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages)


def _change_everything(terms_hash: str) -> None:
    """A second after the sale: another price, title and window, another teacher, another policy; then she pays."""
    course = builders.a_course(price_fen=Fen(999_900), title="另一门课", full_refund_days=9, version=2)
    steps.publish_course(course)
    [offering] = mall_store.get_course(course.course_id).offerings
    text = mall_rules.terms_text(course, replace(offering, teacher_name="另一位老师"), (), builders.a_school().name)
    becomes = replace(offering, teacher_name="另一位老师", terms_hash=mall_rules.terms_hash(text), version=2)
    kept = mall_store.terms(text, becomes.terms_hash, now=NOW + timedelta(seconds=1))
    changed = mall_store.changed(becomes, was_seats=offering.seats, unsold=False, refused=mall_store.UnknownOffering())
    transaction.commit([kept, changed])
    assert becomes.terms_hash != terms_hash
    policy_examples.adopt()
    steps.pay(EnrolmentId(ENROLMENT), 288_000)


class TestContract:
    def test_says_the_parties_the_terms_the_rules_and_the_hash(
        self, district: District, terms_hash: str, shelf: Shelf
    ) -> None:
        told = said(district.guardian, MINE, shelf)
        school, course = builders.a_school(), builders.a_course()

        for wanted in (
            "校外培训服务合同",
            school.name,
            school.credit_code,
            school.licence_no,
            course.title,
            "¥2,880.00",
            terms_hash,
            "linzi-2026.1",
            builders.TUITION_NO,
            "银行托管",
            "儿童个人信息处理告知书，第 2026-09 版",
        ):
            assert wanted in told
        for figure in policies.get(version="linzi-2026.1").figures:
            assert (figure.note_zh in told) == (figure.section in ("charge", "teaching", "refunds"))

    def test_has_every_fact_of_the_terms(self, district: District, terms_hash: str, shelf: Shelf) -> None:
        told = "".join(said(district.guardian, MINE, shelf).split())
        terms = json.loads(mall_store.get_published_terms(terms_hash).text)
        coded = {"category", "mode", "supervision", "price_fen"}

        assert [
            key for key, value in terms.items() if key not in coded and "".join(str(value).split()) not in told
        ] == []

    def test_its_hash_can_be_checked_as_it_says(self, district: District, terms_hash: str) -> None:
        terms = district.guardian.get(f"/v1/enrolments/{ENROLMENT}").body["terms"]
        line = json.dumps(terms, sort_keys=True, ensure_ascii=False, separators=(",", ":"))

        assert hashlib.sha256(line.encode()).hexdigest() == terms_hash

    def test_speaks_english(self, district: District, terms_hash: str, shelf: Shelf) -> None:
        told = said(district.guardian.with_headers(accept_language="en"), MINE, shelf)

        assert "Service contract for training outside school" in told
        assert "to the use of the child's data, version 2026-09" in told
        assert terms_hash in told

    def test_in_english_has_no_chinese_weekday_and_every_figure_a_unit(
        self, district: District, terms_hash: str, shelf: Shelf
    ) -> None:
        told = said(district.guardian.with_headers(accept_language="en"), MINE, shelf)

        assert "周六 09" not in told
        for wanted in ("Sat 09:00-10:00", "48 lessons", "60 minutes", "30 students", "6 years", "7 working days"):
            assert wanted in told

    def test_says_that_no_name_of_the_guardian_is_kept(self, district: District, terms_hash: str, shelf: Shelf) -> None:
        told = "".join(said(district.guardian, MINE, shelf).split())
        assert f"账号尾号{builders.GUARDIAN[-6:]}（本系统不登记姓名）" in told
        assert "开课前5日或更早提出" in told

    def test_is_the_same_whatever_is_changed_a_second_later(
        self, district: District, terms_hash: str, shelf: Shelf
    ) -> None:
        before = said(district.guardian, MINE, shelf), said(district.admin, SCHOOLS, shelf)

        _change_everything(terms_hash)

        assert (said(district.guardian, MINE, shelf), said(district.admin, SCHOOLS, shelf)) == before

    def test_keeps_when_the_terms_were_first_published(self, district: District, terms_hash: str) -> None:
        was = mall_store.get_published_terms(terms_hash)
        transaction.commit([mall_store.terms(was.text, terms_hash, now=NOW + timedelta(days=9))])

        assert mall_store.get_published_terms(terms_hash) == was
        assert was.since == NOW

    def test_is_refused_when_the_terms_on_file_are_not_those(
        self, district: District, terms_hash: str, shelf: Shelf
    ) -> None:
        TermsRow(f"terms#{terms_hash}", "terms", text='{"price_fen":1}').save()

        district.refuses(district.guardian, lambda door: door.get(MINE), 409, "terms_altered")
        assert shelf.kept == {}

    def test_without_a_note_of_the_publication_says_not_later_than_the_sale(
        self, district: District, terms_hash: str, shelf: Shelf
    ) -> None:
        text = mall_store.get_published_terms(terms_hash).text
        TermsRow(f"terms#{terms_hash}", "terms", text=text).save()

        assert "不晚于监护人接受之时" in said(district.guardian, MINE, shelf)
        assert sold.get(funds.get_account(EnrolmentId(ENROLMENT))).published_at is None

    @pytest.mark.parametrize("enrolment", [ENROLMENT, an_id("enr", 99)])
    def test_of_another_guardian_or_another_school_is_missing(
        self, district: District, terms_hash: str, shelf: Shelf, enrolment: Any
    ) -> None:
        other = district.nobody.with_headers(authorization=admin_bearer(InstitutionId(an_id("ins", 2))))
        for door, path in ((district.stranger, MINE), (other, SCHOOLS)):
            wanted = path.replace(ENROLMENT, enrolment)
            district.refuses(door, partial(Door.get, path=wanted), 404, "unknown_enrolment")
        assert shelf.kept == {}
