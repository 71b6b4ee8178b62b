"""Looking up what is known about people and cases on a day, and storing it."""

from django.db import connection, transaction
from django.db.models import Max, Q

from people.models import Outdated, StoredAnswer
from people.situations.effects import TRACKS
from people.situations.facts import Fact
from people.situations.known import Known, latest
from people.situations.periods import OPENNESS, spans
from tracker.records.policy import roles
from tracker.records.policy.visibility import BY_RULE
from tracker.records.shapes.reader import Reader

from .case_facts import ANSWER_SLUGS, Found, date_of, fact_texts, facts_read

PUBLIC = Reader(None, None)
OPEN = "open"
ANSWER_SCALES = {**ANSWER_SLUGS, OPEN: [*map(str, OPENNESS)]}  # from the weakest answer to the strongest
AT_ONCE = 500  # changes
LOCK = 7_301_148_210  # held by whoever refreshes
# The people and cases that changes are about, from the ids of what has changed.
OWNERS = """
WITH noted AS (SELECT id, changed FROM people_outdated ORDER BY id LIMIT %s)
SELECT id, changed FROM noted
UNION ALL SELECT noted.id, coalesce(one.person_id, one.id)
FROM noted JOIN people_persecutioncase AS one ON one.id = changed
UNION ALL SELECT noted.id, coalesce(one.person_id, one.id)
FROM noted JOIN people_caseevent AS event ON event.id = changed
JOIN people_persecutioncase AS one ON one.id = case_id
UNION ALL SELECT noted.id, coalesce(one.person_id, one.id)
FROM noted JOIN people_caseeventcitation ON source_id = changed
JOIN people_caseevent AS event ON event.id = record_id
JOIN people_persecutioncase AS one ON one.id = case_id
"""


def known_answers(reader):
    """What is known about all people and cases that a reader sees: `Found`, or what looks like it.

    Only what the public sees is stored, for days that are known, and from all sources.
    """
    if roles.writes(reader.user) or BY_RULE.get() or reader.known_on or not reader.days.is_placed:
        return Found.by(reader)
    return Stored(reader.days, Found.by(reader, outdated_owners()))


def noted_changes(limit=None):
    """(id of a change, person or case that it is about) for the oldest changes; an id of anything else harms
    nothing.
    """
    with connection.cursor() as cursor:
        cursor.execute(OWNERS, [limit])
        return cursor.fetchall()


def outdated_owners():
    return {owner for _, owner in noted_changes()}


class Stored:
    """The stored answers about some days, and computed ones about people whose records have just changed."""

    def __init__(self, days, live):
        self.live = live
        self.rows = StoredAnswer.objects.filter(first__lte=days.last_end, last__gte=days.first_start)
        self.rows = self.rows.exclude(owner__in=live.owners)
        self.people, self.cases = Answers(self, False), Answers(self, True)
        self.last_reported = Reports(self, False)

    def matching(self, kind, track, answers):
        """A Q: the rows of a kind, "people" or "cases", with one of these answers."""
        scale = ANSWER_SCALES[track]
        wanted = {scale.index(one) for one in answers}
        silent = 0 in wanted
        others = {*range(len(scale))} - wanted if silent else wanted
        rows = self.rows.filter(track=track, is_of_case=kind == "cases").order_by()
        strongest = rows.values("subject").annotate(most=Max("strength")).filter(most__in=others)
        live = [pk for pk, one in getattr(self.live, kind)[track].items() if scale.index(one) in others]
        found = Q(pk__in=strongest.values("subject")) | Q(pk__in=live)
        return ~found if silent else found


class Answers(dict):
    """{track: {id: answer}}, each track looked up when it is asked for."""

    def __init__(self, stored, is_of_case):
        super().__init__()
        self.stored, self.is_of_case = stored, is_of_case

    def __missing__(self, track):
        rows = self.stored.rows.filter(track=track, is_of_case=self.is_of_case).order_by()
        strongest = {}
        for subject, *answer in rows.values_list("subject", "strength", "reported"):
            key = str(subject) if self.is_of_case else subject
            strongest[key] = max(strongest.get(key, answer), answer, key=by_strength)
        self[track] = {key: self.value(track, *one) for key, one in strongest.items()} | self.computed(track)
        return self[track]

    def value(self, track, strength, reported):
        return ANSWER_SCALES[track][strength]

    def computed(self, track):
        return (self.stored.live.cases if self.is_of_case else self.stored.live.people)[track]


class Reports(Answers):
    """{track: {id: date of the fact behind the answer}}."""

    def value(self, track, strength, reported):
        return reported

    def computed(self, track):
        return self.stored.live.last_reported[track]


def by_strength(answer):
    """Sort key of (strength, date), as for answers that are computed."""
    strength, reported = answer
    return latest(Known(strength, None if reported is None else Fact("", reported)))


def outdate_all():
    """Marks all stored answers as out of date, after rows were written without triggers."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO people_outdated (changed)"
            " SELECT DISTINCT coalesce(person_id, id) FROM people_persecutioncase"
        )


def refresh_answers():
    """Computes and stores the answers that are out of date. Returns the number of changes since."""
    total = 0
    while Outdated.objects.exists() and (number := refresh_some()):
        total += number
    return total


@transaction.atomic
def refresh_some():
    """The same for some of them; 0 if nothing is left, or if another process does it.

    All of it sees one state: the answers are computed from it, and only changes in it are deleted.
    """
    with connection.cursor() as cursor:
        if len(connection.savepoint_ids) == 0:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            return 0
    noted = noted_changes(AT_ONCE)
    owners = {owner for _, owner in noted}
    StoredAnswer.objects.filter(owner__in=owners).delete()
    rows = [row for pk, text in fact_texts(PUBLIC, owners) for row in rows_to_store(pk, facts_read(text))]
    StoredAnswer.objects.bulk_create(rows, batch_size=1000)
    changes = {change for change, _ in noted}
    Outdated.objects.filter(pk__in=changes).delete()
    return len(changes)


def rows_to_store(pk, facts):
    """The rows to store about a person with this id, or about a case without a person."""
    owner, found = pk or facts.cases[0], []
    for stretch in spans(facts.histories, facts.death):
        known = [(owner, False, stretch.situation.person)] if pk else []
        known += [
            (case, True, answers) for case, answers in zip(facts.cases, stretch.situation.cases, strict=True)
        ]
        answers = [
            (subject, is_of_case, track, int(one.strength), one.basis and date_of(one.basis))
            for subject, is_of_case, of_tracks in known
            for track, one in zip(TRACKS, of_tracks, strict=True)
        ]
        answers += [
            (case, True, OPEN, OPENNESS.index(opened), None)
            for case, opened in zip(facts.cases, stretch.situation.opened, strict=True)
        ]
        found += [(stretch, *one) for one in answers if one[3]]
    return [
        StoredAnswer(
            owner=owner,
            subject=subject,
            is_of_case=is_of_case,
            track=track,
            strength=strength,
            reported=reported,
            first=first,
            last=last,
        )
        for (subject, is_of_case, track, strength, reported), first, last in joined(found)
    ]


def joined(found):
    """(answer, first day, last day): stretches that follow each other with the same answer are one."""
    open_ones = {}
    for stretch, *answer in found:
        key = tuple(answer[:3])
        before = open_ones.get(key)
        if before and before[0] == tuple(answer) and before[2].toordinal() + 1 == stretch.first.toordinal():
            open_ones[key] = (before[0], before[1], stretch.last)
            continue
        if before:
            yield before
        open_ones[key] = (tuple(answer), stretch.first, stretch.last)
    yield from open_ones.values()
