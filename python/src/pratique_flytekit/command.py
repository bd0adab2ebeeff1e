"""Runs the program pratique."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

#: The program to run: a name on PATH or a path.
PROGRAM = "PRATIQUE_PROGRAM"
#: Has a Pratique server build instead of this machine: its URL, or "true" for the
#: one that the registry or AWS_ENDPOINT_URL names.
REMOTE = "PRATIQUE_REMOTE"
#: Further arguments of `pratique build`, as a shell splits them.
BUILD_ARGS = "PRATIQUE_BUILD_ARGS"

# Exit statuses of `pratique build --check-only`.
PRESENT = 0
ABSENT = 3


class BuildError(RuntimeError):
    """An image was not built, or whether it exists is not known."""


@dataclass
class Build:
    """What `pratique build` is told of one image."""

    #: The specification in its wire form: what `json.dumps` makes of it. None
    #: where arguments name something else to build.
    spec: dict[str, Any] | None
    #: The directory that the specification's relative paths begin from.
    directory: Path
    #: Further arguments, which say what the specification does not.
    arguments: list[str] = field(default_factory=list)

    def exists(self) -> bool:
        """Whether the registry has the image.

        Raises BuildError where that is not known: because the registry wants
        a login, or refuses to say, or is not there.
        """
        done = self._run(["--check-only", *further_arguments()], capture=True)
        if done.returncode == PRESENT:
            return True
        if done.returncode == ABSENT:
            return False
        raise BuildError(_reason(done.stderr) or f"pratique build --check-only: exit status {done.returncode}")

    def name(self) -> str:
        """The image's name with its tag, as pratique computes it."""
        done = self._run(["--explain-tag", "--output", "json"], capture=True)
        if done.returncode != 0:
            raise BuildError(_reason(done.stderr))
        return json.loads(done.stdout)["image"]

    def build(self, force: bool = False) -> str:
        """Builds the image, pushes it, and returns its reference by digest.

        Progress goes to standard error.
        """
        arguments = ["--force"] if force else []
        done = self._run([*remote(), *arguments, *further_arguments()], capture=False)
        if done.returncode != 0:
            raise BuildError(f"pratique build failed with exit status {done.returncode}; it said why above")
        return done.stdout.strip()

    def plan(self) -> str:
        """How pratique would build the image, in its words."""
        done = self._run(["--plan", *further_arguments()], capture=False)
        if done.returncode != 0:
            raise BuildError(f"pratique build --plan failed with exit status {done.returncode}; it said why above")
        return done.stdout

    def _run(self, arguments: list[str], capture: bool) -> subprocess.CompletedProcess[str]:
        with self._file() as file:
            command = [program(), "build", *file, "--context", str(self.directory), *self.arguments, *arguments]
            return subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE if capture else None,
                encoding="utf-8",
                check=False,
            )

    @contextmanager
    def _file(self) -> Iterator[list[str]]:
        if self.spec is None:
            yield []
            return
        with tempfile.TemporaryDirectory(prefix="pratique-") as directory:
            file = Path(directory) / "image.json"
            file.write_text(json.dumps(self.spec, ensure_ascii=False, allow_nan=False), encoding="utf-8")
            yield [str(file)]


def remote() -> list[str]:
    """The arguments that have a server build; none for this machine."""
    value = os.environ.get(REMOTE, "")
    if value.lower() in ("", "0", "false", "no", "off"):
        return []
    return ["--remote"] if "://" not in value else ["--remote", "--endpoint-url", value]


def further_arguments() -> list[str]:
    """The arguments that the environment adds."""
    return shlex.split(os.environ.get(BUILD_ARGS, ""))


def program() -> str:
    """The path of the program pratique."""
    name = os.environ.get(PROGRAM) or "pratique"
    path: str | None = shutil.which(name)
    if path is None:
        raise BuildError(f"{name} is not installed, or not on PATH; {PROGRAM} may name it")
    return path


def _reason(stderr: str) -> str:
    """Why pratique failed, out of what it said."""
    return ("\n" + stderr).rpartition("\npratique: ")[2].strip()
