"""Vocabularies of dialogues, participation, assessments, statements and context."""

from tracker.records.values.codes.vocabularies import Vocabulary, cameo, ftm


class DialogueClassification(Vocabulary):
    MEETING = "meeting", "Meeting"
    VISIT = "visit", cameo("042"), "Visit"
    FORUM = "forum", "Forum"
    SUMMIT = "summit", "Summit"
    CONFERENCE = "conference", "Conference"
    ROUND_TABLE = "round_table", "Round table"
    WORKSHOP = "workshop", "Workshop"
    TRAINING = "training", "Training"
    CAMP = "camp", "Camp"
    CONSULTATION = "consultation", "Consultation"
    DELEGATION_MEETING = "delegation_meeting", "Meeting of delegations"
    STUDY_VISIT = "study_visit", "Study visit"
    EXCHANGE_VISIT = "exchange_visit", "Exchange visit"
    ONLINE_MEETING = "online_meeting", "Online meeting"
    MEDIA_PROGRAM = "media_program", "Media program"
    SERIES = "series", "Series"
    PROCESS = "process", "Process"
    OTHER = "other", "Other"
    UNKNOWN = "unknown", "Unknown"


class Track(Vocabulary):
    TRACK_1 = "track_1", "Track 1: officials"
    TRACK_1_5 = "track_1_5", "Track 1.5: officials in an unofficial capacity, with others"
    TRACK_2 = "track_2", "Track 2: people of influence without office"
    TRACK_3 = "track_3", "Track 3: people to people"
    UNKNOWN = "unknown", "Unknown"


class Mediation(Vocabulary):
    BILATERAL = "bilateral", "Bilateral"
    FACILITATED = "facilitated", "Facilitated"
    MEDIATED = "mediated", cameo("045"), "Mediated"
    UNKNOWN = "unknown", "Unknown"


class VenueRelation(Vocabulary):
    TERRITORY_OF_A_SIDE = "territory_of_a_side", "On the territory of a side"
    THIRD_PLACE = "third_place", cameo("044"), "In a third place"
    ONLINE = "online", "Online"
    HYBRID = "hybrid", "Partly online"
    UNKNOWN = "unknown", "Unknown"


class Disclosure(Vocabulary):
    PUBLIC = "public", "Public"
    ANNOUNCED_AFTER = "announced_after", "Announced afterward"
    CLOSED = "closed", "Closed"
    SECRET = "secret", "Secret"
    UNKNOWN = "unknown", "Unknown"


class DialogueStatus(Vocabulary):
    PLANNED = "planned", "Planned"
    HELD = "held", "Held"
    POSTPONED = "postponed", "Postponed"
    CANCELED = "canceled", "Canceled"
    DISPUTED = "disputed", "Disputed"
    UNKNOWN = "unknown", "Unknown"


class ParticipationRole(Vocabulary):
    PARTICIPANT = "participant", "Participant"
    SPEAKER = "speaker", "Speaker"
    HEAD_OF_DELEGATION = "head_of_delegation", "Head of delegation"
    MODERATOR = "moderator", "Moderator"
    MEDIATOR = "mediator", "Mediator"
    FACILITATOR = "facilitator", "Facilitator"
    ORGANIZER = "organizer", "Organizer"
    HOST = "host", "Host"
    FUNDER = "funder", "Funder"
    OBSERVER = "observer", "Observer"
    EXPERT = "expert", "Expert"
    ADVISER = "adviser", "Adviser"
    INTERPRETER = "interpreter", "Interpreter"
    MET_WITH = "met_with", "Met with"
    DONOR_CONTACT = "donor_contact", "Contact at a donor"
    INVITED_ABSENT = "invited_absent", "Invited, did not come"
    EXCLUDED = "excluded", "Excluded"
    PREVENTED = "prevented", "Prevented from coming"
    OTHER = "other", "Other"
    UNKNOWN = "unknown", "Unknown"


# People who were expected and did not come. They are never counted or listed as participants.
ABSENT = (ParticipationRole.INVITED_ABSENT, ParticipationRole.EXCLUDED, ParticipationRole.PREVENTED)


