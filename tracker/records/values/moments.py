"""Lists in the order of a moment, such as that of the last change, with the latest first."""

from datetime import UTC, datetime

from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce

FIRST_MOMENT = datetime(1, 1, 1, tzinfo=UTC)  # in the order of a list, of rows without the moment


class LatestFirst(models.Index):
    """The index for the order of what the public sees: a feed reads no more than its page."""

    def __init__(self, moment, *, name):
        self.moment = moment
        order = Coalesce(F(moment), Value(FIRST_MOMENT)), "id"
        super().__init__(*order, condition=Q(is_public=True), name=name)

    def deconstruct(self):
        path, _, _ = super().deconstruct()
        return path, (self.moment,), {"name": self.name}
