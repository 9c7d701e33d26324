"""The language model that drafts: any server of OpenAI's chat completions (Ollama, vLLM, a cloud)."""

from __future__ import annotations

import http.client
import json
import os
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from reportqa.errors import InputError, ReportQAError

VARIABLE = "REPORTQA_WRITER_KEY"
_PATIENCE = 120
_LONGEST = 2**20
_OWN = ("127.0.0.1", "localhost", "::1")


class WriterError(ReportQAError):
    """The language model cannot be reached, or answers in another form."""


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """What is sent goes to the address that was given, and nowhere else."""

    def redirect_request(self, *given: object) -> None:
        """Follow none: the redirect is then an error."""


@dataclass(frozen=True, slots=True)
class Writer:
    """A model behind an address that ends where ``/chat/completions`` begins: http://127.0.0.1:11434/v1."""

    url: str
    model: str
    key: str = field(default="", repr=False)

    @property
    def host(self) -> str:
        """Whom the address leads to, as a reader is told it.

        >>> Writer("http://127.0.0.1:11434/v1", "qwen3").host
        '127.0.0.1:11434'
        """
        return urlsplit(self.url).netloc.rpartition("@")[2]

    def complete(self, messages: Sequence[dict[str, str]]) -> str:
        """Return what the model says to some messages.

        >>> writer = Writer("http://127.0.0.1:11434/v1", "qwen3")
        >>> writer.complete([{"role": "user", "content": "你好"}])      # doctest: +SKIP
        '你好！'

        Raises WriterError where there is no such text within two minutes.
        """
        body = json.dumps({"model": self.model, "messages": list(messages), "temperature": 0, "stream": False})
        headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {self.key}"} if self.key else {})
        request = urllib.request.Request(f"{self.url}/chat/completions", body.encode(), headers)
        # A proxy of the office is no way to this machine itself.
        proxies = urllib.request.ProxyHandler({} if urlsplit(self.url).hostname in _OWN else None)
        try:
            with urllib.request.build_opener(_NoRedirects, proxies).open(request, timeout=_PATIENCE) as answer:
                text = json.loads(answer.read(_LONGEST))["choices"][0]["message"]["content"]
        except urllib.error.HTTPError as error:
            error.close()
            raise WriterError(f"写作模型 {self.model} 没有写：{self.url} 返回 {error.code}。") from error
        except (OSError, http.client.HTTPException) as error:
            raise WriterError(f"写作模型 {self.model} 没有写：连不上 {self.url}，或者等得太久。") from error
        except (ValueError, LookupError, TypeError) as error:
            raise WriterError(f"写作模型 {self.model} 没有写：{self.url} 的回答不是 OpenAI 接口的样子。") from error
        if not isinstance(text, str):
            raise WriterError(f"写作模型 {self.model} 没有写：{self.url} 的回答里没有文字。")
        return text


def read_writer(given: Sequence[str] | None) -> Writer | None:
    """Read ``--writer URL MODEL``, None where it is not given; its key is that of ``REPORTQA_WRITER_KEY``.

    >>> read_writer(["http://127.0.0.1:11434/v1/", "qwen3"])
    Writer(url='http://127.0.0.1:11434/v1', model='qwen3')

    Raises InputError where the address is none of http or https.
    """
    if given is None:
        return None
    url, model = given
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or not model.strip():
        raise InputError("--writer 要写成“地址 模型”，例如 --writer http://127.0.0.1:11434/v1 qwen3。")
    return Writer(url.rstrip("/"), model, os.environ.get(VARIABLE, ""))
