"""All figures. A new one is a module with a `Figure`, and a line here."""

from .cases.census import Census
from .cases.concurrent import ConcurrentCases
from .overviews.coverage import Coverage
from .overviews.network import Network
from .overviews.search import Search
from .overviews.timeline import Timeline
from .representation import DialogueRepresentation
from .series import SeriesRepresentation
from .statements.claims import CaseClaims, DialogueClaims, PersonClaims, QuestionClaims

FIGURES = (
    *(DialogueRepresentation, SeriesRepresentation),
    *(ConcurrentCases, Census),
    *(DialogueClaims, PersonClaims, QuestionClaims, CaseClaims),
    Timeline,
    Network,
    Coverage,
    Search,
)
