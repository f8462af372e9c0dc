"""``python -m mockmail``."""

from mockmail.cli import main

raise SystemExit(main())
