"""The pages about who says what: of a dialogue, a person, a case, and side by side on a question."""

from dialogues.api.views import DialogueViewSet, QuestionViewSet
from people.api.views import CaseViewSet, PersonViewSet
from tracker.figures.statements.claims import CaseClaims, DialogueClaims, PersonClaims, QuestionClaims

from .base import FigurePage

MOST_CLAIMS = 40  # of one list, on one page


class ClaimsPage(FigurePage):
    """The base of these pages: statements side by side, those of one speaker below each other."""

    title = "Who says what"
    template = "site/figures/claims.html"
    headings = {"about": "What is said"}  # {a list of the figure: its heading}

    def shown(self, found, given):
        return {
            "lists": [
                {
                    "heading": heading,
                    "total": found["total"][name],
                    "more": max(0, found["total"][name]["count"] - MOST_CLAIMS),
                    "speakers": by_speaker(found[name][:MOST_CLAIMS]),
                }
                for name, heading in self.headings.items()
            ],
            "unanswered": [
                {"count": one["count"], "url": one["url"], "one": nouns[0], "many": nouns[1]}
                for one, nouns in ((found["without_answer"][name], nouns) for name, nouns in NOUNS.items())
                if one["count"]
            ],
        }


NOUNS = {
    "statements": ("statement that judges someone", "statements that judge someone"),
    "questions": ("question", "questions"),
    "assessments": ("judgment", "judgments"),
    "cases": ("case", "cases"),
}


def by_speaker(claims):
    """[{speakers, claims}] in the order in which they first spoke, as far as it is known."""
    found = {}
    for claim in claims:
        found.setdefault(tuple(claim["said_by"]), []).append(claim)
    return [{"speakers": rows[0]["speakers"], "claims": rows} for rows in found.values()]


class DialogueClaimsPage(ClaimsPage):
    figure, view = DialogueClaims, DialogueViewSet
    headings = {"about": "About this dialogue"}


class PersonClaimsPage(ClaimsPage):
    figure, view = PersonClaims, PersonViewSet
    headings = {"about": "About this person", "by": "By this person"}


class QuestionClaimsPage(ClaimsPage):
    figure, view = QuestionClaims, QuestionViewSet
    title = "Who takes which position"
    headings = {"about": "Positions, side by side"}


class CaseClaimsPage(ClaimsPage):
    figure, view = CaseClaims, CaseViewSet
    headings = {"about": "About this case and its events"}


CLAIMS_PAGES = [DialogueClaimsPage, PersonClaimsPage, QuestionClaimsPage, CaseClaimsPage]
