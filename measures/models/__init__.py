"""Second floor: the ten measures, ports and their returns, the campaign, and the figures derived from events."""

from measures.models.bulletin import Bulletin, BulletinState, Correction
from measures.models.derived import FoldState, Standing, Tally
from measures.models.policy import AskedInVain, StillCurrent, Topic, Version
from measures.models.reference import Campaign, Measure, Port
from measures.models.returns import Facilitation, Goods, Return, SignOff
from measures.models.steering import Alert, Target, Threshold

__all__ = [
    "Alert",
    "Bulletin",
    "BulletinState",
    "AskedInVain",
    "Campaign",
    "Correction",
    "Facilitation",
    "FoldState",
    "Goods",
    "Measure",
    "Port",
    "Return",
    "SignOff",
    "Standing",
    "StillCurrent",
    "Tally",
    "Target",
    "Threshold",
    "Topic",
    "Version",
]
