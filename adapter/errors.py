"""What stops a command, and the exit code that it ends with.

    AdapterError                     1   something in the world is not as it must be
    ├── UsageError                   2   the call cannot be meant, or contradicts what is known
    ├── UnknownName                  1   an id or a name that nothing here has
    ├── UnreadablePath               1   a file that cannot be opened, or changed while it was read
    ├── KeyFault                     1   a key is missing, or is another one than the database was made with
    └── StoreError                   1   the database cannot be reached, or refuses
        └── StoreBusy                1   somebody else is writing for longer than we wait

Bad input is no error: it is an issue, kept in quarantine beside its bytes. Each message is one line that says what
to do, and none ever holds a value that was sent, a file's name or a password.
"""

from __future__ import annotations


class AdapterError(Exception):
    """The root of all that ends a command with a sentence instead of a traceback."""


class UsageError(AdapterError):
    """The call itself cannot be meant: it contradicts what is known, or a setting is no such thing."""


class UnknownName(AdapterError):
    """An id or a name that nothing here has."""


class UnreadablePath(AdapterError):
    """A file that cannot be opened or read to its end. The message tells its place in the call, never its name."""


class KeyFault(AdapterError):
    """A key is missing, cannot be read, or is another one than the database was made with."""


class StoreError(AdapterError):
    """The database cannot be reached, or refuses what is asked of it."""


class StoreBusy(StoreError):
    """Another process writes to the database for longer than we wait."""


def exit_code(error: AdapterError) -> int:
    """2 for what the caller can mend in the call itself, 1 for anything else."""
    match error:
        case UsageError():
            return 2
        case _:
            return 1
