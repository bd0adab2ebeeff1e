"""The builder of flytekit's ImageSpec. Needs flytekit."""

from __future__ import annotations

import dataclasses
import importlib
import json
import os
import sys
import unittest
from unittest import mock

import flytekit
from flytekit import ImageSpec
from flytekit.constants import CopyFileDetection
from flytekit.image_spec.image_spec import ImageBuildEngine
from program import ProgramTestCase

from pratique_flytekit import BuildError
from pratique_flytekit.command import remote
from pratique_flytekit.imagespec import PratiqueImageSpecBuilder, fields
from pratique_flytekit.wire import wire

REGISTRY = "222222222222.dkr.ecr.us-east-1.localhost:5000"


class RegistrationTest(unittest.TestCase):
    def test_is_the_default_builder(self) -> None:
        # flytekit loaded the entry point: nothing in this file did.
        self.assertEqual(ImageSpec(registry=REGISTRY).builder, "pratique")

    def test_leaves_tags_alone(self) -> None:
        tag = ImageSpec(name="n", registry=REGISTRY, builder="default", packages=["numpy"]).tag
        self.assertEqual(ImageSpec(name="n", registry=REGISTRY, packages=["numpy"]).tag, tag)


class BuilderTest(ProgramTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.builder = PratiqueImageSpecBuilder()
        self.spec = ImageSpec(name="n", registry=REGISTRY, packages=["numpy"], base_image="base:1")

    def test_asks_whether_the_image_exists(self) -> None:
        for status, build in ((0, False), (3, True)):
            with self.subTest(status=status):
                self.answers(check=status)
                self.assertIs(self.builder.should_build(self.spec), build)
        told = self.told()[0]
        self.assertEqual(told["arguments"][0], "build")
        self.assertIn("--check-only", told["arguments"])
        self.assertEqual(
            told["spec"],
            {
                "$id": self.spec.id,
                "name": "n",
                "builder": "pratique",
                "registry": REGISTRY,
                "packages": ["numpy"],
                "base_image": "base:1",
                "platform": "linux/amd64",
            },
        )

    def test_says_why_a_check_was_refused(self) -> None:
        self.answers(check=1, stderr="progress\npratique: look for x: forbidden\n")
        with self.assertRaisesRegex(BuildError, "^look for x: forbidden$"):
            self.builder.should_build(self.spec)

    def test_force(self) -> None:
        self.answers(check=0, stdout=json.dumps({"image": self.spec.image_name()}))
        spec = self.spec.force_push()
        self.assertTrue(self.builder.should_build(spec))
        self.builder.build_image(spec)
        self.assertIn("--force", self.told()[-1]["arguments"])

    def test_builds(self) -> None:
        self.answers(stdout=json.dumps({"image": self.spec.image_name(), "digest": "sha256:0"}))
        self.assertEqual(self.builder.build_image(self.spec), self.spec.image_name())
        arguments = self.told()[-1]["arguments"]
        self.assertEqual(arguments[arguments.index("--context") + 1], os.getcwd())
        self.assertEqual(arguments[arguments.index("--flytekit-compat") + 1], flytekit.__version__)
        self.assertEqual(arguments[arguments.index("--flytekit-version") + 1], flytekit.__version__)
        self.assertNotIn("--force", arguments)
        self.assertNotIn("--remote", arguments)

    def test_builds_on_a_server(self) -> None:
        self.answers(stdout=json.dumps({"image": self.spec.image_name()}))
        with mock.patch.dict(os.environ, {"PRATIQUE_REMOTE": "https://p", "PRATIQUE_BUILD_ARGS": "--cache '/a b'"}):
            self.builder.build_image(self.spec)
            self.assertTrue(self.builder.should_build(self.spec))
        self.assertEqual(
            self.told()[1]["arguments"][-5:], ["--remote", "--endpoint-url", "https://p", "--cache", "/a b"]
        )
        for told in self.told()[0], self.told()[2]:  # for the name, and whether it exists
            self.assertNotIn("--remote", told["arguments"])
        for value, arguments in (("true", ["--remote"]), ("1", ["--remote"]), ("False", []), ("", [])):
            with self.subTest(value=value), mock.patch.dict(os.environ, {"PRATIQUE_REMOTE": value}):
                self.assertEqual(remote(), arguments)

    def test_names_files_from_here(self) -> None:
        self.write("requirements.txt", "numpy\n")
        self.write("src/a.py", "")
        spec = ImageSpec(
            name="n",
            registry=REGISTRY,
            requirements=os.path.abspath("requirements.txt"),
            source_root=os.path.abspath("src"),
            source_copy_mode=CopyFileDetection.ALL,
        )
        self.assertEqual(fields(spec)["requirements"], "requirements.txt")
        self.assertEqual(fields(spec)["source_root"], "src")
        elsewhere = dataclasses.replace(spec, requirements="/etc/hostname", source_copy_mode=CopyFileDetection.NO_COPY)
        self.assertEqual(fields(elsewhere)["requirements"], "/etc/hostname")
        self.assertEqual(fields(elsewhere)["source_root"], os.path.abspath("src"))

    def test_leaves_flytekit_to_the_user(self) -> None:
        self.answers(stdout=json.dumps({"image": self.spec.image_name()}))
        for chosen in ("--no-flytekit", "--flytekit-version=1.16.0"):
            with self.subTest(chosen=chosen), mock.patch.dict(os.environ, {"PRATIQUE_BUILD_ARGS": chosen}):
                self.builder.build_image(self.spec)
                self.assertEqual([a for a in self.told()[-1]["arguments"] if a.startswith(chosen)], [chosen])
                self.assertNotIn("--flytekit-version", self.told()[-1]["arguments"])

    def test_fails(self) -> None:
        self.answers(build=1, stdout=json.dumps({"image": self.spec.image_name()}))
        with self.assertRaisesRegex(BuildError, "exit status 1"):
            self.builder.build_image(self.spec)

    def test_refuses_another_tag(self) -> None:
        self.answers(stdout=json.dumps({"image": f"{REGISTRY}/n:other"}))
        with self.assertRaisesRegex(BuildError, self.spec.tag + ".*and pratique .*n:other"):
            self.builder.build_image(self.spec)
        self.assertEqual(len(self.told()), 1)  # nothing was built

    def test_needs_a_registry(self) -> None:
        with self.assertRaisesRegex(BuildError, "'n' has no registry"):
            self.builder.should_build(ImageSpec(name="n"))

    def test_does_not_push_when_told_not_to(self) -> None:
        with mock.patch.dict(os.environ, {"FLYTE_PUSH_IMAGE_SPEC": "False"}):
            with self.assertRaisesRegex(BuildError, "FLYTE_PUSH_IMAGE_SPEC=False"):
                self.builder.should_build(self.spec)

    def test_needs_the_program(self) -> None:
        with mock.patch.dict(os.environ, {"PRATIQUE_PROGRAM": "no-such-program"}):
            with self.assertRaisesRegex(BuildError, "no-such-program is not installed"):
                self.builder.should_build(self.spec)

    def test_nested(self) -> None:
        base = ImageSpec(name="base", registry=REGISTRY, packages=["a"])
        child = ImageSpec(name="child", registry=REGISTRY, base_image=base)
        identifier = child.id
        self.answers(stdout=json.dumps({"image": base.image_name()}))
        with mock.patch.object(PratiqueImageSpecBuilder, "build_image", return_value=None):
            ImageBuildEngine.build(child)
        told = [t["spec"] for t in self.told()]
        self.assertEqual([t["name"] for t in told], ["base", "child"])
        self.assertEqual(told[1]["base_image"], base.image_name())
        self.assertEqual(told[1]["$id"], identifier)

    def test_loaded_modules(self) -> None:
        self.write("package/__init__.py")
        self.write("package/used.py", "x = 1\n")
        self.write("package/unused.py")
        with mock.patch.object(sys, "path", [str(self.context), *sys.path]):
            importlib.import_module("package.used")
        spec = ImageSpec(name="n", registry=REGISTRY, source_root=str(self.context))
        self.assertIs(spec.source_copy_mode, CopyFileDetection.LOADED_MODULES)
        wired = fields(spec)
        self.assertEqual(wired["source_copy_mode"], "LOADED_MODULES")
        self.assertEqual(sorted(wired["$loaded_modules"]), ["package/__init__.py", "package/used.py"])


class WireTest(unittest.TestCase):
    def test_keeps_types(self) -> None:
        class Date:
            def __repr__(self) -> str:
                return "Date()"

            def __str__(self) -> str:
                return "today"

        for value, want in (
            (3.11, "3.11"),
            (3.0, "3.0"),
            ("3.11", '"3.11"'),
            (True, "true"),
            (10**30, "1" + 30 * "0"),
            (float("inf"), '{"$float": "inf"}'),
            (("a", 1), '{"$tuple": ["a", 1]}'),
            ({"b": None, "a": []}, '{"b": null, "a": []}'),
            ({1: "x"}, '{"$dict": [[1, "x"]]}'),
            ({"$x": "y"}, '{"$dict": [["$x", "y"]]}'),
            (Date(), '{"$object": ["Date()", "today"]}'),
        ):
            with self.subTest(value=value):
                self.assertEqual(json.dumps(wire(value)), want)


if __name__ == "__main__":
    unittest.main()
