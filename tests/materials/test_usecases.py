"""A file is asked for, comes, is checked once and for good."""

from datetime import timedelta
from typing import Any

import pytest

from infra.local.scanner_simulator import EICAR
from shared.kernel import errors
from shared.kernel.ids import FileId, InstitutionId
from shared.materials import queries, rules, usecases
from shared.materials.model import FileStatus, Purpose
from shared.materials.scanner import ScannerDown
from shared.materials.store import files, readings
from tests.builders import NOW, SCHOOL, an_id
from tests.materials import examples
from tests.materials.examples import FILE, JPEG, PDF, SENT_AT, Places, Scanner, asked, handed_in
from tests.tables import just_before, killed_before, lost_answers

pytestmark = pytest.mark.usefixtures("in_memory", "hurried")


@pytest.fixture
def places() -> Places:
    return Places()


@pytest.fixture
def scanner() -> Scanner:
    return Scanner()


class TestAsk:
    def test_waits_for_what_is_to_be_sent(self) -> None:
        asked()

        file = files.get(FILE)
        assert (file.status, file.institution_id, file.size) == (FileStatus.WAITING, SCHOOL, len(PDF))
        assert file.expires_at == NOW + timedelta(minutes=15)

    @pytest.mark.parametrize(
        ("changes", "refusal"),
        [
            ({"name": " "}, rules.NameNotUsable),
            ({"name": "a" * 117 + ".pdf"}, rules.NameNotUsable),
            ({"name": "../a.pdf"}, rules.NameNotUsable),
            ({"name": "a\u202efdp.pdf"}, rules.NameNotUsable),
            ({"name": "a.exe"}, rules.NameUnlikeType),
            ({"name": ".pdf"}, rules.NameUnlikeType),
            ({"content_type": "application/zip", "name": "a.zip"}, rules.TypeNotTaken),
            ({"kind": "picture"}, rules.TypeNotTaken),
            ({"size": 0}, rules.Empty),
            ({"size": 10_485_761}, rules.TooLarge),
        ],
    )
    def test_refuses_what_can_not_be_kept(self, changes: dict[str, Any], refusal: type[errors.Refusal]) -> None:
        with pytest.raises(refusal):
            asked(**changes)

        assert files.get_many([FILE]) == {}


def check(places: Places, scanner: Scanner, *, minutes: int = 1) -> Any:
    at = NOW + timedelta(minutes=minutes)
    return usecases.check(file_id=FILE, sent_at=at, storage=places, scanner=scanner, now=at)


class TestCheck:
    def test_keeps_a_pdf_as_it_is(self, places: Places) -> None:
        file = handed_in(places=places)

        assert file.status is FileStatus.ACCEPTED
        assert file.sha256 == file.sent_sha256
        assert places.kept == {file.kept_key: ("application/pdf", PDF)}
        assert file.kept_size == len(PDF)

    def test_keeps_a_picture_written_anew_with_both_hashes(self, places: Places) -> None:
        file = handed_in(content=examples.a_photo(), places=places, **JPEG)

        assert file.status is FileStatus.ACCEPTED
        assert file.sha256 != file.sent_sha256
        assert b"SECRET" not in places.kept[file.kept_key][1]

    @pytest.mark.parametrize(
        ("content", "reason"),
        [
            (PDF + EICAR, "file_malicious"),
            (EICAR, "file_malicious"),
            (examples.PROGRAM, "file_program_or_archive"),
            (examples.ARCHIVE, "file_program_or_archive"),
            (b"hello", "file_content_differs"),
        ],
    )
    def test_refuses_with_the_reason(self, places: Places, content: bytes, reason: str) -> None:
        file = handed_in(content=content, places=places)

        assert (file.status, file.reason) == (FileStatus.REFUSED, reason)
        assert places.kept == {}
        assert rules.why(file, "zh") != rules.why(file, "en") != ""

    def test_refuses_what_the_bucket_should_not_have_let_in(self, places: Places, scanner: Scanner) -> None:
        sizes = {b"": "file_empty", PDF + b" ": "file_size_differs", bytes(10_485_761): "upload_too_large"}
        for number, (content, reason) in enumerate(sizes.items(), 1):
            file_id = FileId(an_id("fil", number))
            asked(file_id)
            places.sent[file_id] = content
            usecases.check(file_id=file_id, sent_at=SENT_AT, storage=places, scanner=scanner, now=SENT_AT)

            assert files.get(file_id).reason == reason
        assert scanner.scanned == 0

    def test_refuses_what_was_sent_long_after_its_form_had_expired(self, places: Places, scanner: Scanner) -> None:
        asked()
        places.sent[FILE] = PDF

        assert check(places, scanner, minutes=76).reason == "file_sent_too_late"

    def test_knows_no_file_that_nobody_asked_for(self, places: Places, scanner: Scanner) -> None:
        places.sent[FILE] = PDF

        with pytest.raises(queries.UnknownFile):
            check(places, scanner)

    def test_twice_is_once_whatever_lies_there_now(self, places: Places, scanner: Scanner) -> None:
        first = handed_in(places=places)
        places.sent[FILE] = PDF.replace(b"Catalog", b"catalog")

        assert check(places, scanner, minutes=3) == first == files.get(FILE)
        assert len(places.kept) == 1
        assert scanner.scanned == 0

    def test_the_scanner_down_leaves_it_in_quarantine(self, places: Places, scanner: Scanner) -> None:
        asked()
        places.sent[FILE] = PDF
        scanner.down = True
        with pytest.raises(ScannerDown):
            check(places, scanner)

        assert files.get(FILE).status is FileStatus.CHECKING
        [waiting] = queries.list_waiting(FileStatus.CHECKING, until=SENT_AT, limit=9)
        assert waiting.file_id == FILE

        scanner.down = False
        assert check(places, scanner, minutes=300).status is FileStatus.ACCEPTED
        assert files.get(FILE).sent_at == SENT_AT
        assert queries.list_waiting(FileStatus.CHECKING, until=NOW + timedelta(days=1), limit=9) == []

    @pytest.mark.parametrize("call", [1, 2])
    def test_killed_in_the_middle_is_done_again(self, places: Places, scanner: Scanner, call: int) -> None:
        asked()
        places.sent[FILE] = PDF
        with killed_before("TransactWriteItems", call=call):
            check(places, scanner)
        assert files.get(FILE).status is (FileStatus.WAITING if call == 1 else FileStatus.CHECKING)

        assert check(places, scanner).status is FileStatus.ACCEPTED
        assert list(places.kept) == [files.get(FILE).kept_key]

    def test_a_lost_answer_is_not_taken_for_a_no(self, places: Places, scanner: Scanner) -> None:
        asked()
        places.sent[FILE] = PDF
        with lost_answers("TransactWriteItems"), pytest.raises(errors.Unavailable):
            check(places, scanner)

        assert check(places, scanner).status is FileStatus.ACCEPTED

    def test_another_check_that_was_faster_stands(self, places: Places, scanner: Scanner) -> None:
        asked(content=examples.a_photo(), **JPEG)
        places.sent[FILE] = examples.a_photo()
        with just_before("TransactWriteItems", lambda: check(places, scanner)):
            slow = check(places, scanner, minutes=2)

        assert slow.decided_at == SENT_AT
        assert list(places.kept) == [slow.kept_key]

    def test_comes_after_all_although_it_had_expired(self, places: Places, scanner: Scanner) -> None:
        asked()
        assert usecases.expire(file_id=FILE)
        places.sent[FILE] = PDF

        assert check(places, scanner, minutes=14).status is FileStatus.ACCEPTED

    def test_says_that_nothing_is_there(self, places: Places, scanner: Scanner) -> None:
        asked()

        assert check(places, scanner) is None
        assert files.get(FILE).status is FileStatus.WAITING


