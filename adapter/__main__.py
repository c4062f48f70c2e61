"""`python -m adapter` is the command `adapter`."""

from adapter.cli.application import main

if __name__ == "__main__":  # worker processes import this, too
    main()
