import django.contrib.postgres.fields
from django.db import migrations, models

CATEGORIES = [
    ("category_i", "I: no legal basis"),
    ("category_ii", "II: exercise of protected rights"),
    ("category_iii", "III: grave violations of the right to a fair trial"),
    ("category_iv", "IV: prolonged custody of migrants or refugees"),
    ("category_v", "V: discrimination"),
    ("no_category", "Arbitrary, without category"),
    ("not_arbitrary", "Not arbitrary"),
    ("no_decision", "No decision yet"),
]
FORWARD = """
    ALTER TABLE people_recognition ALTER COLUMN wgad_category TYPE varchar(20)[]
        USING CASE wgad_category WHEN '' THEN '{}'::varchar[] ELSE ARRAY[wgad_category] END;
    ALTER TABLE people_recognition RENAME COLUMN wgad_category TO wgad_categories;
"""
BACKWARD = """
    ALTER TABLE people_recognition RENAME COLUMN wgad_categories TO wgad_category;
    ALTER TABLE people_recognition ALTER COLUMN wgad_category TYPE varchar(20)
        USING coalesce(wgad_category[1], '');
"""


class Migration(migrations.Migration):
    """An opinion often finds more than one category: the one that stood there begins the list."""

    dependencies = [("people", "0008_more_events")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(FORWARD, BACKWARD)],
            state_operations=[
                migrations.RemoveField("recognition", "wgad_category"),
                migrations.AddField(
                    "recognition",
                    "wgad_categories",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(choices=CATEGORIES, max_length=20),
                        blank=True,
                        default=list,
                        help_text="What an opinion of the WGAD found: often more than one category.",
                        size=None,
                    ),
                ),
            ],
        )
    ]
