"""The builder of flyte's Image. Needs flyte."""

from __future__ import annotations

import asyncio
import os
import unittest
from pathlib import Path
from unittest import mock

from flyte import Image, Secret
from flyte._internal.imagebuild.image_builder import ImageBuildEngine
from program import ProgramTestCase

from pratique_flytekit import BuildError
from pratique_flytekit.image import PratiqueImageBuilder, PratiqueImageChecker

REGISTRY = "222222222222.dkr.ecr.us-east-1.localhost:5000"


def base() -> Image:
    return Image.from_base("base:1").clone(registry=REGISTRY, name="n", extendable=True)


class RegistrationTest(unittest.TestCase):
    def test_is_found_by_name(self) -> None:
        self.assertIsInstance(ImageBuildEngine._get_builder("pratique"), PratiqueImageBuilder)


class CheckerTest(ProgramTestCase):
    def ask(self) -> str | None:
        return asyncio.run(PratiqueImageChecker.image_exists(f"{REGISTRY}/n", "t", ("linux/amd64", "linux/arm64")))

    def test_exists(self) -> None:
        self.answers(check=0)
        self.assertEqual(self.ask(), f"{REGISTRY}/n:t")
        told = self.told()[0]
        self.assertIn(f"{REGISTRY}/n:t", told["arguments"])
        self.assertEqual(told["spec"]["platform"], "linux/amd64,linux/arm64")

    def test_does_not_exist(self) -> None:
        self.answers(check=3)
        self.assertIsNone(self.ask())

    def test_is_not_known(self) -> None:
        # flyte would take an exception for "exists".
        self.answers(check=1, stderr="pratique: look for n: forbidden\n")
        with self.assertLogs("pratique_flytekit.image", "WARNING") as logs:
            self.assertIsNone(self.ask())
        self.assertIn("forbidden", logs.output[0])


