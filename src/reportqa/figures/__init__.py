"""Figures as data: what is extracted while an index is built, and what figures say of each other."""
