"""An ordinary user for programs that won't work for root."""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

USER, GROUP = "nobody", "nogroup"


def hand_over(folder: Path) -> Mapping[str, Any]:
    """Let an ordinary user have a folder, and say who that is, in `subprocess`'s words.

    Only root has to; anyone else is one. It is no folder of `tmp_path`'s: those
    are closed to other users again whenever pytest starts on the same machine.
    """
    if os.geteuid() != 0:
        return {}
    for path in (folder, *folder.rglob("*")):
        shutil.chown(path, USER, GROUP)
    for above in folder.parents:
        above.chmod(above.stat().st_mode | 0o011)
    return {"user": USER, "group": GROUP, "extra_groups": []}
