"""JSON fixtures. Their texts are tidied or refused like texts of a form."""

from django.core.serializers import json
from django.core.serializers.base import DeserializationError

from .text import Tidy

Serializer = json.Serializer


class Deserializer(json.Deserializer):
    def _handle_object(self, obj):
        for found in super()._handle_object(obj):
            row = found.object
            for name, error in row.tidy().items() if isinstance(row, Tidy) else ():
                raise DeserializationError(f"{row._meta.label} {row.pk}, {name}: {' '.join(error.messages)}")
            yield found
