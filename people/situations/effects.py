"""What each kind of event does to the person of the case: one row for every kind."""

from enum import Enum
from typing import NamedTuple

from people.choices import AppealOutcome, CaseEventKind

TRACKS = ("custody", "house_arrest", "travel_ban", "abroad")


class Effect(Enum):
    """What an event says about one track: custody, house arrest, travel ban, or stay abroad."""

    NOTHING = "says nothing"
    BEGINS = "begins"
    CONFIRMS = "confirms, and so presupposes a beginning"
    ENDS = "ends, and so presupposes a beginning"
    STOPS = "ends, presupposes nothing"
    ENDS_RECORDED = "ends what is recorded and has not ended, else says nothing"
    MAY_BEGIN = "possibly begins"
    UNSETTLES = "leaves open what was so until now"
    SENTENCES = "possible from then on, if nothing else is recorded"
    SUSPENDS = "a sentence that leaves open what was so until now"


class Effects(NamedTuple):
    custody: Effect = Effect.NOTHING
    house_arrest: Effect = Effect.NOTHING
    travel_ban: Effect = Effect.NOTHING
    abroad: Effect = Effect.NOTHING


_NOTHING = Effects()
_HELD = Effects(Effect.BEGINS, Effect.STOPS)
_SEEN_HELD = Effects(Effect.CONFIRMS, Effect.STOPS)
_RELEASED = Effects(Effect.ENDS, Effect.ENDS)
_FREED = Effects(Effect.ENDS_RECORDED, Effect.ENDS)
_OUT_OF_THE_COUNTRY = Effects(Effect.STOPS, Effect.STOPS, Effect.STOPS, Effect.BEGINS)
_VANISHED = Effects(Effect.MAY_BEGIN)
_CLEARED = Effects(Effect.UNSETTLES)
_DEAD = Effects(Effect.STOPS, Effect.STOPS, Effect.STOPS, Effect.STOPS)

EFFECTS = {
    CaseEventKind.SEARCH: _NOTHING,
    CaseEventKind.SUMMONS: _NOTHING,
    CaseEventKind.ARREST: _HELD,
    CaseEventKind.DETENTION: _HELD,
    CaseEventKind.IN_CUSTODY: _SEEN_HELD,
    CaseEventKind.DETENTION_EXTENDED: Effects(Effect.CONFIRMS, Effect.CONFIRMS),
    CaseEventKind.TRANSFER: _SEEN_HELD,
    CaseEventKind.HOUSE_ARREST: Effects(Effect.STOPS, Effect.BEGINS),
    CaseEventKind.TRAVEL_BAN: Effects(travel_ban=Effect.BEGINS),
    CaseEventKind.BAN_LIFTED: Effects(travel_ban=Effect.ENDS),
    CaseEventKind.CHARGE: _NOTHING,
    CaseEventKind.HEARING: _NOTHING,
    CaseEventKind.TRIAL: _NOTHING,
    CaseEventKind.CONVICTION: _NOTHING,
    CaseEventKind.SENTENCE: Effects(Effect.SENTENCES),
    CaseEventKind.ACQUITTAL: _CLEARED,
    CaseEventKind.VERDICT_ANNULLED: _CLEARED,
    CaseEventKind.RETRIAL_ORDERED: _NOTHING,
    CaseEventKind.CHARGES_DROPPED: _CLEARED,
    CaseEventKind.APPEAL_FILED: _NOTHING,
    CaseEventKind.APPEAL_DECIDED: _NOTHING,  # but see OUTCOMES
    CaseEventKind.SENTENCE_REDUCED: _NOTHING,
    CaseEventKind.RELEASE: _RELEASED,
    CaseEventKind.PAROLE: _RELEASED,
    CaseEventKind.BAIL: _RELEASED,
    CaseEventKind.TERM_SERVED: _FREED,
    CaseEventKind.PARDON: _FREED,
    CaseEventKind.AMNESTY: _FREED,
    CaseEventKind.EXCHANGE: Effects(Effect.ENDS, Effect.STOPS, Effect.STOPS),
    CaseEventKind.IMPRISONMENT_UNSPECIFIED: _NOTHING,  # only within its date: neither begins nor ends
    CaseEventKind.ENFORCED_DISAPPEARANCE: _VANISHED,
    CaseEventKind.ABDUCTION: _VANISHED,
    CaseEventKind.LEFT_COUNTRY: _OUT_OF_THE_COUNTRY,
    CaseEventKind.EXILE: _OUT_OF_THE_COUNTRY,
    CaseEventKind.EXPULSION: _OUT_OF_THE_COUNTRY,
    CaseEventKind.RETURNED: Effects(abroad=Effect.ENDS),
    CaseEventKind.ENTRY_BAN: _NOTHING,
    CaseEventKind.DEPRIVATION_OF_CITIZENSHIP: _NOTHING,
    CaseEventKind.DISMISSAL: _NOTHING,
    CaseEventKind.FINE: _NOTHING,
    CaseEventKind.THREAT: _NOTHING,
    CaseEventKind.ASSAULT: _NOTHING,
    CaseEventKind.TORTURE: _NOTHING,
    CaseEventKind.CONFISCATION: _NOTHING,
    CaseEventKind.CLOSURE: _NOTHING,
    CaseEventKind.SURVEILLANCE: _NOTHING,
    CaseEventKind.SMEAR_CAMPAIGN: _NOTHING,
    CaseEventKind.HEALTH: _NOTHING,
    CaseEventKind.KILLING: _DEAD,
    CaseEventKind.DEATH_IN_CUSTODY: _DEAD._replace(custody=Effect.ENDS),
    CaseEventKind.OTHER: _NOTHING,
}
DEATH = _DEAD  # of the person, in whichever case

