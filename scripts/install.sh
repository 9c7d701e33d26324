#!/bin/sh
# 在不联网的电脑上安装 reportqa：./install.sh（指定 Python：PYTHON=python3.12 ./install.sh）
# Nothing is fetched: pip is told of no index, and of no folder but this one's wheels.
set -eu
cd "$(dirname "$0")"
PYTHON=${PYTHON:-python3}

command -v "$PYTHON" >/dev/null || { echo "找不到 $PYTHON：请指明，例如 PYTHON=python3.12 ./install.sh" >&2; exit 1; }
here=$("$PYTHON" -c 'import sys, sysconfig; print(sysconfig.get_platform(), "%d.%d" % sys.version_info[:2])')
meant=$(cat KIND)
if [ "$here" != "$meant" ]; then
    echo "这个安装包用于 $meant，这里是 $here：请在同类的电脑上重新制作，或用 PYTHON= 指明相应版本的 Python。" >&2
    exit 1
fi
"$PYTHON" -c 'import ensurepip, venv' 2>/dev/null || { echo "$PYTHON 缺少 venv 模块。Debian、Ubuntu 请先安装 python3-venv。" >&2; exit 1; }

echo "== 核对文件"
"$PYTHON" - <<'END'
import hashlib, pathlib, sys

bad = []
for line in pathlib.Path("SHA256SUMS").read_text("utf-8").splitlines():
    digest, _, name = line.partition("  ")
    path = pathlib.Path(name)
    if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != digest:
        bad.append(name)
if bad:
    sys.exit("文件缺失或损坏：" + "、".join(bad[:5]) + "。请重新拷贝整个文件夹。")
END

echo "== 安装到 $(pwd)/.venv（需要一两分钟）"
"$PYTHON" -m venv --clear .venv
PIP_CONFIG_FILE=/dev/null .venv/bin/python -m pip --isolated --disable-pip-version-check install \
    --quiet --no-index --find-links wheels reportqa

cat <<'END'
== 安装好了。接下来：
   .venv/bin/reportqa index                     为 corpus 文件夹里的报告建索引
   .venv/bin/python app.py                      打开网页 http://127.0.0.1:7860
   .venv/bin/reportqa ask "本学年招生多少人？"    在命令行里提问
END
