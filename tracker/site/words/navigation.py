"""The links at the top of every public page. A page that should stand there gets one line here."""

RECORDS = [  # (address, words), in their order
    ("/dialogues/", "Dialogues"),
    ("/people/", "People"),
    ("/organizations/", "Organizations"),
    ("/cases/", "Cases"),
    ("/statements/", "Statements"),
    ("/questions/", "Questions"),
    ("/sources/", "Sources"),
]
ANSWERS = [
    ("/representation/", "Who took part"),
    ("/census/", "Held on a day"),
    ("/timeline/", "Timeline"),
    ("/network/", "Network"),
    ("/coverage/", "Coverage"),
    ("/about/", "About"),
]


def menus(here):
    """The links in two rows, as a page at this address shows them: the one of its section is marked."""
    return [
        {"label": label, "links": [shown_link(here, *one) for one in links]}
        for label, links in (("Records", RECORDS), ("Answers", ANSWERS))
    ]


def shown_link(here, address, words):
    return {"address": address, "words": words, "current": mark_of(here, address)}


def mark_of(here, address):
    """The value of aria-current: "page" for the page itself, "true" for a page below it, else ""."""
    if here == address:
        return "page"
    return "true" if here.startswith(address) else ""