# What an appeal decided.
OUTCOMES = {
    AppealOutcome.ACQUITTED: _CLEARED,
    AppealOutcome.ANNULLED: _CLEARED,
    AppealOutcome.RETRIAL_ORDERED: _CLEARED,
}

# For a person under house arrest, these are about the house arrest and not about custody.
SPEAKS_OF_HOUSE_ARREST = {
    CaseEventKind.DETENTION_EXTENDED,
    CaseEventKind.RELEASE,
    CaseEventKind.PAROLE,
    CaseEventKind.BAIL,
    CaseEventKind.TERM_SERVED,
    CaseEventKind.PARDON,
    CaseEventKind.AMNESTY,
}

EXITS = {CaseEventKind.LEFT_COUNTRY, CaseEventKind.EXILE, CaseEventKind.EXPULSION}
DEATHS = {CaseEventKind.KILLING, CaseEventKind.DEATH_IN_CUSTODY}
# In the person's other cases, these end what is recorded there.
ENDS_ELSEWHERE = {*EXITS, *DEATHS, CaseEventKind.EXCHANGE}
# In the person's other cases, these make custody uncertain from then on.
UNSETTLES_ELSEWHERE = {
    CaseEventKind.RELEASE,
    CaseEventKind.PAROLE,
    CaseEventKind.BAIL,
    CaseEventKind.PARDON,
    CaseEventKind.AMNESTY,
    CaseEventKind.TERM_SERVED,
}

# What ends a case. A conviction or an ordinary release does not.
ENDS_CASE = {
    CaseEventKind.ACQUITTAL,
    CaseEventKind.CHARGES_DROPPED,
    CaseEventKind.PARDON,
    CaseEventKind.AMNESTY,
    CaseEventKind.EXCHANGE,
    CaseEventKind.TERM_SERVED,
    *DEATHS,
}
# What shows that a case continues; after its end, that it may have been opened again.
PURSUES_CASE = {
    CaseEventKind.SEARCH,
    CaseEventKind.SUMMONS,
    CaseEventKind.ARREST,
    CaseEventKind.DETENTION,
    CaseEventKind.IN_CUSTODY,
    CaseEventKind.DETENTION_EXTENDED,
    CaseEventKind.TRANSFER,
    CaseEventKind.HOUSE_ARREST,
    CaseEventKind.TRAVEL_BAN,
    CaseEventKind.CHARGE,
    CaseEventKind.HEARING,
    CaseEventKind.TRIAL,
    CaseEventKind.CONVICTION,
    CaseEventKind.SENTENCE,
    CaseEventKind.VERDICT_ANNULLED,
    CaseEventKind.RETRIAL_ORDERED,
    CaseEventKind.APPEAL_FILED,
}

# What shows that the person is in custody.
SHOW_CUSTODY = [kind for kind, does in EFFECTS.items() if does.custody in (Effect.BEGINS, Effect.CONFIRMS)]
# A person with one of these was in custody at some time, even if its beginning is not recorded.
IMPLY_CUSTODY = [
    kind
    for kind, does in EFFECTS.items()
    if does.custody in (Effect.BEGINS, Effect.CONFIRMS, Effect.ENDS, Effect.MAY_BEGIN)
    or kind in (CaseEventKind.TERM_SERVED, CaseEventKind.IMPRISONMENT_UNSPECIFIED)
]
