"""Cited answers, with figures as data, to Chinese questions over Chinese reports; offline."""

__version__ = "0.2.0"
