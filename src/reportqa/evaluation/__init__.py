"""Measures of answers, and running them over a set of questions."""
