"""Numbers in words."""


def how_many(number, noun, several=""):
    """A number with its noun: "1 event", "2 events"; `several` if the plural is not made with an s."""
    return f"{number} {noun if number == 1 else several or noun + 's'}"
