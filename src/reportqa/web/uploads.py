"""The files that a visitor names: only those that a visitor has uploaded."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gradio as gr
from gradio.utils import get_upload_folder

_NOT_UPLOADED = "没有上传过这个文件：请重新选择。"


class Pages(gr.Blocks):
    """Gradio's pages, where a file that a visitor names must be one that was uploaded.

    An upload is followed by a request that names the file by its path. Gradio holds that path against the folder of
    uploads only in apps that its own ``launch`` has started; here it would read any file of the machine that has the
    right ending, and fetch one that is named by the address of another server.
    """

    async def preprocess_data(self, block_fn: Any, inputs: list[Any], state: Any, explicit_call: bool = False) -> Any:
        """Read the inputs of a call, as Gradio does, once every file in them is an upload."""
        check_uploaded(inputs, Path(get_upload_folder()))
        return await super().preprocess_data(block_fn, inputs, state, explicit_call)


def check_uploaded(inputs: Any, folder: Path) -> None:
    """Raise gradio's Error where ``inputs``, of any depth, name a file outside of ``folder``.

    >>> check_uploaded([{"path": "/tmp/uploads/1/报告.txt", "meta": {}}, "招生？", None], Path("/tmp/uploads"))
    """
    left = [inputs]
    while left:
        one = left.pop()
        if isinstance(one, dict):
            if isinstance(one.get("path"), str) and not _lies_in(folder, one["path"]):
                raise gr.Error(_NOT_UPLOADED, title="出错了", print_exception=False)
            left.extend(one.values())
        elif isinstance(one, list | tuple):
            left.extend(one)


def _lies_in(folder: Path, path: str) -> bool:
    try:
        return Path(path).resolve().is_relative_to(folder.resolve())
    except (OSError, ValueError):  # a NUL in it, or longer than any path
        return False
