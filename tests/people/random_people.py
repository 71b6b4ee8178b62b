"""People whose histories are drawn at random, small enough that every possible world can be built."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from tests.people.histories import Charge, Fact, History, span

BEGINNING, DAYS = date(2020, 1, 3), 50
WIDE = 2  # how many facts of a person have a long interval: the worlds multiply with each
KINDS = {
    "arrest": 24,
    "detention": 6,
    "in_custody": 12,
    "transfer": 3,
    "detention_extended": 4,
    "release": 20,
    "parole": 3,
    "bail": 2,
    "exchange": 3,
    "pardon": 2,
    "amnesty": 2,
    "term_served": 3,
    "house_arrest": 6,
    "left_country": 5,
    "exile": 2,
    "expulsion": 2,
    "returned": 5,
    "travel_ban": 5,
    "ban_lifted": 4,
    "sentence": 10,
    "acquittal": 5,
    "verdict_annulled": 2,
    "charges_dropped": 3,
    "appeal_decided": 3,
    "enforced_disappearance": 3,
    "abduction": 2,
    "imprisonment_unspecified": 4,
    "killing": 1,
    "death_in_custody": 2,
    "interrogation": 2,
}
STAGES = ("accused", "charged", "indicted", "convicted", "acquitted", "dropped", "unknown")
OUTCOMES = ("upheld", "reduced", "increased", "annulled", "retrial_ordered", "acquitted", "unknown")


def random_person(rng: Random) -> tuple[tuple[History, ...], str]:
    """The cases of a person, and the date of their death ("" if none is told)."""
    dates = Dates(rng)
    numbers = rng.choices((1, 2, 3), (6, 3, 1))[0]
    histories = tuple(random_history(rng, dates, 4 if numbers == 1 else 3) for _ in range(numbers))
    return histories, dates.stated() if rng.random() < 0.12 else ""


def random_day(rng: Random, histories: tuple[History, ...] = ()) -> date:
    """A day to ask about: often one that is recorded or next to it, else any, or a little before or after."""
    spans = [span(fact.date, fact.reported) for history in histories for fact in history.facts]
    recorded = [day for each in spans for day in (each.first, each.last) if day]
    if recorded and rng.random() < 0.5:
        return rng.choice(recorded) + timedelta(days=rng.choice((-1, 0, 0, 1)))
    return BEGINNING + timedelta(days=rng.randrange(-20, DAYS + 20))


def random_history(rng: Random, dates: "Dates", most: int) -> History:
    facts = [random_fact(rng, dates) for _ in range(rng.randint(1, most))]
    charges = [
        Charge(rng.choice(STAGES), dates.exact() if rng.random() < 0.7 else "")
        for _ in range(rng.choice((0, 0, 0, 1, 2)))
    ]
    return History(tuple(positioned(rng, facts)), tuple(charges))


def random_fact(rng: Random, dates: "Dates") -> Fact:
    kind = rng.choices(list(KINDS), list(KINDS.values()))[0]
    told = {"outcome": rng.choice(OUTCOMES)} if kind == "appeal_decided" else {}
    if kind == "sentence" or (kind == "appeal_decided" and rng.random() < 0.4):
        told |= random_term(rng)
    when = dates.any()
    reported = dates.day() if not when and rng.random() < 0.7 else None
    return Fact(kind, when, reported, **told)


def random_term(rng: Random) -> dict:
    """A term of days or of a month or two, suspended in part or whole; for life; of unknown length."""
    unit, most = rng.choice((("days", 15), ("days", 15), ("months", 2)))
    length = rng.randint(1, most)
    term = {f"term_{unit}": length}
    suspended = {f"suspended_{unit}": rng.randint(1, length)}
    return rng.choice(
        (term, term, term | suspended, term | {f"suspended_{unit}": length}, {"life": True}, {})
    )


def positioned(rng: Random, facts: list[Fact]) -> list[Fact]:
    """Often with positions. They contradict dates only between two facts: it is clear what to ignore."""
    if rng.random() < 0.6:
        return facts
    chosen = rng.sample(range(len(facts)), rng.randint(0, len(facts)))
    order = chosen if len(chosen) == 2 else sorted(chosen, key=lambda number: earliest(facts[number]))
    positions = {number: place for place, number in enumerate(order, 1)}
    return [Fact(**{**vars(fact), "position": positions.get(number)}) for number, fact in enumerate(facts)]


def earliest(fact: Fact) -> date:
    return span(fact.date).first or date.min


@dataclass
class Dates:
    """Dates for one person, most of them exact, not too many of them wide."""

    rng: Random
    wide: int = 0

    def any(self) -> str:
        if self.rng.random() < 0.12 and self._may_be_wide():
            return ""
        return self.stated()

    def stated(self) -> str:
        draw = self.rng.random()
        if draw < 0.2:
            return self.range()
        if draw < 0.36 and self._may_be_wide():
            return self.rng.choice((self.qualified, self.qualified, self.open, self.month))()
        return self.exact()

    def _may_be_wide(self) -> bool:
        self.wide += 1
        return self.wide <= WIDE

    def day(self) -> date:
        return BEGINNING + timedelta(days=self.rng.randrange(DAYS))

    def exact(self) -> str:
        return self.day().isoformat()

    def range(self) -> str:
        first = self.day()
        return f"{first}/{first + timedelta(days=self.rng.randint(1, 5))}"

    def qualified(self) -> str:
        mark = self.rng.choice("?~%")
        if self.rng.random() < 0.25:
            start, _, end = self.range().partition("/")
            return self.rng.choice((f"{start}{mark}/{end}", f"{start}/{end}{mark}"))
        return self.exact() + mark

    def open(self) -> str:
        return self.rng.choice((f"../{self.day()}", f"{self.day()}/.."))

    def month(self) -> str:
        return self.exact()[:7]
