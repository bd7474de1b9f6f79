"""Start a command; `scripts/venus --help` explains them."""

from argparse import Namespace
import asyncio
import json
import logging
import sys

from .arguments import parse
from .commands import COMMANDS, DONE, FAILED
from .library import venus
from .network import NetworkError
from .words import failure


async def run(arguments: Namespace) -> int:
    """Do what the command line says; return the exit code."""
    try:
        return await COMMANDS[arguments.command](arguments)
    except (venus.VenusError, NetworkError) as err:
        told = failure(err)
        if arguments.json:
            outcome = {"outcome": "failed"} if arguments.command == "set-mode" else {}
            print(json.dumps(outcome | told, indent=2, ensure_ascii=False), flush=True)
        else:
            failed = "failed" if arguments.command == "set-mode" else "error"
            print(f"{failed}: {told['reason']}", file=sys.stderr, flush=True)
        return FAILED


def main() -> int:
    """Run a command to its end, or to Ctrl-C."""
    arguments = parse()
    level = logging.DEBUG if arguments.debug else logging.ERROR
    logging.basicConfig(level=level, format="%(name)s: %(message)s")
    try:
        return asyncio.run(run(arguments))
    except KeyboardInterrupt:
        # The way to end a watch, and to give anything else up.
        return DONE if arguments.command == "watch" else 130


if __name__ == "__main__":
    sys.exit(main())
