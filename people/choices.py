"""Vocabularies of people, organizations and cases."""

from tracker.records.values.codes.vocabularies import Code, Vocabulary, cameo, ftm, huridocs


class Gender(Vocabulary):
    """As sources say; never guessed from a name."""

    FEMALE = "female", huridocs(39, "02"), "Female"
    MALE = "male", huridocs(39, "01"), "Male"
    OTHER = "other", "Other"
    UNKNOWN = "unknown", huridocs(39, "99"), "Unknown"


class PublishingBasis(Vocabulary):
    PUBLISHED_SOURCE = "published_source", "Already named in a published source"
    CONSENT = "consent", "The person consented"
    PUBLIC_INTEREST = "public_interest", "Public interest"


class ConsentScope(Vocabulary):
    """What a person allows us to publish. All but the first two name one of the person's lists."""

    ALL = "all", "Everything"
    NAME = "name", "The name"
    OCCUPATIONS = "occupations", "The occupations"
    AFFILIATIONS = "affiliations", "The affiliations"
    PARTICIPATIONS = "participations", "The participations"


class ConsentForm(Vocabulary):
    WRITTEN = "written", "In writing"
    ORAL = "oral", "Orally"
    THROUGH_SOMEBODY = "through_somebody", "Through another person"
    OTHER = "other", "Other"


class OrganizationClassification(Vocabulary):
    """Neutral. Who owns or influences an organization is recorded as an assessment."""

    NGO = "ngo", "Non-governmental organization"
    THINK_TANK = "think_tank", "Think tank"
    NEWS_AGENCY = "news_agency", "News agency"
    BROADCASTER = "broadcaster", "Broadcaster"
    NEWSPAPER = "newspaper", "Newspaper"
    ONLINE_OUTLET = "online_outlet", "Online outlet"
    UNIVERSITY = "university", "University"
    GOVERNMENT_BODY = "government_body", ftm("gov"), "Government body"
    PARLIAMENT = "parliament", ftm("gov.legislative"), "Parliament"
    PARTY = "party", ftm("pol.party"), "Political party"
    COURT = "court", ftm("gov.judicial"), "Court"
    PROSECUTION = "prosecution", "Prosecution"
    POLICE = "police", "Police"
    SECURITY_SERVICE = "security_service", ftm("gov.security"), "Security service"
    PRISON = "prison", "Prison"
    IGO = "igo", ftm("gov.igo"), "Intergovernmental organization"
    FOREIGN_MISSION = "foreign_mission", "Embassy or other foreign mission"
    MEDIATOR_ORGANIZATION = "mediator_organization", "Mediating organization"
    DONOR = "donor", "Donor"
    INITIATIVE = "initiative", "Initiative"
    INFORMAL_GROUP = "informal_group", "Informal group"
    OTHER = "other", "Other"
    UNKNOWN = "unknown", "Unknown"


class NameKind(Vocabulary):
    ALTERNATE = "alternate", "Alternate"
    FORMER = "former", "Former"
    BIRTH = "birth", "Name at birth"
    PSEUDONYM = "pseudonym", "Pseudonym"
    TRANSLITERATION = "transliteration", "Transliteration"
    MISSPELLING = "misspelling", "Misspelling"


class OccupationKind(Vocabulary):
    """What a person does, as a source says; never guessed from what they wrote or where they belong."""

    JOURNALIST = "journalist", ftm("role.journo"), "Journalist"
    BLOGGER = "blogger", "Blogger"
    WRITER = "writer", "Writer"
    ARTIST = "artist", "Artist"
    SCHOLAR = "scholar", "Scholar or researcher"
    ANALYST = "analyst", "Analyst"
    TEACHER = "teacher", "Teacher"
    STUDENT = "student", "Student"
    LAWYER = "lawyer", ftm("role.lawyer"), "Lawyer"
    JUDGE = "judge", ftm("role.judge"), "Judge"
    ACTIVIST = "activist", ftm("role.act"), "Activist"
    HUMAN_RIGHTS_DEFENDER = "human_rights_defender", "Human rights defender"
    POLITICIAN = "politician", ftm("role.pol"), "Politician"
    OFFICIAL = "official", "Official"
    DIPLOMAT = "diplomat", ftm("role.diplo"), "Diplomat"
    MILITARY = "military", ftm("mil"), "Member of the armed forces"
    CLERIC = "cleric", "Member of the clergy"
    PHYSICIAN = "physician", "Physician"
    BUSINESSPERSON = "businessperson", "Businessperson"
    WORKER = "worker", "Worker"
    OTHER = "other", "Other"
    UNKNOWN = "unknown", "Unknown"


