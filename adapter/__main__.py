"""`python -m adapter` is the command `adapter`."""

from adapter.cli.application import main

main()
