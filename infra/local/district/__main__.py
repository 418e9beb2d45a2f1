"""Prints the generated district."""

from infra.local.district import generate
from shared.kernel import money


def main() -> None:
    """One line a school, one a class, and the sums."""
    data = generate()
    for school in data.schools:
        institution = school.institution
        print(f"{institution.name}  {institution.credit_code}  {institution.licence_no}")
        for one in school.classes:
            course, offering = one.course, one.offering
            taken = sum(plan.taken is one for plan in data.plans)
            print(
                f"  {offering.name}  {money.text(course.price_fen)} / {course.lessons} 课时  {offering.times}  "
                f"{offering.starts_on} – {offering.ends_on}  {taken}/{offering.seats}"
            )
    lessons = sum(plan.taken.course.lessons - len(plan.missed) for plan in data.plans)
    print(f"{len(data.schools)} 所机构，{len(data.families)} 个家庭，{len(data.plans)} 笔报名，{lessons} 课时")


if __name__ == "__main__":
    main()
