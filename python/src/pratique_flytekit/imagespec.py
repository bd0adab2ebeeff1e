"""The builder `pratique` of flytekit's ImageSpec.

flytekit imports this module through the entry-point group `flytekit.plugins`.
"""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path
from typing import Any

import click
import flytekit
from flytekit.constants import CopyFileDetection
from flytekit.image_spec.image_spec import ImageBuildEngine, ImageSpec, ImageSpecBuilder

from pratique_flytekit.command import Build, BuildError, further_arguments
from pratique_flytekit.wire import wire

#: Above every builder that flytekit, envd and Union register.
PRIORITY = 20


class PratiqueImageSpecBuilder(ImageSpecBuilder):
    """Builds an ImageSpec with `pratique build`, into the registry that it names.

    The image has the name and tag that flytekit computes. That it is named by
    its tag and not by its digest is on purpose: an image that exists already is
    known by its tag alone, and the hash of an ImageSpec that is based on another
    contains that one's name. With a digest both would depend on who built first.
    """

    builder_type = "pratique"

    def should_build(self, image_spec: ImageSpec) -> bool:
        """Asks the registry. Where it refuses to say, that is an error.

        flytekit's own builders take a check that failed for an image that
        exists, and the tasks then cannot pull it.
        """
        name = image_spec.image_name()
        build = prepare(image_spec)
        if image_spec._is_force_push:
            click.secho(f"Overwriting image {name}.", fg="blue")
            return True
        if build.exists():
            click.secho(f"Image {name} found. Skip building.", fg="blue")
            return False
        click.secho(f"Image {name} not found. Building with Pratique...", fg="blue")
        return True

    def build_image(self, image_spec: ImageSpec) -> str:
        name = image_spec.image_name()
        build = prepare(image_spec)
        computed = build.name()
        if computed != name:
            raise BuildError(
                f"flytekit {flytekit.__version__} calls the image {name}, and pratique {computed}: "
                "files that belong to it changed meanwhile, or pratique does not know this version of flytekit"
            )
        build.build(force=image_spec._is_force_push)
        return name


def prepare(image_spec: ImageSpec) -> Build:
    """What pratique is told of an ImageSpec."""
    if not image_spec.registry:
        raise BuildError(
            f"ImageSpec {image_spec.name!r} has no registry: Pratique builds images into one. "
            'Set registry="<host>", or builder="default" for an image that stays on this machine'
        )
    if os.environ.get("FLYTE_PUSH_IMAGE_SPEC", "True").lower() not in ("true", "1"):
        raise BuildError(
            f"FLYTE_PUSH_IMAGE_SPEC={os.environ['FLYTE_PUSH_IMAGE_SPEC']}: Pratique builds images into their registry. "
            'Unset it, or set builder="default"'
        )
    spec = {**fields(image_spec), "$id": image_spec.id}
    arguments = ["--flytekit-compat", flytekit.__version__]
    chosen = any(a.startswith(("--flytekit-version", "--no-flytekit")) for a in further_arguments())
    if not chosen and "dev" not in flytekit.__version__:
        arguments += ["--flytekit-version", flytekit.__version__]
    return Build(spec, Path.cwd(), arguments)


def fields(image_spec: ImageSpec) -> dict[str, Any]:
    """The fields of an ImageSpec that have a value, in the wire form."""
    values: dict[str, Any] = {}
    for f in dataclasses.fields(image_spec):
        value = getattr(image_spec, f.name)
        if value is None:
            continue
        if isinstance(value, ImageSpec):
            values[f.name] = fields(value)
        elif f.name == "requirements" or f.name == "source_root" and copies_source(image_spec):
            values[f.name] = relative(str(value))
        elif isinstance(value, CopyFileDetection):
            values[f.name] = value.name
        else:
            values[f.name] = wire(value)
    if image_spec.source_copy_mode is CopyFileDetection.LOADED_MODULES:
        values["$loaded_modules"] = loaded_modules(image_spec)
    return values


def copies_source(image_spec: ImageSpec) -> bool:
    return image_spec.source_copy_mode not in (None, CopyFileDetection.NO_COPY)


def relative(path: str) -> str:
    """The path from here, if it is below: builders elsewhere have no other.

    The tag is made of what is in the files, and not of their paths.
    """
    if not os.path.isabs(path):
        return path
    below = Path(os.path.relpath(path)).as_posix()
    return path if below.startswith("..") else below


def loaded_modules(image_spec: ImageSpec) -> list[str]:
    """The files of modules that flytekit copies, which only this process knows."""
    from flytekit.tools.script_mode import ls_files

    if not image_spec.source_root:
        raise BuildError(f"ImageSpec {image_spec.name!r} copies loaded modules and has no source_root")
    root = str(image_spec.source_root)
    files, _ = ls_files(root, CopyFileDetection.LOADED_MODULES)
    return [Path(os.path.relpath(file, root)).as_posix() for file in files]


ImageBuildEngine.register(PratiqueImageSpecBuilder.builder_type, PratiqueImageSpecBuilder(), priority=PRIORITY)
