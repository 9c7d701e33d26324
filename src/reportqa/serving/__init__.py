"""Doors for other programs beside the pages: Dify, chat clients, health checks, Prometheus."""

from reportqa.serving.doors import Doors, programs
from reportqa.serving.keys import Key, read_key, read_secret
from reportqa.serving.metrics import Metrics, offer_metrics

__all__ = ["Doors", "Key", "Metrics", "offer_metrics", "programs", "read_key", "read_secret"]
