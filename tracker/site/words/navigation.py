"""The links at the top of every public page. A page that should stand there gets one line here."""

NAVIGATION = [  # (address, words), in their order
    ("/dialogues/", "Dialogues"),
    ("/people/", "People"),
    ("/organizations/", "Organizations"),
    ("/cases/", "Cases"),
    ("/statements/", "Statements"),
    ("/census/", "Held on a day"),
    ("/questions/", "Questions"),
    ("/sources/", "Sources"),
    ("/about/", "About"),
]


def menu(here):
    """The links as a page at this address shows them: the one of its section is marked."""
    return [
        {"address": address, "words": words, "current": mark_of(here, address)}
        for address, words in NAVIGATION
    ]


def mark_of(here, address):
    """The value of aria-current: "page" for the page itself, "true" for a page below it, else ""."""
    if here == address:
        return "page"
    return "true" if here.startswith(address) else ""
