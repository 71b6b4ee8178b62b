"""The endpoint of vocabularies: all choices with their labels and the codes of standards."""

import json

from rest_framework.exceptions import NotFound

from tracker.records.read.views import ApiView
from tracker.records.shapes.urls import api_url
from tracker.records.values.codes.vocabularies import vocabularies


def vocabulary_entry(name, vocabulary):
    """One vocabulary: its terms in order, with scheme and code if a standard has the term."""
    terms = [{"slug": t.value, "label": t.label, "scheme": t.scheme, "code": t.code} for t in vocabulary]
    return {"id": name, "url": api_url(f"vocabularies/{name}/"), "terms": terms}


EXAMPLE = {
    "id": "gender",
    "url": "http://127.0.0.1:8000/api/v1/vocabularies/gender/",
    "terms": [{"slug": "female", "label": "Female", "scheme": "huridocs", "code": "39:02"}],
}


class VocabularyViewSet(ApiView):
    """The vocabularies: the choices for fields and filters."""

    example = {"list": {"results": [EXAMPLE]}, "retrieve": EXAMPLE}

    def list(self, request):
        results = [vocabulary_entry(name, vocabulary) for name, vocabulary in vocabularies().items()]
        return self.answer(json.dumps({"results": results}, ensure_ascii=False).encode())

    def retrieve(self, request, pk):
        if pk not in vocabularies():
            raise NotFound
        return self.answer(json.dumps(vocabulary_entry(pk, vocabularies()[pk]), ensure_ascii=False).encode())
