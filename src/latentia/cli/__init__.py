"""The command line: one file for each command, the public interface and nothing else below."""

from latentia.cli._app import app, main

__all__ = ["app", "main"]
