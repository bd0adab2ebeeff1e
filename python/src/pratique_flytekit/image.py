"""The image builder `pratique` of flyte, the second SDK.

flyte finds it in the entry-point group `flyte.plugins.image_builders` when a
configuration says `image.builder: pratique`. It translates an Image into an
ImageSpec, which pratique builds. What an ImageSpec cannot say is an error that
names the layer.
"""

from __future__ import annotations

import asyncio
import logging
import posixpath
import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click
from flyte import _image as image_module
from flyte._build import ImageBuild
from flyte._code_bundle._utils import copy_code_bundle_to_context
from flyte._image import Image, Layer
from flyte._internal.imagebuild.utils import copy_files_to_context, get_and_list_dockerignore
from flyte._utils import parse_uv_script_file
from flyte.extend import ImageChecker

from pratique_flytekit.command import Build, BuildError

logger = logging.getLogger(__name__)


class PratiqueImageChecker:
    """Asks the registry whether an image exists."""

    @classmethod
    async def image_exists(cls, repository: str, tag: str, arch: tuple[str, ...] = ("linux/amd64",)) -> str | None:
        """The image's reference if it exists for the platforms, and None if not.

        None also where the registry refuses to say: flyte takes an exception
        for an image that exists, and an attempt to build tells the reason.
        """
        name = f"{repository}:{tag}"
        spec = {"name": repository.rpartition("/")[2], "platform": ",".join(arch)}
        try:
            exists = await asyncio.to_thread(Build(spec, Path.cwd(), ["--tag", name]).exists)
        except BuildError as error:
            logger.warning("Whether %s exists is not known: %s", name, error)
            return None
        return name if exists else None


class PratiqueImageBuilder:
    """Builds an Image with `pratique build`, into its registry."""

    def get_checkers(self) -> list[type[ImageChecker]]:
        return [PratiqueImageChecker]

    async def build_image(
        self, image: Image, dry_run: bool = False, wait: bool = True, force: bool = False
    ) -> ImageBuild:
        """Builds and pushes the image; with dry_run, says how.

        It waits for the image also where it need not.
        """
        return await asyncio.to_thread(self._build, image, dry_run, force)

    def _build(self, image: Image, dry_run: bool, force: bool) -> ImageBuild:
        uri = image.uri
        if not image.registry:
            registry = image_module._get_push_registry()
            if not registry:
                raise BuildError(
                    f"image {uri} has no registry: set registry=… of the image, image.registry in config.yaml "
                    "or FLYTE_IMAGE_REGISTRY"
                )
            uri = f"{registry}/{uri}"
        with tempfile.TemporaryDirectory(prefix="pratique-") as context:
            if dry_run and image.dockerfile is not None:
                click.echo(Path(image.dockerfile).read_text())
                return ImageBuild(uri=uri, remote_run=None)
            build = translate(image, uri, Path(context))
            if dry_run:
                click.echo(build.plan())
            else:
                build.build(force=force)
        return ImageBuild(uri=uri, remote_run=None)


def translate(image: Image, uri: str, context: Path) -> Build:
    """What pratique is told of an Image, with the files that it needs in context."""
    arguments = ["--tag", uri]
    if image.dockerfile is not None:
        arguments += ["--dockerfile", str(image.dockerfile), "--platform", ",".join(image.platform)]
        return Build(None, Path(image.dockerfile).parent, arguments)
    if not image.base_image:
        raise BuildError(f"image {uri} has no base image")
    t = _Translation(uri, context, get_and_list_dockerignore(image))
    for layer in image._layers:
        t.add(layer)
    spec = {
        "name": image.name,
        "base_image": image.base_image,
        "platform": ",".join(image.platform),
        "$id": uri,
        **t.spec(),
    }
    return Build(spec, context, [*arguments, "--no-flytekit"])


