"""The command line: a thin shell that reads arguments, calls one thing and shows what came of it."""
