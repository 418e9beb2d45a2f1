"""Files of serving teachers as people save them: encodings, headings, lines that are wrong, much too much, nothing."""

import pytest

from shared.personnel import serving_files
from shared.personnel.model import ServingLine
from shared.personnel.serving_files import (
    MOST_BYTES,
    MOST_LINES,
    ServingFileEmpty,
    ServingFileTooLarge,
    ServingFileUnreadable,
    ServingLinesWrong,
)

GOOD = "姓名,资格证号\r\n临示例,2026-3700-0001\r\n淄示例,20263700000000009\r\n"
READ = [ServingLine("临示例", "202637000001"), ServingLine("淄示例", "20263700000000009")]


class TestRead:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030"])
    def test_takes_the_encodings_that_spreadsheets_save(self, encoding: str) -> None:
        assert serving_files.read(GOOD.encode(encoding)) == READ

    @pytest.mark.parametrize(
        "text",
        [
            "序号,资格证号,姓名\n1,2026-3700-0001,临示例\n2,20263700000000009,淄示例\n",
            "\n name ,QUALIFICATION_NO\n\n临示例,202637000001\n,\n淄示例,20263700000000009",
            '姓名,资格证号\n"临 示例","202637000001"\n淄示例,20263700000000009,备注\n',
        ],
    )
    def test_takes_other_columns_blank_lines_and_quotes(self, text: str) -> None:
        assert serving_files.read(text.encode()) == READ

    @pytest.mark.parametrize("raw", [b"", b" \r\n\r\n", b",,\n,\n", "姓名,资格证号\n".encode(), b"\xef\xbb\xbf"])
    def test_that_is_empty(self, raw: bytes) -> None:
        with pytest.raises(ServingFileEmpty):
            serving_files.read(raw)

    @pytest.mark.parametrize(
        "raw",
        [
            b"a,b\n1,2\n",
            "姓名,姓名,资格证号\n临,示,202637\n".encode(),
            '姓名,资格证号\n临示例,"202637'.encode(),
            b"\xff\xfe\x00\x01\n\x80",
            b"PK\x03\x04\x14\x00\x08\x08\x08\x00\xff\xff\xff",
            "姓名,资格证号\n".encode("utf-16"),
        ],
    )
    def test_that_is_no_such_table(self, raw: bytes) -> None:
        with pytest.raises(ServingFileUnreadable):
            serving_files.read(raw)

    def test_names_every_wrong_line(self) -> None:
        text = (
            "姓名,资格证号\n临示例,202637000001\n,202637000002\n\n张,12345\n李示例,2026-3700-0001\n王,2.02637E+16\n赵\n"
        )

        with pytest.raises(ServingLinesWrong) as refused:
            serving_files.read(text.encode())

        assert [(one.number, one.zh[:8]) for one in refused.value.wrong] == [
            (3, "请填写姓名（至多"),
            (5, "资格证号应为6至"),
            (6, "资格证号与第 2"),
            (7, "资格证号应为6至"),
            (8, "资格证号应为6至"),
        ]
        assert refused.value.sentence("en") == "5 lines are wrong; nothing of the file was imported."

    @pytest.mark.parametrize(("lines", "taken"), [(MOST_LINES, True), (MOST_LINES + 1, False)])
    def test_has_at_most_so_many_lines(self, lines: int, taken: bool) -> None:
        raw = ("姓名,资格证号\n" + "".join(f"临示例,2026{number:09d}\n" for number in range(lines))).encode()

        if taken:
            assert len(serving_files.read(raw)) == lines
            return
        with pytest.raises(ServingFileTooLarge):
            serving_files.read(raw)

    def test_has_at_most_so_many_bytes(self) -> None:
        padded = GOOD.encode() + b"\n" * (MOST_BYTES - len(GOOD.encode()))

        assert serving_files.read(padded) == READ
        with pytest.raises(ServingFileTooLarge):
            serving_files.read(padded + b"\n")
