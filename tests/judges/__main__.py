"""Lets every judge look at the books in a folder, a line each: python -m tests.judges dist/books"""

import sys
from pathlib import Path

from tests.judges import judges


def main() -> int:
    """The exit status is 0 when there are books and nobody has anything against them."""
    folder = Path(sys.argv[1])
    told = judges.verdicts(folder)
    for judge, found in told.items():
        sys.stdout.write(f"{judge}: {found or 'accepted'}\n")
    books = len(list(folder.glob("*.journal")))
    sys.stdout.write(f"{books} books\n")
    return 0 if books and not any(told.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
