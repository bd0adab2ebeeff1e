"""Builds the container images of Flyte and Union tasks with Pratique.

flytekit finds the builder of ImageSpec in `pratique_flytekit.imagespec`, and
flyte, its second SDK, that of Image in `pratique_flytekit.image`. Both run the
program `pratique`, which needs no container daemon.
"""

from pratique_flytekit.command import BuildError

__all__ = ["BuildError"]
