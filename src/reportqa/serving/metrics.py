"""What Prometheus is told: questions, refusals, how long answers take, and how many requests wait."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Literal

from anyio.to_thread import current_default_thread_limiter
from fastapi import FastAPI
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from starlette.responses import Response

from reportqa.text.records import Answer

Door = Literal["page", "api", "batch", "dify", "chat"]
"""Where a question came in: the page, the functions for programs, a list, Dify, a chat client."""

_SECONDS = (0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30)


class Metrics:
    """Counts the questions of one process and times their answers.

    >>> metrics = Metrics()
    >>> metrics.asked("page", lambda: Answer("招生多少人？", "answered", "6191人")).answer
    '6191人'
    >>> metrics.registry.get_sample_value("reportqa_questions_total", {"door": "page", "status": "answered"})
    1.0
    """

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._questions = Counter(
            "reportqa_questions", "Questions; status not_found is a refusal.", ["door", "status"],
            registry=self.registry,
        )  # fmt: skip
        self._seconds = Histogram(
            "reportqa_answer_seconds", "Seconds from a question to its answer.", ["door"], buckets=_SECONDS,
            registry=self.registry,
        )  # fmt: skip
        self._running = Gauge(
            "reportqa_questions_in_progress", "Questions that are being answered.", registry=self.registry
        )
        self._waiting = Gauge(
            "reportqa_requests_waiting", "Requests that wait for a free thread.", registry=self.registry
        )

    def asked(self, door: Door, ask: Callable[[], Answer]) -> Answer:
        """Answer one question, counted and timed; one that raises counts as "error"."""
        status = "error"
        try:
            with self._running.track_inprogress(), self._seconds.labels(door).time():
                answer = ask()
            status = answer.status
            return answer
        finally:
            self._questions.labels(door, status).inc()

    def answered(self, answers: Iterable[Answer]) -> None:
        """Count the answers of a list, which are encoded together and have no time of their own."""
        for answer in answers:
            self._questions.labels("batch", answer.status).inc()

    def text(self, waiting: int) -> bytes:
        """Return everything in Prometheus's text format."""
        self._waiting.set(waiting)
        return generate_latest(self.registry)


def offer_metrics(app: FastAPI, metrics: Metrics) -> None:
    """Add the address that Prometheus reads: /metrics."""

    @app.get("/metrics")
    async def read() -> Response:
        waiting = current_default_thread_limiter().statistics().tasks_waiting
        return Response(metrics.text(waiting), media_type=CONTENT_TYPE_PLAIN_0_0_4)
