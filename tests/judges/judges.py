"""Judges of the books who share no code with them, nor with one another: beancount, hledger, and a fold in SQL.

Each gives what it has against the books: "" is nothing.
"""

import re
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

HLEDGER = Path("/usr/bin/hledger")

# A posting, or a closing balance: there it says after "=" what the account's postings must add up to.
_POSTING = re.compile(r"    (?P<account>[^;]\S*)  (?P<amount>-?[\d.]+) CNY( = (?P<closing>-?[\d.]+) CNY)?")


def verdicts(folder: Path) -> dict[str, str]:
    """Every judge's word on the books in a folder, those of one district at one moment."""
    journals = sorted(folder.glob("*.journal"))
    return {
        "bean-check": bean_check(sorted(folder.glob("*.beancount"))),
        "hledger check": hledger_check(journals),
        "SQL": "\n".join(filter(None, map(sql_check, journals))),
    }


def bean_check(books: Sequence[Path]) -> str:
    """beancount's word on books of different schools."""
    # It takes one file from its command line: this one includes the others.
    including = "".join(f'include "{book.resolve()}"\n' for book in books)
    return _told([str(Path(sys.executable).parent / "bean-check"), "/dev/stdin"], including)


def hledger_check(books: Sequence[Path]) -> str:
    """hledger's word on books, each for itself; its strict checks and the order of dates included."""
    files = [word for book in books for word in ("-f", str(book))]
    return _told([str(HLEDGER), *files, "check", "--strict", "ordereddates"])


def sql_check(book: Path) -> str:
    """Every account's postings in hledger's language, summed up by SQLite, against what the book closes with."""
    with sqlite3.connect(":memory:") as database:
        database.execute("CREATE TABLE postings (account TEXT, fen INTEGER)")
        database.execute("CREATE TABLE closing (account TEXT PRIMARY KEY, fen INTEGER)")
        for line in book.read_text(encoding="utf-8").splitlines():
            if found := _POSTING.fullmatch(line):
                database.execute("INSERT INTO postings VALUES (?, ?)", (found["account"], _fen(found["amount"])))
                if found["closing"]:
                    database.execute("INSERT INTO closing VALUES (?, ?)", (found["account"], _fen(found["closing"])))
        different = database.execute(
            "SELECT account, sums.fen, closing.fen"
            " FROM (SELECT account, SUM(fen) AS fen FROM postings GROUP BY account) AS sums"
            " LEFT JOIN closing USING (account) WHERE closing.fen IS NOT sums.fen ORDER BY account"
        )
        return "\n".join(
            f"{account}: adds up to {fen} fen, closes with {closing}" for account, fen, closing in different
        )


def _fen(amount: str) -> int:
    return int(Decimal(amount).scaleb(2))


def _told(command: list[str], told: str = "") -> str:
    done = subprocess.run(command, input=told, capture_output=True, text=True, check=False)
    return (done.stdout + done.stderr).strip() or ("" if done.returncode == 0 else f"exit status {done.returncode}")
