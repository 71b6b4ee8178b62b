import time

from people import facts
from people.asked import situation
from tests.test_oracle import *
from tracker.records.days import Days as D


class T(TestCase):
    setUpTestData = GeneratedTest.__dict__["setUpTestData"]

    def test_it(self):
        r = Reader(make.superuser("x"), D.day(date(2025, 6, 15)))
        t = time.time()
        subs = facts.subjects(r)
        print("facts", len(subs), time.time() - t)
        rows = []
        for pk, f in subs:
            t = time.time()
            situation(f.histories, f.death, r.days)
            rows.append((time.time() - t, sum(len(h.facts) for h in f.histories), len(f.histories), f))
        rows.sort(key=lambda x: -x[0])
        print("total", sum(x[0] for x in rows))
        for x in rows[:5]:
            print(x[:3])
        print(rows[0][3])
