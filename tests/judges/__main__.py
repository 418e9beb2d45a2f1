"""Lets every judge look at the books in a folder: python -m tests.judges dist/books"""

import sys
from pathlib import Path

from tests.judges import judges


def main() -> int:
    """The exit status is 0 when there are books and nobody has anything against them."""
    folder = Path(sys.argv[1])
    told = {book: judges.bean_check(book) for book in sorted(folder.glob("*.beancount"))}
    told |= {book: judges.hledger_check(book) for book in sorted(folder.glob("*.journal"))}
    for book, found in told.items():
        if found:
            sys.stdout.write(f"{book}:\n{found}\n")
    refused = sum(map(bool, told.values()))
    sys.stdout.write(f"{len(told)} books, {refused} refused\n")
    return 0 if told and not refused else 1


if __name__ == "__main__":
    sys.exit(main())
