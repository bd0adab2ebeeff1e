"""The example of Union's guide, in a module that has more of them."""

import os

from flytekit import ImageSpec, task

REGISTRY = "123456789012.dkr.ecr.us-east-1.amazonaws.com"

image_spec = ImageSpec(
    registry=REGISTRY,
    name="simple-example-image",
    base_image="ghcr.io/flyteorg/flytekit:py3.11-latest",
    requirements="image-requirements.txt",
)
more = image_spec.with_packages(["torch"])
loaded = ImageSpec(registry=REGISTRY, name="loaded", source_root="src")
computed = ImageSpec(registry=os.environ["REGISTRY"], name="computed")


@task(container_image=ImageSpec(registry=REGISTRY, name="inline", base_image=more))
def train() -> None: ...
