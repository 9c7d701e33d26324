"""A parser of arguments that speaks Chinese, and the kinds of arguments that are checked."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any, NoReturn

from reportqa.errors import InputError

if TYPE_CHECKING:
    from reportqa.reading.files import Shard


class Parser(argparse.ArgumentParser):
    """A parser that speaks Chinese, which argparse cannot by itself."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs | {"add_help": False, "formatter_class": _Help})
        self._positionals.title, self._optionals.title = "参数", "选项"
        self.add_argument("-h", "--help", action="help", help="显示这段说明")

    def error(self, message: str) -> NoReturn:
        """Raise InputError with what is wrong."""
        raise InputError(f"{_in_chinese(message)}（用法见 {self.prog} --help）")


class _Help(argparse.HelpFormatter):
    def add_usage(self, usage: str | None, actions: Any, groups: Any, prefix: str | None = None) -> None:
        super().add_usage(usage, actions, groups, "用法：" if prefix is None else prefix)


def shard(text: str) -> Shard:
    """Read which part of the reports is meant: 2/8 is the second of eight."""
    from reportqa.reading.files import Shard

    number, _, count = text.partition("/")
    if not (number.isdecimal() and count.isdecimal() and 1 <= int(number) <= int(count) <= 1000):
        raise argparse.ArgumentTypeError(f"要写成 K/N，如 2/8 是 8 份中的第 2 份，给的是 {text}")
    return Shard(int(number), int(count))


def positive(text: str) -> int:
    """Read a number from 1 to 100."""
    if not text.isdecimal() or not 1 <= int(text) <= 100:
        raise argparse.ArgumentTypeError(f"要 1 到 100 的整数，给的是 {text}")
    return int(text)


def port(text: str) -> int:
    """Read the number of a port."""
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"要 1 到 65535 的端口号，给的是 {text}")
    return int(text)


def _in_chinese(message: str) -> str:
    """Translate what argparse says, which is English in every locale."""
    for english, chinese in (
        ("the following arguments are required: ", "缺少参数："),
        ("unrecognized arguments: ", "不认识的参数："),
        ("invalid choice: ", "没有这个选择："),
        ("expected one argument", "后面要有一个值"),
        ("choose from", "可选"),
        ("argument ", "参数 "),
    ):
        message = message.replace(english, chinese)
    return message