@dataclass
class _Translation:
    """The layers of an image as fields of an ImageSpec.

    An ImageSpec installs packages, sets the environment, copies files and runs
    commands, in this order; so a layer that would come after commands cannot be
    translated.
    """

    uri: str
    context: Path  # files as they lie in the image's working directory
    ignored: list[str]  # patterns of .dockerignore
    # None is the base image's own.
    _workdir: str | None = None
    _apt: list[str] = field(default_factory=list)
    _packages: list[str] = field(default_factory=list)
    _requirements: Path | None = None
    _options: dict[str, Any] | None = None
    _env: dict[str, str] = field(default_factory=dict)
    _commands: list[str] = field(default_factory=list)

    def spec(self) -> dict[str, Any]:
        fields: dict[str, Any] = {
            "apt_packages": self._apt,
            "packages": self._packages,
            "env": self._env,
            "commands": self._commands,
            "copy": sorted(path.name for path in self.context.iterdir()),
            # An ImageSpec otherwise works in /root.
            "builder_options": {"workdir": self._workdir or ""},
            **(self._options or {}),
        }
        if self._requirements is not None:
            fields["requirements"] = str(self._requirements)
        return {k: v for k, v in fields.items() if v}

    def add(self, layer: Layer) -> None:
        name = type(layer).__name__
        translate_layer = getattr(self, "_add_" + name, None)
        if translate_layer is None:
            raise self._error(layer, "is nothing that Pratique builds")
        if self._commands and name not in ("Commands", "Env", "WorkDir", "DockerIgnore"):
            raise self._error(
                layer, "comes after commands, and Pratique runs commands last; add the commands at the end"
            )
        if getattr(layer, "secret_mounts", None):
            raise self._error(layer, "has secret_mounts, which Pratique cannot give it")
        translate_layer(layer)

    def _error(self, layer: Layer, why: str) -> BuildError:
        return BuildError(f"image {self.uri}: layer {type(layer).__name__} {why}; the builder local builds it")

    def _add_AptPackages(self, layer: Any) -> None:
        if self._packages or self._requirements:
            logger.info("Pratique installs %s before Python packages", " ".join(layer.packages))
        self._apt += layer.packages

    def _add_Commands(self, layer: Any) -> None:
        self._commands += layer.commands

    def _add_Env(self, layer: Any) -> None:
        self._env.update(layer.env_vars)

    def _add_WorkDir(self, layer: Any) -> None:
        if any(self.context.iterdir()):
            raise self._error(layer, "comes after files were copied; set the working directory first")
        self._workdir = posixpath.join(self._workdir or "/", layer.workdir)

    def _add_PipPackages(self, layer: Any) -> None:
        self._set_options(layer)
        self._packages += layer.packages or ()

    def _add_Requirements(self, layer: Any) -> None:
        self._set_options(layer)
        self._set_requirements(layer, layer.file)

    def _add_UVScript(self, layer: Any) -> None:
        header = parse_uv_script_file(layer.script)
        if header.pyprojects:
            raise self._error(layer, "depends on projects of this machine")
        self._set_options(layer)
        self._packages += header.dependencies or ()

    def _add_UVProject(self, layer: Any) -> None:
        self._only_dependencies(layer)
        self._set_options(layer)
        self._set_requirements(layer, layer.uvlock or layer.pyproject, layer.pyproject)

    def _add_PoetryProject(self, layer: Any) -> None:
        self._only_dependencies(layer)
        if layer.extra_args:
            raise self._error(layer, "has extra_args for poetry, which does not run")
        self._set_requirements(layer, layer.poetry_lock, layer.pyproject)

    def _only_dependencies(self, layer: Any) -> None:
        if layer.project_install_mode != "dependencies_only":
            raise self._error(layer, f'has project_install_mode="{layer.project_install_mode}", which needs a build')

    def _set_requirements(self, layer: Layer, file: Path, *beside: Path) -> None:
        """Makes file that of the ImageSpec, and looks up what must lie beside it."""
        file = Path(file).absolute()
        if self._requirements is not None:
            raise self._error(layer, f"is a second file of requirements, after {self._requirements}")
        for other in beside:
            if Path(other).absolute().parent != file.parent:
                raise self._error(layer, f"has {other} and {file} in different folders")
        self._requirements = file

    def _set_options(self, layer: Any) -> None:
        """Takes over options of pip, which all packages of an ImageSpec share."""
        extra = [layer.extra_args] if layer.extra_args else []
        options = {
            "pip_index": layer.index_url,
            "pip_extra_index_url": list(layer.extra_index_urls or ()),
            "pip_extra_args": " ".join((["--pre"] if layer.pre else []) + extra),
        }
        if self._options is not None and self._options != options:
            raise self._error(layer, "has other options of pip than a layer before it")
        self._options = options

    def _add_DockerIgnore(self, layer: Any) -> None:
        pass  # ignored has its patterns

    def _add_CopyConfig(self, layer: Any) -> None:
        layer.validate()
        with tempfile.TemporaryDirectory(prefix="pratique-") as stage:
            self._copy(layer, copy_files_to_context(layer.src, Path(stage), self.ignored))

    def _add_CodeBundleLayer(self, layer: Any) -> None:
        if layer.root_dir is None:
            raise self._error(layer, "has no root_dir")
        with tempfile.TemporaryDirectory(prefix="pratique-") as stage:
            self._copy(layer, copy_code_bundle_to_context(layer.root_dir, layer.copy_style, Path(stage)))

    def _copy(self, layer: Any, source: Path) -> None:
        """Does what COPY of a Dockerfile does: a folder's content goes to dst, and
        a file goes there, or into dst if that is a folder."""
        below = posixpath.normpath(posixpath.join(self._workdir or ".", layer.dst))
        if self._workdir is not None:
            below = posixpath.relpath(below, self._workdir)
        if below.startswith(("/", "..")):
            where = self._workdir or "the base image's, which with_workdir would tell"
            raise self._error(layer, f"copies to {layer.dst}, which is not below the working directory: {where}")
        target = self.context / below
        if source.is_dir():
            shutil.copytree(source, target, dirs_exist_ok=True)
            return
        if layer.dst.endswith("/") or target.is_dir():
            target = target / source.name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, target)
