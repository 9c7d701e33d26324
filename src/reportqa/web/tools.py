"""The functions for programs as MCP tools: Gradio lists them, and what they return is JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import partial
from typing import Any

import gradio as gr
from anyio.to_thread import run_sync
from mcp.types import CallToolResult, TextContent

from reportqa.errors import InputError
from reportqa.web.api import Function


def offer_tools(pages: gr.Blocks, functions: Sequence[Function]) -> None:
    """Answer the calls of tools that ``pages`` lists, once Gradio serves them over MCP.

    Gradio itself answers with the Python form of a record, which no client reads. A result is JSON twice: as text, and
    as the structured content, where a list stands under ``result``.
    """
    if pages.mcp_server_obj is None:
        raise RuntimeError(pages.mcp_error)
    offered = {function.__name__: function for function in functions}

    async def call(name: str, arguments: dict[str, Any]) -> CallToolResult:
        if name not in offered:
            raise InputError(f"没有这个工具：{name}。")
        result = await run_sync(partial(offered[name], **arguments))
        return CallToolResult(
            content=[TextContent(type="text", text=json.dumps(result, ensure_ascii=False))],
            structuredContent=result if isinstance(result, dict) else {"result": result},
        )

    # The one that is registered last answers. An error that it raises is told to the client in its own words.
    pages.mcp_server_obj.mcp_server.call_tool()(call)
