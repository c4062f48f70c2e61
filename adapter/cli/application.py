"""The command `adapter`: its sub-commands, and what it does with a failure.

A failure is one line on stderr that says what to do: exit 2 for a call that cannot be meant, 1 for anything else.
Not even an unforeseen error prints a value: its traceback could hold one.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence
from functools import cache
from typing import cast

import typer
from typer.core import TyperGroup
from typer.exceptions import TyperException

from adapter import __version__
from adapter.cli import (
    checkpoint,
    counts,
    decisions,
    declare,
    demo,
    diff,
    emit,
    feeds,
    incident,
    ingest,
    keys,
    mappings,
    ods,
    practice_return,
    proof,
    publish,
    quarantine,
    registrations,
    review,
    run,
    serve,
    signals,
    touches,
    trace,
    verify,
)
from adapter.errors import AdapterError, exit_code

app = typer.Typer(
    name="adapter",
    help="FHIR Immunizations in, CQRS-ready achievement counts out, every count traceable to its source bytes.",
    epilog="Begin with `adapter demo`. Then: `adapter ods load`, `adapter ingest`, `adapter run`, `adapter counts`.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for module in (
    demo,
    ods,
    ingest,
    run,
    counts,
    decisions,
    trace,
    touches,
    diff,
    signals,
    verify,
    checkpoint,
    proof,
    quarantine,
    feeds,
    review,
    declare,
    incident,
    practice_return,
    publish,
    emit,
    registrations,
    mappings,
    keys,
    serve,
):
    module.register(app)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"adapter {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Show the version."),
) -> None:
    pass


def main() -> None:
    """The console script."""
    sys.exit(call(sys.argv[1:]))


def call(arguments: Sequence[str]) -> int:
    """Run one command; the exit code."""
    try:
        code = _command().main(args=list(arguments), prog_name="adapter", standalone_mode=False)
        sys.stdout.flush()
    except TyperException as error:
        return _usage(error)
    except typer.Abort:
        return _say("stopped.", 130)
    except AdapterError as error:
        return _say(str(error), exit_code(error))
    except KeyboardInterrupt:
        return _say("interrupted. What was committed is kept; call the same again to go on.", 130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0  # whoever reads has enough: no failure of ours
    except OSError as error:
        return _say(f"{error.strerror or 'The system refused'}: check space, permissions and where output goes.", 1)
    except Exception as error:  # noqa: BLE001 - the last door: its text and traceback could hold patient data
        return _say(f"{_place(error)}. This is a fault of the program: nothing is half-written; please report it.", 1)
    return code if isinstance(code, int) else 0


@cache
def _command() -> TyperGroup:
    """Put together once: scripts and tests call again and again."""
    return cast(TyperGroup, typer.main.get_command(app))


def _usage(error: TyperException) -> int:
    message = error.format_message()
    if "\n" in message.strip():
        sys.stdout.write(message + "\n")
        return 0
    command = getattr(getattr(error, "ctx", None), "command_path", "adapter")
    return _say(f"{message.rstrip('.')}. `{command} --help` tells more.", getattr(error, "exit_code", 1))


def _say(message: str, code: int) -> int:
    sys.stderr.write("adapter: " + " ".join(message.split()) + "\n")
    return code


def _place(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if f"{os.sep}adapter{os.sep}" in frame.filename] or list(frames)
    where = f"{os.path.basename(own[-1].filename)}:{own[-1].lineno}" if own else "an unknown place"
    return f"{type(error).__name__} in {where}"
