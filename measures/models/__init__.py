"""Second floor: the ten measures, ports and their returns, the campaign, and the figures derived from events."""

from measures.models.derived import FoldState, Standing, Tally
from measures.models.policy import AskedInVain, StillCurrent, Topic, Version
from measures.models.reference import Campaign, Measure, Port
from measures.models.returns import Facilitation, Goods, Return

__all__ = [
    "AskedInVain",
    "Campaign",
    "Facilitation",
    "FoldState",
    "Goods",
    "Measure",
    "Port",
    "Return",
    "Standing",
    "StillCurrent",
    "Tally",
    "Topic",
    "Version",
]
