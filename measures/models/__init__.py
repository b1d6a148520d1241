"""Second floor: the ten measures, ports and their returns, risk, the campaign, and the figures derived from events."""

from measures.models.derived import FoldState, Standing, Tally
from measures.models.prevention import PortCheck
from measures.models.reference import Campaign, Measure, Port
from measures.models.returns import Facilitation, Goods, Return
from measures.models.risk import AS_RECORDED, STATUS_OF, ProposalState, Risk, RiskLevel, RiskProposal

__all__ = [
    "AS_RECORDED",
    "STATUS_OF",
    "Campaign",
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
    "Standing",
    "Tally",
]
