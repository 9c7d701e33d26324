"""Batch: a list of questions in, a finished document out."""
