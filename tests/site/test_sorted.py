"""Lists of people, and of all that has a name, are sorted as names are written: API, admin, choices."""

from people.models import Affiliation, Organization, Person
from tests import make
from tests.site.test_admin import EditingTest
from tests.test_admin import address
from tracker.records.base.places import Place

NAMES = [
    *("Cavid Yusifov", "Çingiz Abbasov", "Elçin Zeynalov", "Əli Babayev", "Fuad Qasımov", "Gasım Ibrahimov"),
    *(
        "Jamil Aliyev",
        "Osman Hacı",
        "Ömər Axundov",
        "Qurban Cəfərov",
        "Sona Xanım",
        "Şahin Gəray",
        "Yusif Elxan",
    ),
    *("Zaur Shiriyev", "zaur Teymurov"),
]
WRITTEN = NAMES[::2] + NAMES[1::2][::-1]


class SortedTest(EditingTest):
    def shown(self, page):
        return [row.name for row in page.context["cl"].result_list]

    def test_every_list_of_what_has_a_name(self):
        for model in (Person, Organization, Place):
            for name in WRITTEN:
                make.one(model, name=name)
            listed = address(model, "changelist")
            self.assertEqual(self.shown(self.client.get(listed)), NAMES, model)
            self.assertEqual(self.shown(self.client.get(listed, {"o": "1"})), NAMES)
            self.assertEqual(self.shown(self.client.get(listed, {"o": "-1"})), NAMES[::-1])
            for ordering, expected in (("name", NAMES), ("-name", NAMES[::-1])):
                url = f"/api/v1/{model._meta.verbose_name_plural}/"
                rows = self.client.get(url, {"ordering": ordering}).json()["results"]
                self.assertEqual([row["name"] for row in rows], expected)

    def test_choices_and_columns_that_lead_to_people(self):
        for name in WRITTEN:
            make.affiliation(person=make.person(name=name), organization=make.organization())
        asked = {"app_label": "people", "model_name": "affiliation", "field_name": "person", "term": ""}
        found = self.client.get("/admin/autocomplete/", asked).json()["results"]
        self.assertEqual([row["text"].partition(";")[0] for row in found], NAMES)
        page = self.client.get(address(Affiliation, "changelist"), {"o": "1"})
        self.assertEqual([row.person.name for row in page.context["cl"].result_list], NAMES)

    def test_what_is_known_already(self):
        for name in WRITTEN[:5]:
            make.person(name=f"{name} Zzyzx")
        found = self.client.get(address(Person, "similar"), {"text": "Zzyzx"}).json()["results"]
        self.assertEqual([row["label"] for row in found], [f"{n} Zzyzx" for n in NAMES if n in WRITTEN[:5]])
