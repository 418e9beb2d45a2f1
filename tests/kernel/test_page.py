from shared.kernel.page import Page


class TestMap:
    def test_the_rows_change_and_the_cursor_stays(self) -> None:
        assert Page([1, 2], "next").map(str) == Page(["1", "2"], "next")