class TestExpire:
    def test_a_file_that_has_come_does_not(self) -> None:
        handed_in()

        assert usecases.expire(file_id=FILE) is False
        assert files.get(FILE).status is FileStatus.ACCEPTED


class TestListSame:
    def test_finds_the_same_file_of_another_school_and_what_was_kept_sent_again(self) -> None:
        places = Places()
        photo = examples.a_photo()
        first = handed_in(an_id("fil", 1), photo, places=places, **JPEG)
        copy = handed_in(an_id("fil", 2), photo, institution_id=InstitutionId(an_id("ins", 2)), **JPEG)
        again = handed_in(an_id("fil", 3), places.kept[first.kept_key][1], **JPEG)
        other = handed_in(an_id("fil", 4), examples.a_picture("PNG"), **examples.PNG)

        assert queries.list_same(first, at_most=9) == [copy.file_id, again.file_id]
        assert first.file_id in queries.list_same(again, at_most=9)
        assert queries.list_same(other, at_most=9) == []
        assert len(queries.list_same(first, at_most=1)) == 1


class TestGetOfInstitution:
    def test_knows_nothing_of_another_schools_file(self) -> None:
        handed_in()

        assert queries.get_of_institution(SCHOOL, FILE).file_id == FILE
        with pytest.raises(queries.UnknownFile):
            queries.get_of_institution(InstitutionId(an_id("ins", 2)), FILE)


class TestListOfInstitution:
    def test_pages_newest_first(self) -> None:
        for number in (1, 2, 3):
            asked(an_id("fil", number), now=NOW + timedelta(minutes=number))

        first = queries.list_of_institution(SCHOOL, limit=2, cursor=None)
        rest = queries.list_of_institution(SCHOOL, limit=2, cursor=first.next_cursor)

        assert [file.file_id for file in (*first.rows, *rest.rows)] == [an_id("fil", n) for n in (3, 2, 1)]
        assert rest.next_cursor is None


def read(purpose: str = "review", words: str = "审核申报", minutes: int = 5) -> None:
    usecases.record_reading(
        file=files.get(FILE),
        staff_id=an_id("stf"),
        staff_name="王科员",
        purpose=purpose,
        words=words,
        now=NOW + timedelta(minutes=minutes),
    )


class TestRecordReading:
    def test_keeps_who_what_when_and_for_what(self) -> None:
        handed_in()
        read()
        read(purpose="audit", minutes=6)

        last, first = readings.list_of_file(FILE, limit=9, cursor=None).rows
        assert (first.staff_name, first.purpose, first.words) == ("王科员", Purpose.REVIEW, "审核申报")
        assert last.purpose is Purpose.AUDIT
        assert readings.list_of_month(NOW.date(), limit=9, cursor=None).rows == [last, first]

    @pytest.mark.parametrize(
        ("purpose", "words", "refusal"),
        [("", "x", rules.PurposeMissing), ("curiosity", "x", rules.PurposeMissing), ("audit", " ", rules.WordsMissing)],
    )
    def test_needs_a_purpose_in_words_too(self, purpose: str, words: str, refusal: type[errors.Refusal]) -> None:
        handed_in()
        with pytest.raises(refusal):
            read(purpose, words)

        assert readings.list_of_file(FILE, limit=9, cursor=None).rows == []

    def test_nobody_opens_what_was_refused(self) -> None:
        handed_in(content=EICAR)
        with pytest.raises(rules.NotKept):
            read()
