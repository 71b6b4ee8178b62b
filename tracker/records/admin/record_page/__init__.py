"""The form of a record, with its relations and the rows below it."""