class Capacity(Vocabulary):
    OFFICIAL = "official", "Official"
    OFFICIAL_IN_PERSONAL_CAPACITY = "official_in_personal_capacity", "Official, in a personal capacity"
    ORGANIZATION_DELEGATE = "organization_delegate", "Delegate of an organization"
    EXPERT = "expert", "Expert"
    JOURNALIST = "journalist", "Journalist"
    PERSONAL = "personal", "Personal"
    OTHER = "other", "Other"
    UNKNOWN = "unknown", "Unknown"


class Selection(Vocabulary):
    """Who chose a participant."""

    BY_GOVERNMENT = "by_government", "By a government"
    BY_ORGANIZER = "by_organizer", "By the organizer"
    BY_ORGANIZATION = "by_organization", "By their organization"
    SELF = "self", "By themselves"
    OTHER = "other", "Other"
    UNKNOWN = "unknown", "Unknown"


class Naming(Vocabulary):
    NAMED = "named", "Named"
    PSEUDONYM = "pseudonym", "Under a pseudonym"
    WITHHELD = "withheld", "Withheld"


class CountBasis(Vocabulary):
    """How the number of people in a group is known."""

    STATED = "stated", "Stated by the source"
    LISTED = "listed", "Counted in a list of names"
    PICTURED = "pictured", "Counted in a picture or recording"
    ESTIMATED = "estimated", "Estimated by the source"
    INFERRED = "inferred", "Inferred"
    UNKNOWN = "unknown", "Unknown"


class AssessmentAttribute(Vocabulary):
    ALIGNMENT = "alignment", "Alignment"
    SELECTION = "selection", "Selection"
    EXPERIENCE = "experience", "Experience"
    INDEPENDENCE = "independence", "Independence"
    REPRESENTATIVENESS = "representativeness", "Representativeness"


class AssessmentValue(Vocabulary):
    GOVERNMENT_BODY = "government_body", ftm("gov"), "Government body"
    STATE_OWNED = "state_owned", ftm("gov.soe"), "State-owned"
    GOVERNMENT_ORGANIZED = "government_organized", "Organized by a government"
    GOVERNMENT_ALIGNED = "government_aligned", "Aligned with a government"
    INDEPENDENT = "independent", "Independent"
    OPPOSITION = "opposition", "Opposition"
    EXILE_BASED = "exile_based", "Based in exile"
    INTERNATIONAL = "international", "International"
    HAND_PICKED = "hand_picked", "Hand-picked"
    OPENLY_SELECTED = "openly_selected", "Openly selected"
    SELF_SELECTED = "self_selected", "Self-selected"
    EXPERIENCED = "experienced", "Experienced"
    SOME_EXPERIENCE = "some_experience", "Some experience"
    NO_EXPERIENCE = "no_experience", "No experience"
    PARTLY_INDEPENDENT = "partly_independent", "Partly independent"
    NOT_INDEPENDENT = "not_independent", "Not independent"
    REPRESENTATIVE = "representative", "Representative"
    PARTLY_REPRESENTATIVE = "partly_representative", "Partly representative"
    NOT_REPRESENTATIVE = "not_representative", "Not representative"
    OTHER = "other", "Other"


# The values that each attribute can have.
ASSESSMENT_VALUES = {
    AssessmentAttribute.ALIGNMENT: (
        AssessmentValue.GOVERNMENT_BODY,
        AssessmentValue.STATE_OWNED,
        AssessmentValue.GOVERNMENT_ORGANIZED,
        AssessmentValue.GOVERNMENT_ALIGNED,
        AssessmentValue.INDEPENDENT,
        AssessmentValue.OPPOSITION,
        AssessmentValue.EXILE_BASED,
        AssessmentValue.INTERNATIONAL,
        AssessmentValue.OTHER,
    ),
    AssessmentAttribute.SELECTION: (
        AssessmentValue.HAND_PICKED,
        AssessmentValue.OPENLY_SELECTED,
        AssessmentValue.SELF_SELECTED,
        AssessmentValue.OTHER,
    ),
    AssessmentAttribute.EXPERIENCE: (
        AssessmentValue.EXPERIENCED,
        AssessmentValue.SOME_EXPERIENCE,
        AssessmentValue.NO_EXPERIENCE,
        AssessmentValue.OTHER,
    ),
    AssessmentAttribute.INDEPENDENCE: (
        AssessmentValue.INDEPENDENT,
        AssessmentValue.PARTLY_INDEPENDENT,
        AssessmentValue.NOT_INDEPENDENT,
        AssessmentValue.OTHER,
    ),
    AssessmentAttribute.REPRESENTATIVENESS: (
        AssessmentValue.REPRESENTATIVE,
        AssessmentValue.PARTLY_REPRESENTATIVE,
        AssessmentValue.NOT_REPRESENTATIVE,
        AssessmentValue.OTHER,
    ),
}


