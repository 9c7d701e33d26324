"""The command line: reads arguments, calls the library, renders; every error is one line and exit 2."""

from __future__ import annotations

import argparse
import gc
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from reportqa import __version__
from reportqa.arguments import Parser, port, positive, shard
from reportqa.errors import InputError, ReportQAError

if TYPE_CHECKING:
    from reportqa.qa import ReportQA
    from reportqa.text.records import Answer
    from reportqa.writing import Writer, Written

_EXAMPLE = '例如：reportqa ask "本学年招生多少人？"'


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status: 0, or 2 where the usage or the input is wrong.

    >>> main(["ask", ""])       # doctest: +SKIP
    2
    """
    for stream in (sys.stdout, sys.stderr):
        _speak_utf8(stream)
    try:
        options = _parser().parse_args(argv)
        options.run(options)
    except ReportQAError as error:
        sys.stderr.write(f"reportqa: {error}\n")
        return 2
    except BrokenPipeError:
        sys.stderr.close()
    except KeyboardInterrupt:
        sys.stderr.write("reportqa: 已中断。\n")
        return 130
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = Parser(prog="reportqa", description="对中文报告用中文提问：给出原文、出处和数据。", epilog=_EXAMPLE)
    parser.add_argument("--version", action="version", version=f"reportqa {__version__}", help="显示版本")
    commands = parser.add_subparsers(dest="command", required=True, metavar="命令", parser_class=Parser)

    index = _command(commands, "index", "建立或更新索引", _index)
    index.add_argument("paths", nargs="*", type=Path, metavar="PATH", help="报告文件或文件夹（默认 corpus）")
    index.add_argument("--shard", type=shard, metavar="K/N", help="几台机器共建一个 Milvus 索引：建 N 份中的第 K 份")

    ask = _command(commands, "ask", "问一个问题", _ask)
    ask.add_argument("question", metavar="QUESTION", help="问题")
    ask.add_argument("--json", action="store_true", help="输出 JSON 答案记录")
    ask.add_argument("--top-k", type=positive, default=5, metavar="N", help="最多引用几段（默认 5）")

    _writer(ask)

    figures = _command(commands, "figures", "列出报告里的全部数据", _figures)
    figures.add_argument("--format", choices=["table", "csv", "xlsx", "jsonl"], default="table", help="输出形式")
    figures.add_argument("-o", "--output", type=Path, metavar="FILE", help="写到文件（xlsx 必须）")

    compare = _command(commands, "compare", "把一个指标在各份报告里的数值并列比较", _compare)
    compare.add_argument("indicator", metavar="INDICATOR", help="指标，如 在校生")
    compare.add_argument("--format", choices=["table", "csv", "jsonl"], default="table", help="输出形式")

    check = _command(commands, "check", "核对报告自己的数据：前后矛盾、合计、占比、人均", _check)
    check.add_argument("--format", choices=["table", "jsonl"], default="table", help="输出形式")

    batch = _command(commands, "batch", "回答一份问题清单，写成文档", _batch)
    batch.add_argument("questions", type=Path, metavar="QUESTIONS", help="问题清单：.txt .csv .xlsx .jsonl .md")
    batch.add_argument(
        "-o", "--output", type=Path, metavar="OUT", help="写到文件：.xlsx .csv .jsonl .md .docx（默认输出 JSON Lines）"
    )
    batch.add_argument("--top-k", type=positive, default=5, metavar="N", help="每题最多引用几段（默认 5）")
    batch.add_argument("--resume", action="store_true", help="接着上次中断的地方做")
    batch.add_argument("--reviewed", type=Path, metavar="FILE", help="采用审核过的答案：本程序写出的 .xlsx")

    evaluate = _command(commands, "eval", "用自己的问题集衡量答案的质量", _eval)
    evaluate.add_argument("questions", type=Path, metavar="QUESTIONS.jsonl", help="问题集：每行一个问题、证据和答案")
    evaluate.add_argument("-o", "--output", type=Path, metavar="FILE", help="把每题每项的得分写成 JSON Lines")

    serve = _command(commands, "serve", "打开网页界面", _serve)
    serve.add_argument("--host", default="127.0.0.1", help="监听地址（默认 127.0.0.1）")
    serve.add_argument("--port", type=port, default=7860, help="端口（默认 7860）")
    serve.add_argument(
        "--corpus", type=Path, default=Path("corpus"), metavar="DIR", help="“文库”页的报告文件夹（默认 corpus）"
    )
    serve.add_argument(
        "--auth", metavar="USER:PASSWORD", help="登录：用户名:密码，或写有这样几行的文件，第一行是管理员"
    )
    serve.add_argument("--open", action="store_true", help="打开浏览器（有屏幕时）")
    serve.add_argument(
        "--api-key", metavar="KEY", help="开放 Dify 和聊天程序的接口：密钥，或写有密钥的文件（默认 REPORTQA_API_KEY）"
    )
    _writer(serve)
    serve.add_argument("--root-path", default="", metavar="PATH", help="反向代理提供网页的路径，如 /reportqa")

    model = commands.add_parser("model", help="把内置模型写成 sentence-transformers 文件夹，便于携带")
    model.add_argument("folder", type=Path, metavar="DIR", help="要写入的文件夹")
    model.set_defaults(run=_model)
    return parser


def _command(
    commands: argparse._SubParsersAction[Parser],
    name: str,
    purpose: str,
    run: Callable[[argparse.Namespace], None],
) -> argparse.ArgumentParser:
    """Add a command that works on an index with a model."""
    command: argparse.ArgumentParser = commands.add_parser(name, help=purpose, description=purpose)
    command.add_argument("--index", default="index", metavar="INDEX", help="索引：文件夹，或 milvus:地址（默认 index）")
    command.add_argument("--model", metavar="MODEL", help="sentence-transformers 模型的文件夹或名称（默认内置模型）")
    command.set_defaults(run=run)
    return command


def _writer(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--writer",
        nargs=2,
        metavar=("URL", "MODEL"),
        help="让一个语言模型为总结、比较、为什么一类的问题写一段，逐句核对（OpenAI 接口的地址和模型；默认不用）",
    )


def _index(options: argparse.Namespace) -> None:
    from reportqa.index.build import build_index
    from reportqa.terminal import building, show_build

    with building() as progress:
        paths = options.paths or [Path("corpus")]
        report = build_index(paths, options.index, options.model, progress, shard=options.shard)
    show_build(report)


def _ask(options: argparse.Namespace) -> None:
    # A process that answers one question ends before it has anything to collect: looking for it takes 50 ms.
    gc.disable()
    try:
        _answer(options)
    finally:
        gc.enable()


def _answer(options: argparse.Namespace) -> None:
    from reportqa.asking.question import understand
    from reportqa.qa import ReportQA

    understand(options.question)
    writer = _read_writer(options.writer)
    qa = ReportQA.open(options.index, options.model)
    answer = qa.ask(options.question, options.top_k)
    if not options.json:
        from reportqa.terminal import show_answer

        # Before anything is written: a model may take its time.
        show_answer(answer)
    written = _write(qa, writer, answer)
    if options.json:
        record = answer.to_record() | ({"written": written.to_record()} if written else {})
        sys.stdout.write(json.dumps(record, ensure_ascii=False, indent=2) + "\n")
    elif written:
        from reportqa.terminal import show_written

        show_written(written)


def _read_writer(given: Sequence[str] | None) -> Writer | None:
    if given is None:
        return None
    from reportqa.writing import read_writer

    return read_writer(given)


def _write(qa: ReportQA, writer: Writer | None, answer: Answer) -> Written | None:
    if writer is None:
        return None
    from reportqa.writing import write

    return write(qa, writer, answer)


def _figures(options: argparse.Namespace) -> None:
    from reportqa.index.opening import open_store
    from reportqa.output.files import write_figures

    write_figures(open_store(options.index).all_figures(), options.format, options.output)


def _compare(options: argparse.Namespace) -> None:
    from reportqa.output.files import write_comparison
    from reportqa.qa import ReportQA

    compared = ReportQA.open(options.index, options.model).compare(options.indicator)
    if not compared:
        raise InputError(f"各份报告里都没有找到“{options.indicator}”的数据：请换一个说法。")
    write_comparison(compared, options.format)


def _check(options: argparse.Namespace) -> None:
    from reportqa.qa import ReportQA

    findings = ReportQA.open(options.index, options.model).check()
    if options.format == "jsonl":
        sys.stdout.writelines(json.dumps(one.to_record(), ensure_ascii=False) + "\n" for one in findings)
        return
    from reportqa.terminal import show_findings

    show_findings(findings)


def _batch(options: argparse.Namespace) -> None:
    from reportqa.batch import answer_rows, check_output, json_line, read_questions, run_batch, summarise
    from reportqa.qa import ReportQA
    from reportqa.terminal import answering, show_summary

    if options.output:
        check_output(options.output, options.questions)
    questions = read_questions(options.questions)
    qa = ReportQA.open(options.index, options.model)
    if options.output is None:
        if options.resume:
            raise InputError("--resume 要写到文件：请加 -o 文件名。")
        rows = []
        for row in answer_rows(qa, questions, top_k=options.top_k, reviewed=options.reviewed):
            sys.stdout.write(json_line(row))
            rows.append(row)
        show_summary(summarise(rows, questions.notes))
        return
    with answering() as progress:
        summary = run_batch(
            qa,
            questions,
            options.output,
            top_k=options.top_k,
            resume=options.resume,
            reviewed=options.reviewed,
            progress=progress,
        )
    show_summary(summary, options.output)


def _eval(options: argparse.Namespace) -> None:
    from reportqa.evaluation.running import evaluate, read_gold, write_rows
    from reportqa.qa import ReportQA
    from reportqa.terminal import show_evaluation

    qa = ReportQA.open(options.index, options.model)
    rows, _ = evaluate(qa, read_gold(options.questions, qa.documents()))
    show_evaluation(rows)
    if options.output:
        write_rows(rows, options.output)


def _serve(options: argparse.Namespace) -> None:
    from reportqa.web import serve

    def say(line: str) -> None:
        sys.stderr.write(f"{line}\n")

    serve(
        options.index,
        options.model,
        options.host,
        options.port,
        corpus=options.corpus,
        auth=options.auth,
        api_key=options.api_key,
        writer=options.writer,
        root_path=options.root_path,
        say=say,
        opened=options.open,
    )


def _model(options: argparse.Namespace) -> None:
    from reportqa.models.folder import write_model

    def tell(step: str) -> None:
        sys.stderr.write(f"{step}\n")

    folder = write_model(options.folder, tell)
    sys.stdout.write(f"模型已写入 {folder}\n")


def _speak_utf8(stream: TextIO) -> None:
    """Write UTF-8 wherever the output goes, also on a Windows console or into a pipe with another code page."""
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure:
        reconfigure(encoding="utf-8", errors="replace")
