"""Judges of the books who share no code with them: beancount, hledger, and a fold in SQL of what hledger has read."""

import csv
import io
import sqlite3
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

HLEDGER = Path("/usr/bin/hledger")


def bean_check(book: Path) -> str:
    """What beancount has against a book; nothing: ""."""
    return _told([str(Path(sys.executable).parent / "bean-check"), str(book)])


def hledger_check(book: Path) -> str:
    """What hledger has against a book, its strict checks and the order of dates included; nothing: ""."""
    return _told([str(HLEDGER), "-f", str(book), "check", "--strict", "ordereddates"])


def folded(book: Path) -> dict[str, int]:
    """Every account's balance in fen: the postings as hledger reads them, summed up by SQLite."""
    command = [str(HLEDGER), "-f", str(book), "print", "--ignore-assertions", "-O", "csv"]
    read = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    with sqlite3.connect(":memory:") as database:
        database.execute("CREATE TABLE postings (account TEXT, fen INTEGER)")
        database.executemany(
            "INSERT INTO postings VALUES (?, ?)",
            [(row["account"], int(Decimal(row["amount"]) * 100)) for row in csv.DictReader(io.StringIO(read))],
        )
        return dict(database.execute("SELECT account, SUM(fen) FROM postings GROUP BY account"))


def _told(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return (done.stdout + done.stderr).strip() or ("" if done.returncode == 0 else f"exit status {done.returncode}")
