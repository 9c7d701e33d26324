"""From a question to the record of its answer."""