class AssessmentShare(Vocabulary):
    """How large a part of a group an assessment is about."""

    ALL = "all", "All"
    MOST = "most", "Most"
    SOME = "some", "Some"
    NOT_STATED = "not_stated", "Not stated"


class AssessmentForm(Vocabulary):
    ASSERTION = "assertion", "Assertion"
    QUESTION = "question", "Question"


class StatementKind(Vocabulary):
    """What kind of statement it is. A question or a hypothesis asserts nothing."""

    STATEMENT = "statement", cameo("010"), "Statement"
    CLAIM = "claim", "Claim"
    ASSESSMENT = "assessment", "Assessment"
    ACCUSATION = "accusation", cameo("112"), "Accusation"
    DENIAL = "denial", "Denial"
    JUSTIFICATION = "justification", "Justification"
    RECOMMENDATION = "recommendation", "Recommendation"
    DEMAND = "demand", "Demand"
    POSITION = "position", "Position"
    PRAISE = "praise", "Praise"
    CRITICISM = "criticism", cameo("111"), "Criticism"
    QUESTION = "question", "Question"
    HYPOTHETICAL = "hypothetical", "Hypothesis"
    RESPONSE = "response", "Response"
    APOLOGY = "apology", "Apology"
    RETRACTION = "retraction", "Retraction"
    OTHER = "other", "Other"
    UNKNOWN = "unknown", "Unknown"


class StatementMedium(Vocabulary):
    ARTICLE = "article", "Article"
    OPINION = "opinion", "Opinion piece"
    SOCIAL_MEDIA = "social_media", "Social media"
    SPEECH = "speech", "Speech"
    INTERVIEW = "interview", "Interview"
    BROADCAST = "broadcast", "Broadcast"
    PRESS_RELEASE = "press_release", "Press release"
    REPORT = "report", "Report or analysis"
    ACADEMIC_PUBLICATION = "academic_publication", "Academic publication"
    BOOK = "book", "Book"
    OFFICIAL_DOCUMENT = "official_document", "Official document"
    COURT = "court", "In court"
    LETTER = "letter", "Letter"
    CONVERSATION = "conversation", "Conversation"
    OTHER = "other", "Other"
    UNKNOWN = "unknown", "Unknown"


class StatementRelationKind(Vocabulary):
    SUPPORTS = "supports", "Supports"
    CONTRADICTS = "contradicts", "Contradicts"
    DENIES = "denies", "Denies"
    QUALIFIES = "qualifies", "Qualifies"
    CRITICIZES = "criticizes", "Criticizes"
    REPEATS = "repeats", "Repeats"
    RESPONDS_TO = "responds_to", "Responds to"
    RETRACTS = "retracts", "Retracts"


class ContextEventKind(Vocabulary):
    WAR = "war", "War"
    MILITARY_OPERATION = "military_operation", "Military operation"
    CEASEFIRE = "ceasefire", "Ceasefire"
    BLOCKADE = "blockade", "Blockade"
    DISPLACEMENT = "displacement", "Displacement"
    AGREEMENT = "agreement", "Agreement"
    MEETING = "meeting", "Meeting"
    LEGISLATION = "legislation", "Legislation"
    ELECTION = "election", "Election"
    PROTEST = "protest", "Protest"
    CRACKDOWN = "crackdown", "Crackdown"
    PERIOD = "period", "Period"
    OTHER = "other", "Other"
    UNKNOWN = "unknown", "Unknown"
