"""The shapes of OpenAI's chat completions: what a client sends, and what it gets.

Source: the OpenAI API reference, "Chat Completions".
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Iterable, Iterator
from typing import Any

from pydantic import BaseModel

from reportqa.errors import InputError

MODEL = "reportqa"
# So many questions before the last are read: each may lean on the one before it.
_TURNS = 10
# No tokens are counted, as no model writes the answer.
_USAGE = {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}


class Message(BaseModel):
    """One message of a conversation; its content is text, or parts some of which are."""

    role: str
    content: str | list[dict[str, Any]] | None = None

    @property
    def text(self) -> str:
        """The words of the message."""
        if isinstance(self.content, list):
            return "\n".join(str(part.get("text", "")) for part in self.content if part.get("type") == "text")
        return self.content or ""


class StreamOptions(BaseModel):
    """Whether a last chunk tells the usage."""

    include_usage: bool | None = False


class CompletionRequest(BaseModel):
    """What a client sends, as far as it means something here: temperature and the like have nothing to act on."""

    model: str
    messages: list[Message]
    stream: bool | None = False
    stream_options: StreamOptions | None = None

    def questions(self) -> list[str]:
        """Return what was asked in this conversation, the newest at the end; raises InputError where nothing was.

        >>> asked = {"role": "user", "content": "招生多少人？"}
        >>> CompletionRequest(model="reportqa", messages=[{"role": "system", "content": "简短"}, asked]).questions()
        ['招生多少人？']
        """
        asked = [message.text for message in self.messages if message.role == "user"]
        if not asked:
            raise InputError("messages 里没有问题：要有一条 role 是 user 的消息。")
        return asked[-_TURNS:]


class Reply:
    """The reply to one request, whole or as a stream of pieces of its text."""

    def __init__(self) -> None:
        self._head = {"id": f"chatcmpl-{secrets.token_hex(12)}", "created": int(time.time()), "model": MODEL}

    def whole(self, text: str) -> dict[str, Any]:
        """Return the reply as one object."""
        choice = {
            "index": 0,
            "message": {"role": "assistant", "content": text, "refusal": None},
            "logprobs": None,
            "finish_reason": "stop",
        }
        return self._head | {"object": "chat.completion", "choices": [choice], "usage": _USAGE}

    def events(self, pieces: Iterable[str], with_usage: bool) -> Iterator[str]:
        """Yield the reply as server-sent events, one for each piece."""
        yield self._chunk({"role": "assistant", "content": ""})
        for piece in pieces:
            yield self._chunk({"content": piece})
        yield self._chunk({}, "stop")
        if with_usage:
            yield self._event({"choices": [], "usage": _USAGE})
        yield "data: [DONE]\n\n"

    def _chunk(self, delta: dict[str, str], reason: str | None = None) -> str:
        return self._event({"choices": [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": reason}]})

    def _event(self, rest: dict[str, Any]) -> str:
        chunk = self._head | {"object": "chat.completion.chunk"} | rest
        return f"data: {json.dumps(chunk, ensure_ascii=False)}\n\n"
