"""Writes the reference pages that are made from the code, so that they cannot differ from it.

`make docs` runs it; a test compares what it would write with what is there. The pages of the rule book are made from
the cases of `tests/spec`, which are decided by the code before they are written.
"""

from __future__ import annotations

import ast
import csv
import inspect
import io
import sys
from collections.abc import Iterator
from pathlib import Path

import typer
from adapter import settings
from adapter.achievement.emission import COUNT_COLUMNS
from adapter.cli.application import app
from adapter.normalise.tables import mappings_folder, read_folder
from adapter.reasons import SUPPORTING_ONLY, Outcome, Reason
from typer.testing import CliRunner

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "spec"))

import book

HERE = Path(__file__).parent / "reference"
HEAD = "<!-- Made by docs/make_reference.py: change the code and run `make docs`. -->\n\n"
BOOK_HEAD = "<!-- Made from the cases of tests/spec: change a case there and run `make docs`. -->\n\n"


def pages() -> dict[str, str]:
    """File name → text."""
    made = {
        "reasons.md": _reasons(),
        "settings.md": _settings(),
        "commands.md": _commands(),
        "mappings.md": _mappings(),
    }
    written = {name: HEAD + text for name, text in made.items()}
    return written | {name: BOOK_HEAD + text for name, text in book.pages().items()}


def _reasons() -> str:
    lines = [
        "# Outcomes and reasons\n",
        "Every record of a run has one outcome and one deciding reason; supporting reasons say what else is odd.\n",
        "Outcomes: " + ", ".join(f"`{outcome.value}`" for outcome in Outcome) + ".\n",
        "## Deciding\n",
        "| reason | means |",
        "|---|---|",
        *(f"| `{reason.value}` | {reason.sentence} |" for reason in Reason if reason not in SUPPORTING_ONLY),
        "\n## Supporting only\n",
        "| reason | means |",
        "|---|---|",
        *(f"| `{reason.value}` | {reason.sentence} |" for reason in Reason if reason in SUPPORTING_ONLY),
        "\n`code-invalid` also supports: an unusable code beside sound ones.\n",
        "\nColumns of a count: " + ", ".join(f"`{column}`" for column in COUNT_COLUMNS) + ".\n",
    ]
    return "\n".join(lines)


def _settings() -> str:
    """From the docstrings below the fields of `Settings`."""
    tree = ast.parse(inspect.getsource(settings))
    fields = next(node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == "Settings")
    said = [
        " ".join(node.value.value.split())
        for node in fields.body[1:]
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
    ]
    lines = [
        "# Settings\n",
        "All of them are environment variables. `--db` on any command goes before the first.\n",
        "`ADAPTER_CONFIG` names a TOML file that can hold all of them: keys without `ADAPTER_`, in lower case, such as "
        '`data_dir = "/srv/adapter"` or `fast_validation = true`; feeds, too, as [feeds.NAME] '
        "([pull from a source](../how-to/pull-from-a-source.md)). What the environment says goes before the file. "
        "Secrets are better named by their files: `data_key_file = …`.\n",
    ]
    lines += [f"* `{name}`: {text.strip()}" for name, text in (one.split(":", 1) for one in said)]
    return "\n".join(lines) + "\n"


def _commands() -> str:
    blocks = ["# Commands\n"]
    runner = CliRunner(env={"COLUMNS": "100", "TERMINAL_WIDTH": "100", "NO_COLOR": "1"})
    for words in _names(typer.main.get_command(app), ()):
        shown = runner.invoke(app, [*words, "--help"], prog_name="adapter").output
        text = "\n".join(line.rstrip() for line in shown.strip().splitlines())
        blocks.append(f"## `{' '.join(('adapter', *words))}`\n\n```text\n{text}\n```\n")
    return "\n".join(blocks)


def _names(command: object, words: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    yield words
    for name, inner in sorted(getattr(command, "commands", {}).items()):
        yield from _names(inner, (*words, name))


def _mappings() -> str:
    files = read_folder(mappings_folder())
    lines = [
        "# Mapping tables\n",
        "Each row has its source and dates; `mappings/README.md` explains the columns. A run keeps each digest.\n",
        "| file | rows |",
        "|---|---|",
        *(
            f"| `mappings/{name}` | {len(list(csv.DictReader(io.StringIO(content.decode(), newline=''))))} |"
            for name, content in sorted(files.items())
        ),
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    if faults := book.faults():
        sys.exit("\n".join([*faults, "Nothing was written: the code decides otherwise."]))
    HERE.mkdir(exist_ok=True)
    for name, text in pages().items():
        (HERE / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
