"""What can be wrong with a local run, each said in one line."""

import os
import socket
from argparse import ArgumentTypeError
from typing import ClassVar


class Trouble(Exception):
    """The district can't run, or can't do what was asked. `str` is one line, Chinese first."""

    zh: ClassVar[str]
    en: ClassVar[str]

    def __init__(self, **figures: object) -> None:
        super().__init__(f"{self.zh.format(**figures)} · {self.en.format(**figures)}")


class PortTaken(Trouble):
    zh = "端口 {port} 已被其他程序占用，请关闭它，或另选端口：make run PORT={other}"
    en = "port {port} is taken by another program; stop it, or choose another: make run PORT={other}"


def port(text: str) -> int:
    """A district's first port, for argparse. Raises ArgumentTypeError."""
    if not text.isascii() or not text.isdigit() or not 1024 <= int(text) <= 65_000:
        raise ArgumentTypeError(f"PORT 应为 1024 至 65000 的数字 · PORT is a number from 1024 to 65000, not {text!r}")
    return int(text)


def require_free(number: int, *, base: int | None = None) -> None:
    """Raise PortTaken unless port `number` of 127.0.0.1 can be listened on. `base` is the district's first port."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", number))
        except OSError:
            raise PortTaken(port=number, other=(base or number) + 100) from None


def free_ports(count: int) -> int:
    """The first of `count` neighbouring ports that are free. Tests of several processes don't look at the same ones."""
    lowest, highest = 21000, 32000
    own = lowest + os.getpid() * 97 % (highest - lowest - count)
    firsts: list[int] = [*range(own, highest - count, count), *range(lowest, own, count)]
    for first in firsts:
        try:
            for number in range(first, first + count):
                require_free(number)
        except PortTaken:
            continue
        return first
    raise PortTaken(port=lowest, other=highest)
