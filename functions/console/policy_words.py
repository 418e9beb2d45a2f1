"""The console's words for the policy's record."""

from collections.abc import Mapping

Both = tuple[str, str]

STANDINGS: Mapping[str, Both] = {
    "in_force": ("现行", "In force"),
    "coming": ("待施行", "Coming"),
    "past": ("已被替代", "Replaced"),
    "withdrawn": ("已撤销", "Withdrawn"),
}
STANDING_LEVELS: Mapping[str, str] = {"in_force": "calm", "coming": "yellow", "past": "grey", "withdrawn": "grey"}
SOURCE_LEVELS: Mapping[str, str] = {"rule": "calm", "practice": "grey", "assumed": "yellow"}
