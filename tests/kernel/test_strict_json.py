import pytest

from shared.kernel import strict_json


class TestRead:
    def test_gives_what_the_text_says(self) -> None:
        assert strict_json.read('{"名": [1, 2.5, null, {"a": "\\u00e9"}]}'.encode()) == {
            "名": [1, 2.5, None, {"a": "é"}]
        }

    def test_a_name_may_stand_in_several_objects(self) -> None:
        assert strict_json.read(b'[{"a": 1}, {"a": 2}]') == [{"a": 1}, {"a": 2}]

    @pytest.mark.parametrize(
        "ambiguous",
        [
            b"",
            b"{",
            b"{'a': 1}",
            b'{"a": NaN}',
            b'{"a": -Infinity}',
            b'{"a": 1, "a": 1}',
            b'{"b": [{"a": 1, "\\u0061": 2}]}',
            b'{"a": "\xff"}',
            '{"a": 1}'.encode("utf-16"),
            b"\xef\xbb\xbf{}",
            b"[" * 100_000,
            b'{"a":' * 100_000,
            b"1" * 10_000,
        ],
        ids=lambda raw: repr(raw[:20]),
    )
    def test_refuses_what_two_readers_could_take_differently(self, ambiguous: bytes) -> None:
        with pytest.raises(ValueError):  # noqa: PT011 -- whatever is wrong with it, it is a ValueError
            strict_json.read(ambiguous)