class ChargeStage(Vocabulary):
    """How far a charge has progressed. Someone who is only accused has not been charged."""

    ACCUSED = "accused", cameo("112"), "Accused"
    CHARGED = "charged", "Charged"
    INDICTED = "indicted", "Indicted"
    CONVICTED = "convicted", cameo("116"), "Convicted"
    ACQUITTED = "acquitted", "Acquitted"
    DROPPED = "dropped", "Charge dropped"
    UNKNOWN = "unknown", "Unknown"


class Offence(Vocabulary):
    """What the authorities call the offense. The provision and the wording are in fields of their own."""

    TREASON = "treason", "Treason"
    ESPIONAGE = "espionage", "Espionage"
    STATE_SECRETS = "state_secrets", "Disclosure of state secrets"
    SEIZURE_OF_POWER = "seizure_of_power", "Seizure of power or overthrow"
    TERRORISM = "terrorism", "Terrorism"
    EXTREMISM = "extremism", "Extremism"
    SEPARATISM = "separatism", "Separatism"
    INCITEMENT = "incitement", "Incitement to hatred or violence"
    FALSE_INFORMATION = "false_information", "Spreading of false information"
    DEFAMATION = "defamation", "Defamation or insult"
    UNLAWFUL_ASSEMBLY = "unlawful_assembly", "Unlawful assembly or riot"
    HOOLIGANISM = "hooliganism", "Hooliganism"
    RESISTING_POLICE = "resisting_police", "Resisting or disobeying the police"
    ILLEGAL_BORDER_CROSSING = "illegal_border_crossing", "Illegal crossing of a border"
    FOREIGN_FUNDING = "foreign_funding", "Unlawful foreign funding"
    SMUGGLING = "smuggling", "Smuggling"
    MONEY_LAUNDERING = "money_laundering", "Money laundering"
    TAX_EVASION = "tax_evasion", "Tax evasion"
    ILLEGAL_BUSINESS = "illegal_business", "Illegal business"
    FRAUD = "fraud", "Fraud or forgery"
    EXTORTION = "extortion", "Extortion"
    ABUSE_OF_OFFICE = "abuse_of_office", "Abuse of office"
    DRUGS = "drugs", "Drug offense"
    WEAPONS = "weapons", "Weapons offense"
    EVASION_OF_SERVICE = "evasion_of_service", "Evasion of military service"
    OTHER = "other", "Other"
    UNKNOWN = "unknown", "Unknown"


class ImpugnedActivity(Vocabulary):
    """What sources say the person is really prosecuted for."""

    PEACE_ADVOCACY = "peace_advocacy", "Peace advocacy"
    CROSS_BORDER_CONTACT = "cross_border_contact", "Contact across the conflict line"
    JOURNALISM = "journalism", "Journalism"
    CRITICISM = "criticism", "Criticism of the authorities"
    HUMAN_RIGHTS_WORK = "human_rights_work", "Human rights work"
    LEGAL_DEFENSE = "legal_defense", "Legal defense of others"
    RESEARCH = "research", "Research or teaching"
    POLITICAL_ACTIVITY = "political_activity", "Political activity"
    PROTEST = "protest", "Protest"
    ANTI_CORRUPTION_WORK = "anti_corruption_work", "Work against corruption"
    LABOR_ORGANIZING = "labor_organizing", "Labor organizing"
    RELIGIOUS_ACTIVITY = "religious_activity", "Religious activity"
    ARTISTIC_WORK = "artistic_work", "Artistic work"
    CONSCIENTIOUS_OBJECTION = "conscientious_objection", "Conscientious objection"
    OTHER = "other", "Other"
    UNKNOWN = "unknown", "Unknown"


