"""Tasks and a workflow that name images in every way that flytekit has."""

from flytekit import ContainerTask, PodTemplate, conditional, kwtypes, map_task, task, workflow
from kubernetes.client import V1Container, V1PodSpec

REGISTRY = "222222222222.dkr.ecr.us-east-1.amazonaws.com"


@task
def plain(n: int) -> int:
    return n


@task(container_image=REGISTRY + "/team/trainer@sha256:" + "ab" * 32)
def pinned(n: int) -> int:
    return n


@task(
    container_image=REGISTRY + "/team/primary:v2",
    pod_template=PodTemplate(
        primary_container_name="primary",
        pod_spec=V1PodSpec(
            containers=[
                V1Container(name="primary"),
                V1Container(name="proxy", image=REGISTRY + "/team/proxy:v3"),
            ],
            init_containers=[V1Container(name="fetch", image="ghcr.io/acme/fetch:1")],
            node_selector={"kubernetes.io/arch": "arm64"},
        ),
    ),
)
def pod(n: int) -> int:
    return n


raw = ContainerTask(
    name="raw",
    image="123456789012.dkr.ecr.us-eas-1.amazonaws.com/simple-example-image:v1",
    command=["true"],
    inputs=kwtypes(n=int),
)


@workflow
def pipeline(n: int) -> int:
    a = plain(n=n)
    b = pinned(n=a).with_overrides(container_image=REGISTRY + "/team/override:v4")
    c = conditional("size").if_(b > 3).then(pod(n=b).with_overrides(container_image=REGISTRY + "/team/branch:v5")).else_().then(plain(n=b))
    raw(n=c)
    return c


@workflow
def many(ns: list[int]) -> list[int]:
    return map_task(pinned)(n=ns).with_overrides(container_image=REGISTRY + "/team/mapped:v6")
