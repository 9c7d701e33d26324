"""Serve the web app: the same as ``reportqa serve``, with its options."""

import sys

from reportqa.cli import main

if __name__ == "__main__":
    raise SystemExit(main(["serve", *sys.argv[1:]]))