class CaseEventKind(Vocabulary):
    """What happened in a case. A code is the HURIDOCS term for the act and does not call it unlawful."""

    SEARCH = "search", "Search"
    SUMMONS = "summons", "Summons"
    ARREST = "arrest", huridocs(4, "030101"), "Arrest"
    DETENTION = "detention", huridocs(4, "030102"), "Detention"
    IN_CUSTODY = "in_custody", "Reported in custody"
    DETENTION_EXTENDED = "detention_extended", "Detention extended"
    TRANSFER = "transfer", "Transfer to another place of detention"
    HOUSE_ARREST = "house_arrest", huridocs(4, "030105"), "House arrest"
    TRAVEL_BAN = "travel_ban", huridocs(4, "050106"), "Travel ban"
    BAN_LIFTED = "ban_lifted", "Travel ban lifted"
    ENTRY_BAN = "entry_ban", "Ban on entering the country"
    CHARGE = "charge", "Charge"
    HEARING = "hearing", "Hearing"
    TRIAL = "trial", "Trial"
    CONVICTION = "conviction", cameo("116"), "Conviction"
    SENTENCE = "sentence", "Sentence"
    APPEAL_FILED = "appeal_filed", "Appeal filed"
    APPEAL_DECIDED = "appeal_decided", "Appeal decided"
    ACQUITTAL = "acquittal", "Acquittal"
    VERDICT_ANNULLED = "verdict_annulled", "Verdict annulled"
    RETRIAL_ORDERED = "retrial_ordered", "New trial ordered"
    CHARGES_DROPPED = "charges_dropped", "Charges dropped"
    SENTENCE_REDUCED = "sentence_reduced", "Sentence reduced"
    FINE = "fine", "Fine"
    CONFISCATION = "confiscation", huridocs(4, "130107"), "Confiscation of property"
    RELEASE = "release", cameo("0841"), "Release"
    BAIL = "bail", "Release on bail"
    PAROLE = "parole", "Release on parole"
    TERM_SERVED = "term_served", "End of the full term"
    PARDON = "pardon", "Pardon"
    AMNESTY = "amnesty", "Release by an amnesty"
    EXCHANGE = "exchange", "Exchange of prisoners"
    IMPRISONMENT_UNSPECIFIED = "imprisonment_unspecified", huridocs(4, "030102"), "Time in prison"
    LEFT_COUNTRY = "left_country", "Left the country"
    EXILE = "exile", huridocs(4, "050102"), "Exile"
    EXPULSION = "expulsion", huridocs(4, "330101"), "Expulsion or deportation"
    RETURNED = "returned", "Returned to the country"
    DEPRIVATION_OF_CITIZENSHIP = "deprivation_of_citizenship", "Deprivation of citizenship"
    DISMISSAL = "dismissal", "Dismissal from work"
    CLOSURE = "closure", "Closure of an organization or outlet"
    SURVEILLANCE = "surveillance", huridocs(4, "02010303"), "Surveillance"
    SMEAR_CAMPAIGN = "smear_campaign", huridocs(4, "140101"), "Smear campaign"
    THREAT = "threat", "Threat"
    ASSAULT = "assault", huridocs(4, "020101"), "Physical assault"
    TORTURE = "torture", huridocs(4, "02011111"), "Torture"
    ENFORCED_DISAPPEARANCE = "enforced_disappearance", huridocs(4, "030103"), "Enforced disappearance"
    ABDUCTION = "abduction", huridocs(4, "030104"), "Abduction"
    HEALTH = "health", "Health"
    KILLING = "killing", "Killing"
    DEATH_IN_CUSTODY = "death_in_custody", huridocs(4, "01010601"), "Death in custody"
    OTHER = "other", "Other"


class AppealOutcome(Vocabulary):
    """What the appeal court did with the judgment."""

    UPHELD = "upheld", "Upheld"
    REDUCED = "reduced", "Sentence reduced"
    INCREASED = "increased", "Sentence increased"
    ANNULLED = "annulled", "Annulled"
    RETRIAL_ORDERED = "retrial_ordered", "New trial ordered"
    ACQUITTED = "acquitted", "Acquitted"
    UNKNOWN = "unknown", "Unknown"


class CaseActorRole(Vocabulary):
    ARRESTING_AUTHORITY = "arresting_authority", "Arresting authority"
    INVESTIGATOR = "investigator", "Investigator"
    PROSECUTOR = "prosecutor", "Prosecutor"
    COURT = "court", "Court"
    JUDGE = "judge", "Judge"
    PRISON = "prison", "Prison"
    LAWYER = "lawyer", huridocs(21, "01060201"), "Lawyer"
    MONITOR = "monitor", "Monitor"
    OTHER = "other", "Other"
    UNKNOWN = "unknown", "Unknown"


class CaseRelationKind(Vocabulary):
    """How a case relates to another: same trial, later case, or appeal."""

    SAME_TRIAL = "same_trial", "Same trial"
    FOLLOWS = "follows", huridocs(22, "22"), "Follows"
    APPEAL_OF = "appeal_of", "Appeal of"


