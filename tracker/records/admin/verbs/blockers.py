"""What blocks an action: each reason once, with the records it blocks and the records to change first."""

from typing import NamedTuple

from django.utils.html import format_html, format_html_join

from tracker.records.admin.addresses import address_of
from tracker.records.admin.forms.forms import label_of, with_field_labels
from tracker.records.protection.name_check import SENTENCE

MOST_LISTED = 10  # how many of the records that a reason blocks are listed


class Link(NamedTuple):
    label: str
    address: str
    record: object


class Block(NamedTuple):
    """A reason, the records that it blocks, and the records that have to change first."""

    sentence: str
    records: list
    causes: list

    @property
    def more(self):
        return len(self.records) - MOST_LISTED

    @property
    def first(self):
        return self.records[:MOST_LISTED]


def link(record, label=label_of):
    return Link(label(record), address_of(record, "change"), record)


def visible_ones(records, user):
    """Those of the records that the user may see."""
    return [record for record in records if record and record.is_visible_to(user)]


def blocks(refused, user, label=label_of):
    """The blocks of {record: sentences}. A sentence may know its causes (companions.WithCauses)."""
    found, known = {}, {}
    for record, sentences in refused.items():
        for sentence in sentences:
            causes = known.setdefault(id(sentence), visible_ones(getattr(sentence, "because", ()), user))
            key = (with_field_labels(sentence), tuple(cause.pk for cause in causes))
            found.setdefault(key, (causes, []))[1].append(link(record, label))
    return [
        Block(sentence, records, [link(cause, label) for cause in causes])
        for (sentence, _), (causes, records) in found.items()
    ]


def neutral(record):
    """A label for a message, which may still be shown after the record has been hidden."""
    return str(record)


def unnamed(record):
    """A label without the name of the record."""
    return f"{record._meta.verbose_name} {str(record.pk)[:8]}"


def block_messages(refused, user):
    """The blocks as lines of a message. If a protected name was refused, no record is named."""
    named = any(SENTENCE in sentence for sentences in refused.values() for sentence in sentences)
    found = blocks(refused, user, unnamed if named else neutral)
    return format_html_join("", "{}", ((block_line(block),) for block in found))


def block_line(block):
    """A block as a line: the records it blocks, the reason, and what to change."""
    more = format_html(" and {} more", block.more) if block.more > 0 else ""
    causes = format_html(" Change first: {}.", anchors(block.causes)) if block.causes else ""
    return format_html(
        '<div class="block">{}{}: {}{}</div>',
        anchors(block.first),
        more,
        with_field_labels(block.sentence),
        causes,
    )


def anchors(links):
    return format_html_join(", ", '<a href="{}">{}</a>', ((one.address, one.label) for one in links))
