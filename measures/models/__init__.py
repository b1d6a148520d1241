"""Second floor: the ten measures, ports and their returns, risk, the campaign, and the figures derived from events."""

from measures.models.bulletin import Bulletin, BulletinState, Correction
from measures.models.derived import FoldState, Standing, Tally
from measures.models.policy import AskedInVain, StillCurrent, Topic, Version
from measures.models.prevention import PortCheck
from measures.models.reference import Campaign, Measure, Port
from measures.models.returns import Facilitation, Goods, Return, SignOff
from measures.models.risk import AS_RECORDED, STATUS_OF, ProposalState, Risk, RiskLevel, RiskProposal
from measures.models.steering import Alert, Target, Threshold

__all__ = [
    "AS_RECORDED",
    "STATUS_OF",
    "Alert",
    "AskedInVain",
    "Bulletin",
    "BulletinState",
    "Campaign",
    "Correction",
    "Facilitation",
    "FoldState",
    "Goods",
    "Measure",
    "Port",
    "PortCheck",
    "ProposalState",
    "Return",
    "Risk",
    "RiskLevel",
    "RiskProposal",
    "SignOff",
    "Standing",
    "StillCurrent",
    "Tally",
    "Target",
    "Threshold",
    "Topic",
    "Version",
]
