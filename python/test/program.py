"""A stand-in for the program pratique, which notes what it is told."""

from __future__ import annotations

import json
import os
import stat
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

SCRIPT = """#!{python}
import json, os, pathlib, sys
folder = pathlib.Path(os.environ["STAND_IN"])
arguments = sys.argv[1:]
told = {{"arguments": arguments}}
if not arguments[1].startswith("-"):
    told["spec"] = json.loads(pathlib.Path(arguments[1]).read_text())
context = pathlib.Path(arguments[arguments.index("--context") + 1])
told["files"] = sorted(str(f.relative_to(context)) for f in context.rglob("*") if f.is_file())
with open(folder / "told", "a") as f:
    print(json.dumps(told), file=f)
answer = json.loads((folder / "answer").read_text())
sys.stderr.write(answer["stderr"])
sys.stdout.write(answer["stdout"])
status = "check" if "--check-only" in arguments else "name" if "--explain-tag" in arguments else "build"
sys.exit(answer.get(status, 0))
"""


class ProgramTestCase(unittest.TestCase):
    """Runs in a folder of its own, with the stand-in for pratique."""

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.context = self.folder / "context"
        self.context.mkdir()
        program = self.folder / "pratique"
        program.write_text(SCRIPT.format(python=sys.executable))
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
        self.addCleanup(os.chdir, os.getcwd())
        os.chdir(self.context)
        environment = mock.patch.dict(os.environ, {"PRATIQUE_PROGRAM": str(program), "STAND_IN": str(self.folder)})
        environment.start()
        self.addCleanup(environment.stop)
        self.answers()

    def answers(self, check: int = 3, build: int = 0, stdout: str = "{}", stderr: str = "") -> None:
        """Says what the stand-in answers: its exit statuses, and what it prints."""
        answer = {"check": check, "build": build, "stdout": stdout, "stderr": stderr}
        (self.folder / "answer").write_text(json.dumps(answer))

    def told(self) -> list[dict]:
        """What the stand-in was told, once for each time that it ran."""
        file = self.folder / "told"
        return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []

    def write(self, name: str, text: str = "") -> Path:
        file = self.context / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return file
