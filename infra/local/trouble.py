"""What can be wrong with a local run, each said in one line."""

import os
import socket
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


def require_free(port: int, *, base: int | None = None) -> None:
    """Raise PortTaken unless `port` of 127.0.0.1 can be listened on. `base` is the district's first port."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise PortTaken(port=port, other=(base or port) + 100) from None


def free_ports(count: int) -> int:
    """The first of `count` neighbouring ports that are free. Tests of several processes don't look at the same ones."""
    lowest, highest = 21000, 32000
    own = lowest + os.getpid() * 97 % (highest - lowest - count)
    firsts: list[int] = [*range(own, highest - count, count), *range(lowest, own, count)]
    for first in firsts:
        try:
            for port in range(first, first + count):
                require_free(port)
        except PortTaken:
            continue
        return first
    raise PortTaken(port=lowest, other=highest)
