from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from shared.reviews import rating
from shared.reviews.model import Dimension, Review, Stars
from shared.reviews.rating import Rating
from tests.builders import POLICY
from tests.reviews.examples import FIVE, MIXED, a_review

ONE = Stars(1, 1, 1, 1)
star = st.integers(1, 5)
some_reviews = st.lists(
    st.builds(
        lambda number, stars, weight, hidden: a_review(
            number, stars, weight_percent=weight, hidden_reason="攻击" if hidden else ""
        ),
        st.integers(1, 9),
        st.builds(Stars, star, star, star, star),
        st.integers(0, 100),
        st.booleans(),
    ),
    max_size=6,
)


class TestRating:
    def test_without_a_review_there_is_none(self) -> None:
        assert Rating().overall(POLICY) is None
        assert Rating().of(Dimension.SAFETY, POLICY) is None
        assert rating.fold([a_review(hidden_reason="攻击")]).overall(POLICY) is None

    def test_a_first_review_moves_it_a_little_from_the_prior(self) -> None:
        assert rating.fold([a_review()]).overall(POLICY) == 417  # (5 × 4.00 + 5) / 6 = 4.1667
        assert rating.fold([a_review(1, ONE)]).overall(POLICY) == 350  # (5 × 4.00 + 1) / 6

    def test_many_reviews_outweigh_the_prior(self) -> None:
        assert rating.fold([a_review(number, ONE) for number in range(95)]).overall(POLICY) == 115

    def test_half_a_hundredth_is_rounded_up(self) -> None:
        seven = [a_review(number, MIXED, weight_percent=25) for number in range(12)]
        assert rating.fold(seven).of(Dimension.SAFETY, POLICY) == 363  # (20 + 3 × 3) / 8 = 3.625

    def test_each_dimension_has_its_own(self) -> None:
        told = rating.fold([a_review(1, MIXED)])

        assert [told.of(one, POLICY) for one in Dimension] == [400, 383, 367, 350]
        assert told.overall(POLICY) == 375

    def test_one_that_is_weighed_down_counts_less_and_stands_in_the_distribution(self) -> None:
        told = rating.fold([a_review(1, ONE, weight_percent=20)])
        nothing = rating.fold([a_review(1, ONE, weight_percent=0)])

        assert (told.overall(POLICY), told.count(Dimension.SAFETY, 1), told.reviews) == (388, 1, 1)
        assert (nothing.overall(POLICY), nothing.count(Dimension.SAFETY, 1)) == (400, 1)

    @given(some_reviews)
    def test_stays_between_one_and_five_stars(self, told: list[Review]) -> None:
        found = rating.fold(told)

        for one in (found.overall(POLICY), *(found.of(dimension, POLICY) for dimension in Dimension)):
            assert one is None or (100 <= one <= 500 and isinstance(one, int))


class TestDifference:
    @given(some_reviews, some_reviews)
    def test_added_up_is_the_fold_of_what_stands(self, before: list[Review], after: list[Review]) -> None:
        sums: dict[str, int] = {}
        for was, now in zip(before, after, strict=False):
            for one in (rating.difference(None, was), rating.difference(was, now)):
                sums = {name: sums.get(name, 0) + one.get(name, 0) for name in {*sums, *one}}

        stands = after[: min(len(before), len(after))]
        assert {name: told for name, told in sums.items() if told} == rating.fold(stands).sums
        assert set(sums) <= set(rating.names())

    def test_of_what_stays_is_nothing(self) -> None:
        assert rating.difference(a_review(), replace(a_review(), hidden_reason="")) == {}
        assert rating.difference(None, a_review(1, FIVE, hidden_reason="攻击")) == {}
