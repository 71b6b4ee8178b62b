"""The words by which records are found. Database triggers keep them up to date."""

import pgtrigger
from django.db import models
from django.db.models import Q

from tracker.records.values.codes.vocabularies import Confidentiality


def tokens_trigger(folded, record="id"):
    """A trigger that maintains the search words of one folded column, also for loaddata and COPY.

    `record` is the column with the record's id. `confidentiality` and `is_public` decide who finds the row.
    """
    return pgtrigger.Trigger(
        name="tokens",
        when=pgtrigger.After,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        func=pgtrigger.Func(
            f"""
            IF TG_OP = 'UPDATE' THEN
                IF (NEW.{record}, NEW.{folded}, NEW.confidentiality, NEW.is_public)
                    = (OLD.{record}, OLD.{folded}, OLD.confidentiality, OLD.is_public)
                THEN
                    RETURN NULL;
                END IF;
            END IF;
            IF TG_OP <> 'INSERT' THEN
                DELETE FROM records_token WHERE name_id = OLD.id;
            END IF;
            IF TG_OP <> 'DELETE' THEN
                INSERT INTO records_token (record_id, name_id, token, confidentiality, is_public)
                SELECT NEW.{record}, NEW.id, word, NEW.confidentiality, NEW.is_public
                FROM unnest(string_to_array(NEW.{folded}, ' ')) AS word WHERE word <> '' GROUP BY word;
            END IF;
            RETURN NULL;
            """
        ),
    )


class Token(models.Model):
    """One folded word of a name or title. Only triggers write it.

    `name_id` is the row that contains the word: the record itself or one of its other names.
    """

    record_id = models.UUIDField()
    name_id = models.UUIDField(db_index=True)
    token = models.TextField(db_collation="C")  # words are compared letter by letter in any locale
    confidentiality = models.CharField(max_length=12, choices=Confidentiality)
    is_public = models.BooleanField(default=False)

    class Meta:
        indexes = [
            models.Index(fields=["token", "record_id"], name="token_record"),
            models.Index(fields=["token", "record_id"], condition=Q(is_public=True), name="token_public"),
        ]

    def __str__(self):
        return f"token {self.pk}"
