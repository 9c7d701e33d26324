"""The index folder: building it, writing it, reading it."""
