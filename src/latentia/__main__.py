"""``python -m latentia`` is the command line."""

from latentia.cli import main

raise SystemExit(main())
