"""A place on the map, as `latitude,longitude` in degrees of GCJ-02: what WeChat's map and its phones tell in China."""

import math
import re
from dataclasses import dataclass

from shared.kernel import errors

_TEXT = re.compile(r"(\d{1,2}\.\d{1,8}),(\d{2,3}\.\d{1,8})", re.ASCII)
_SOUTH, _NORTH, _WEST, _EAST = 3, 54, 73, 136  # China: the two told the wrong way round are refused
_EARTH_M = 6_371_000


class WrongPosition(errors.Invalid):
    code = "wrong_position"
    zh = "位置应为“纬度,经度”（GCJ-02，如 36.81770,118.30820），且在中国境内。"
    en = "A position is latitude,longitude in GCJ-02 (such as 36.81770,118.30820), and in China."


@dataclass(frozen=True)
class Position:
    """Degrees."""

    latitude: float
    longitude: float

    def __str__(self) -> str:
        """To the metre."""
        return f"{self.latitude:.5f},{self.longitude:.5f}"


def read(text: str, *, pointer: str) -> Position:
    """The position that a text tells. Raises WrongPosition at `pointer`."""
    told = _TEXT.fullmatch(text.strip())
    if told is None:
        raise WrongPosition(pointer=pointer)
    found = Position(float(told[1]), float(told[2]))
    if not (_SOUTH <= found.latitude <= _NORTH and _WEST <= found.longitude <= _EAST):
        raise WrongPosition(pointer=pointer)
    return found


def metres(one: Position, other: Position) -> int:
    """How far apart they are, as the crow flies (haversine), in whole metres."""
    up, along = (math.radians(other.latitude - one.latitude), math.radians(other.longitude - one.longitude))
    shrunk = math.cos(math.radians(one.latitude)) * math.cos(math.radians(other.latitude))
    half = math.sin(up / 2) ** 2 + shrunk * math.sin(along / 2) ** 2
    return round(2 * _EARTH_M * math.asin(math.sqrt(half)))
