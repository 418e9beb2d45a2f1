"""Words, pinyin, initials: what finds a text."""

import pytest

from shared.mall import wording


def reads(typed: str, *texts: str) -> bool:
    return all(wording.reads(word, wording.spoken(wording.readings(*texts))) for word in wording.words(typed))


class TestWords:
    def test_are_in_one_width_and_one_case_without_punctuation(self) -> None:
        assert wording.words("  ＷuＤao　（２班） Scratch！ ") == ("wudao", "2班", "scratch")

    def test_are_each_there_once_and_eight_at_most(self) -> None:
        assert wording.words("舞 舞 蹈") == ("舞", "蹈")
        assert len(wording.words("一 二 三 四 五 六 七 八 九 十")) == 8

    @pytest.mark.parametrize("nothing", ["", "   ", "！？。", "\t、"])
    def test_of_punctuation_alone_there_are_none(self, nothing: str) -> None:
        assert wording.words(nothing) == ()


class TestReads:
    @pytest.mark.parametrize("typed", ["wudao", "wd", "wdao", "wud", "w", "WD", "ｗｄ", "jichuwd", "jcwd", "zgjcw"])
    def test_initials_whole_syllables_and_mixtures(self, typed: str) -> None:
        assert reads(typed, "中国基础舞蹈")

    @pytest.mark.parametrize("typed", ["dw", "udao", "wdx", "wudaox", "zgwd", "an"])
    def test_only_syllables_that_follow_one_another_from_their_beginnings(self, typed: str) -> None:
        assert not reads(typed, "中国基础舞蹈")

    @pytest.mark.parametrize(("typed", "text"), [("yy", "音乐"), ("yinyue", "音乐"), ("klx", "快乐学"), ("cq", "重庆")])
    def test_a_character_of_several_readings_as_it_is_read_in_its_word(self, typed: str, text: str) -> None:
        assert reads(typed, text)

    @pytest.mark.parametrize("typed", ["syu", "sle", "dle", "shanyue", "cwb", "zwb", "zengwb"])
    def test_a_name_of_several_readings_by_each_of_them(self, typed: str) -> None:
        assert reads(typed, "单乐", "曾文博")

    def test_a_vowel_with_two_dots_is_typed_as_v(self) -> None:
        assert reads("lvse", "绿色")

    def test_latin_letters_and_digits_as_they_are(self) -> None:
        assert reads("scr", "Ｓcratch编程2班")
        assert reads("scratchbc2b", "Scratch编程２班")
        assert not reads("cratch", "Scratch编程")

    def test_not_across_texts(self) -> None:
        assert not reads("wdxh", "舞蹈", "星河")

    @pytest.mark.parametrize(("typed", "found"), [("dwd", True), ("dengw", True), ("d", True), ("wd", False)])
    def test_a_persons_name_from_the_surname_on(self, typed: str, found: bool) -> None:
        assert wording.reads(typed, wording.spoken(wording.readings("邓卫东")), whole_name=True) is found

    def test_words_of_other_letters_are_not_read(self) -> None:
        assert not reads("舞", "舞蹈")

    def test_a_text_made_to_be_slow_is_not(self) -> None:
        assert not reads("n" * 59 + "z", "那" * 60)

    def test_a_text_without_letters_is_read_as_nothing(self) -> None:
        assert not reads("a", "！")


class TestPairs:
    def test_are_neighbours(self) -> None:
        assert wording.pairs("少儿舞蹈") == ("少儿", "儿舞", "舞蹈")

    @pytest.mark.parametrize("word", ["舞", "舞蹈", "scratch"])
    def test_of_a_short_word_and_of_a_latin_one_there_are_none(self, word: str) -> None:
        assert wording.pairs(word) == ()
