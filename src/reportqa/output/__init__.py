"""What the program says to people and writes for them: one wording and one form of table for all doors."""
