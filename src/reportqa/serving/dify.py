"""Dify's external knowledge API: POST /retrieval returns the passages that a question's answer stands on.

Source: docs.dify.ai, "External Knowledge API".
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.responses import JSONResponse

from reportqa.errors import InputError, ReportQAError
from reportqa.index.store import DocumentInfo
from reportqa.output.wording import section_words
from reportqa.qa import ReportQA
from reportqa.serving.conditions import MetadataCondition, metadata
from reportqa.serving.keys import Key, is_bearer
from reportqa.serving.metrics import Metrics
from reportqa.text.records import Citation

EVERYTHING = "reportqa"
"""The knowledge_id of all reports together; that of one report is its file's name."""

_MOST = 100
_NO_BEARER, _WRONG_KEY, _NO_KNOWLEDGE = 1001, 1002, 2001
_OTHER = 1000


class RetrievalSetting(BaseModel):
    """How many records at most, and how relevant each has to be, from 0 to 1."""

    top_k: int = Field(ge=1)
    score_threshold: float | None = Field(default=None, ge=0, le=1)


class Retrieval(BaseModel):
    """What Dify sends."""

    knowledge_id: str
    query: str
    retrieval_setting: RetrievalSetting
    metadata_condition: MetadataCondition | None = None


class _Refused(Exception):
    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.answer = JSONResponse({"error_code": code, "error_msg": message}, status)


def retrieval_app(qa: Callable[[], ReportQA], metrics: Metrics, key: Key) -> FastAPI:
    """Make the app that answers POST /retrieval where ``key`` is shown; ``qa`` returns the index as it is now."""
    app = FastAPI(openapi_url=None)

    def check(request: Request) -> None:
        header = request.headers.get("authorization", "")
        if not is_bearer(header):
            raise _Refused(403, _NO_BEARER, "请求头要写成 Authorization: Bearer 密钥。")
        if not key.opens(header):
            raise _Refused(403, _WRONG_KEY, "密钥不对。")

    @app.post("/retrieval", dependencies=[Depends(check)])
    def retrieve(asked: Retrieval) -> dict[str, Any]:
        opened = qa()
        documents = {one.name: one for one in opened.store.library()}
        chosen = _chosen(asked, documents)
        if not chosen:
            return {"records": []}
        top_k = min(asked.retrieval_setting.top_k, _MOST)
        answer = metrics.asked("dify", lambda: opened.ask(asked.query, top_k, documents=chosen))
        least = asked.retrieval_setting.score_threshold or 0.0
        records = [_record(one, opened, documents) for one in answer.citations]
        return {"records": [record for record in records if record["score"] >= least]}

    @app.exception_handler(_Refused)
    def refused(request: Request, error: _Refused) -> JSONResponse:
        return error.answer

    @app.exception_handler(ReportQAError)
    def failed(request: Request, error: ReportQAError) -> JSONResponse:
        return _Refused(400 if isinstance(error, InputError) else 503, _OTHER, str(error)).answer

    @app.exception_handler(RequestValidationError)
    def unreadable(request: Request, error: RequestValidationError) -> JSONResponse:
        where = ".".join(str(part) for part in error.errors()[0]["loc"][1:]) or "body"
        return _Refused(400, _OTHER, f"请求里的 {where} 缺少或不能是这样的值：请看 Dify 外部知识库 API 的说明。").answer

    return app


def _chosen(asked: Retrieval, documents: dict[str, DocumentInfo]) -> list[str]:
    if asked.knowledge_id not in (EVERYTHING, *documents):
        raise _Refused(
            404, _NO_KNOWLEDGE, f"没有知识库 {asked.knowledge_id}：全部报告是 {EVERYTHING}，一份报告是它的文件名。"
        )
    among = [one for one in documents.values() if asked.knowledge_id in (EVERYTHING, one.name)]
    condition = asked.metadata_condition
    return condition.choose(among) if condition else [one.name for one in among]


def _record(citation: Citation, qa: ReportQA, documents: dict[str, DocumentInfo]) -> dict[str, Any]:
    document = documents[citation.document]
    place = {
        "section": section_words(citation.section),
        "page": citation.page,
        "paragraph": citation.paragraph,
        "start": citation.start,
        "end": citation.end,
    }
    return {
        "content": qa.passage_of(citation).prose.text,
        "score": round(citation.score, 4),
        "title": document.title or document.name,
        "metadata": metadata(document) | place,
    }