class RecognitionKind(Vocabulary):
    POLITICAL_PRISONER_LIST = "political_prisoner_list", "List of political prisoners"
    PRISONER_OF_CONSCIENCE = "prisoner_of_conscience", "Prisoner of conscience"
    WGAD_OPINION = "wgad_opinion", "Opinion of the UN Working Group on Arbitrary Detention"
    COURT_JUDGMENT = "court_judgment", "Judgment of an international court"
    RESOLUTION = "resolution", "Resolution"
    APPEAL = "appeal", "Appeal"
    OTHER = "other", "Other"


class WgadCategory(Vocabulary):
    """What the UN Working Group on Arbitrary Detention found."""

    CATEGORY_I = "category_i", Code("wgad", "I"), "I: no legal basis"
    CATEGORY_II = "category_ii", Code("wgad", "II"), "II: exercise of protected rights"
    CATEGORY_III = "category_iii", Code("wgad", "III"), "III: grave violations of the right to a fair trial"
    CATEGORY_IV = "category_iv", Code("wgad", "IV"), "IV: prolonged custody of migrants or refugees"
    CATEGORY_V = "category_v", Code("wgad", "V"), "V: discrimination"
    NO_CATEGORY = "no_category", "Arbitrary, without category"
    NOT_ARBITRARY = "not_arbitrary", "Not arbitrary"
    NO_DECISION = "no_decision", "No decision yet"


class Active(Vocabulary):
    """Whether an affiliation existed on a day."""

    CERTAIN = "certain", "Certain: the dates prove it"
    ATTESTED = "attested", "Attested: a source confirms it, at the given distance in days"
    POSSIBLE = "possible", "Possible: nothing excludes it"
    NO = "no", "No: the dates exclude it"


class Open(Vocabulary):
    """Whether a case was open on a day."""

    CERTAIN = "certain", "Certain: it had begun, and no known event had ended it"
    POSSIBLE = "possible", "Possible: nothing excludes it"
    UNDATED = "undated", "Undated: no fact of the case has a date"
    NO = "no", "No: it had not begun, or it had ended"


# The answers about a person on a day, from weakest to strongest. The order decides when answers differ:
# a person with several cases gets the strongest answer, and so does a period of several days.


class Custody(Vocabulary):
    """Whether a person was in prison, pre-trial detention or police custody. House arrest is separate."""

    NOT_RECORDED = "not_recorded", "Not recorded: no fact mentions custody around that day"
    NOT_HELD = (
        "not_held",
        "Not held: a recorded fact ended or excluded it, and nothing is recorded after that",
    )
    UNDATED = "undated", "Undated: held at some time, but no source says when"
    POSSIBLY = "possibly", "Possibly held: the facts neither confirm nor exclude it"
    HELD_WHEN_LAST_REPORTED = (
        "held_when_last_reported",
        "Held when last reported: no end is recorded, and no later fact confirms it",
    )
    HELD = "held", "Held: a later fact confirms it, or a fact is dated this day"


class InForce(Vocabulary):
    """Whether a house arrest or a travel ban was in force."""

    NOT_RECORDED = "not_recorded", "Not recorded: no fact mentions it around that day"
    NOT_IN_FORCE = (
        "not_in_force",
        "Not in force: a recorded fact ended or excluded it, and nothing is recorded after that",
    )
    UNDATED = "undated", "Undated: in force at some time, but no source says when"
    POSSIBLY = "possibly", "Possibly in force: the facts neither confirm nor exclude it"
    IN_FORCE_WHEN_LAST_REPORTED = (
        "in_force_when_last_reported",
        "In force when last reported: no end is recorded, and no later fact confirms it",
    )
    IN_FORCE = "in_force", "In force: a later fact confirms it, or a fact is dated this day"


class Abroad(Vocabulary):
    """Whether a person was abroad after leaving or being expelled."""

    NOT_RECORDED = "not_recorded", "Not recorded: no fact mentions it around that day"
    NOT_ABROAD = "not_abroad", "Not abroad: a return is recorded, and nothing after it"
    UNDATED = "undated", "Undated: abroad at some time, but no source says when"
    POSSIBLY = "possibly", "Possibly abroad: the facts neither confirm nor exclude it"
    ABROAD_WHEN_LAST_REPORTED = (
        "abroad_when_last_reported",
        "Abroad when last reported: no return is recorded, and no later fact confirms it",
    )
    ABROAD = "abroad", "Abroad: a later fact confirms it, or a fact is dated this day"