class BuilderTest(ProgramTestCase):
    def build(self, image: Image, **options: bool) -> dict:
        done = asyncio.run(PratiqueImageBuilder().build_image(image, **{"dry_run": False, **options}))
        self.assertEqual(done.uri, image.uri)
        return self.told()[-1]

    def test_layers(self) -> None:
        image = (
            base()
            .with_apt_packages("git", "vim")
            .with_pip_packages("pandas", "numpy", index_url="https://index.example.com", pre=True)
            .with_env_vars({"A": "1", "B": "two words"})
            .with_commands(["echo '$HOME'"])
        )
        told = self.build(image)
        self.assertEqual(
            told["spec"],
            {
                "$id": image.uri,
                "name": "n",
                "base_image": "base:1",
                "platform": "linux/amd64",
                "apt_packages": ["git", "vim"],
                "packages": ["pandas", "numpy"],
                "pip_index": "https://index.example.com",
                "pip_extra_args": "--pre",
                "env": {"A": "1", "B": "two words"},
                "commands": ["echo '$HOME'"],
                "builder_options": {"workdir": ""},
            },
        )
        arguments = told["arguments"]
        self.assertEqual(arguments[arguments.index("--tag") + 1], image.uri)
        self.assertIn("--no-flytekit", arguments)

    def test_files(self) -> None:
        self.write("src/a.py")
        self.write("src/sub/b.py")
        self.write("conf.yaml")
        source = self.context / "src"
        image = (
            base()
            .with_workdir("/home/flyte")
            .with_source_folder(source)
            .with_source_folder(source, dst="lib", copy_contents_only=True)
            .with_source_file(self.context / "conf.yaml", dst="/home/flyte/etc/")
            .with_source_file(self.context / "conf.yaml")
        )
        told = self.build(image)
        self.assertEqual(
            told["files"],
            ["conf.yaml", "etc/conf.yaml", "lib/a.py", "lib/sub/b.py", "src/a.py", "src/sub/b.py"],
        )
        self.assertEqual(told["spec"]["copy"], ["conf.yaml", "etc", "lib", "src"])
        self.assertEqual(told["spec"]["builder_options"], {"workdir": "/home/flyte"})

    def test_requirements(self) -> None:
        requirements = self.write("requirements.txt", "numpy\n")
        self.assertEqual(
            self.build(base().with_requirements("requirements.txt"))["spec"]["requirements"], str(requirements)
        )
        lock = self.write("uv.lock")
        project = self.write("pyproject.toml")
        told = self.build(base().with_uv_project(project, lock))
        self.assertEqual(told["spec"]["requirements"], str(lock))

    def test_script(self) -> None:
        script = self.write(
            "s.py", '# /// script\n# requires-python = ">=3.11"\n# dependencies = ["httpx", "rich"]\n# ///\n'
        )
        image = base().clone(addl_layer=Image.from_uv_script(script, name="x", python_version=(3, 11))._layers[-1])
        self.assertEqual(self.build(image)["spec"]["packages"], ["httpx", "rich"])

    def test_dockerfile(self) -> None:
        dockerfile = self.write("docker/Dockerfile", "FROM scratch\n")
        told = self.build(Image.from_dockerfile(dockerfile, registry=REGISTRY, name="n"))
        self.assertNotIn("spec", told)
        arguments = told["arguments"]
        self.assertEqual(arguments[arguments.index("--platform") + 1], "linux/amd64")
        self.assertEqual(arguments[arguments.index("--dockerfile") + 1], str(dockerfile))
        self.assertEqual(arguments[arguments.index("--context") + 1], str(dockerfile.parent))

    def test_dry_run(self) -> None:
        arguments = self.build(base().with_pip_packages("a"), dry_run=True)["arguments"]
        self.assertIn("--plan", arguments)

    def test_force(self) -> None:
        self.assertIn("--force", self.build(base().with_pip_packages("a"), force=True)["arguments"])

    def test_cannot_say(self) -> None:
        outside = self.write("conf.yaml")
        pixi = self.write("pixi.toml")
        for image, want in (
            (base().with_commands(["true"]).with_pip_packages("a"), "PipPackages comes after commands"),
            (base().with_pip_packages("a", secret_mounts=Secret(key="k")), "PipPackages has secret_mounts"),
            (base().with_pip_packages("a", pre=True).with_pip_packages("b"), "PipPackages has other options of pip"),
            (
                base().with_source_file(outside, dst="/etc/conf.yaml"),
                "CopyConfig copies to /etc/conf.yaml, which is",
            ),
            (base().with_workdir("/w").with_source_file(outside, dst="../x"), "not below the working directory: /w"),
            (base().with_source_file(outside).with_workdir("/w"), "WorkDir comes after files were copied"),
            (base().with_pixi_project(pixi), "PixiProject is nothing that Pratique builds"),
            (
                base().with_uv_project(self.write("pyproject.toml"), project_install_mode="install_project"),
                'UVProject has project_install_mode="install_project"',
            ),
        ):
            with self.subTest(want=want), self.assertRaisesRegex(BuildError, want):
                asyncio.run(PratiqueImageBuilder().build_image(image))
        self.assertEqual(self.told(), [])

    def test_registry(self) -> None:
        image = Image.from_base("base:1").clone(name="n", extendable=True).with_pip_packages("a")
        with self.assertRaisesRegex(BuildError, "no registry"):
            asyncio.run(PratiqueImageBuilder().build_image(image))
        with mock.patch.dict(os.environ, {"FLYTE_IMAGE_REGISTRY": REGISTRY}):
            done = asyncio.run(PratiqueImageBuilder().build_image(image))
        self.assertEqual(done.uri, f"{REGISTRY}/{image.uri}")
        self.assertEqual(self.told()[0]["spec"]["$id"], done.uri)

    def test_leaves_nothing_behind(self) -> None:
        temporary = self.folder / "tmp"
        temporary.mkdir()
        with mock.patch.dict(os.environ, {"TMPDIR": str(temporary)}), mock.patch("tempfile.tempdir", None):
            self.build(base().with_source_file(self.write("a.txt")))
        self.assertEqual(list(temporary.rglob("*")), [])
        self.assertTrue(Path("a.txt").exists())


if __name__ == "__main__":
    unittest.main()
