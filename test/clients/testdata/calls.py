"""What the programs beside it have in common: clients that keep account of their calls, and images made by hand."""

import hashlib
import json
import time

import boto3
from botocore import xform_name
from botocore.exceptions import ClientError

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar"


def sha256(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


def fails(exception, operation, **kwargs):
    """The message of the modelled exception that the call must raise; a name, where botocore has no class for it."""
    try:
        operation(**kwargs)
    except ClientError as e:
        code = exception if isinstance(exception, str) else exception.__name__
        assert e.response["Error"]["Code"] == code, e.response
        assert isinstance(exception, str) or isinstance(e, exception), type(e)
        assert e.response["ResponseMetadata"]["RequestId"], e.response
        return e.response["Error"]["Message"]
    raise AssertionError(f"no {exception}")


def until(done, what):
    deadline = time.monotonic() + 60
    while not done():
        assert time.monotonic() < deadline, what
        time.sleep(0.1)


class Service:
    """A client of ECR or ECR Public that knows which operations succeeded and which were paged through."""

    def __init__(self, name):
        self.client = boto3.client(name)
        self.called, self.paged = set(), set()
        self.client.meta.events.register(f"after-call.{name}", self._note)

    def _note(self, model, parsed, **_):
        if parsed["ResponseMetadata"]["HTTPStatusCode"] == 200:
            self.called.add(model.name)

    def pages(self, operation, key, least=2, size=1, **kwargs):
        """All items, size to a page, by botocore's paginator; and they must be several pages."""
        self.paged.add(operation)
        got, items = 0, []
        for page in self.client.get_paginator(operation).paginate(PaginationConfig={"PageSize": size}, **kwargs):
            found = page
            for part in key.split("."):
                found = found[part]
            assert len(found) <= size, page
            got, items = got + 1, items + found
        assert got >= least, (operation, got, items)
        assert not least or self.resumed(operation, key, **kwargs) == items, operation
        return items

    def resumed(self, operation, key, **kwargs):
        """The same items, from two paginators of which the second goes on where the first was told to stop."""
        paginator = self.client.get_paginator(operation)

        def items(result):
            for part in key.split("."):
                result = result[part]
            return result

        first = paginator.paginate(PaginationConfig={"MaxItems": 1, "PageSize": 2}, **kwargs).build_full_result()
        if "NextToken" not in first:
            return items(first)
        rest = paginator.paginate(PaginationConfig={"StartingToken": first["NextToken"]}, **kwargs).build_full_result()
        return items(first) + items(rest)

    def push_layer(self, repository, data, part=5 << 20):
        """Upload a layer in parts; returns its digest."""
        c = self.client
        upload = c.initiate_layer_upload(repositoryName=repository)
        assert upload["partSize"] >= part, upload
        for first in range(0, len(data), part):
            piece = data[first:first + part]
            got = c.upload_layer_part(repositoryName=repository, uploadId=upload["uploadId"], partFirstByte=first,
                                      partLastByte=first + len(piece) - 1, layerPartBlob=piece)
            assert got["lastByteReceived"] == first + len(piece) - 1, got
        done = c.complete_layer_upload(repositoryName=repository, uploadId=upload["uploadId"], layerDigests=[sha256(data)])
        assert done["layerDigest"] == sha256(data) and done["uploadId"] == upload["uploadId"], done
        return sha256(data)

    def manifest(self, repository, content, **more):
        """Upload what an image with one layer is made of; returns its manifest."""
        config = json.dumps({"architecture": "amd64", "os": "linux", "config": {}, "rootfs": {"type": "layers", "diff_ids": [sha256(content)]}}).encode()
        have = self.client.batch_check_layer_availability(repositoryName=repository, layerDigests=[sha256(config), sha256(content)])
        assert have["failures"] == [], have
        for layer in have["layers"]:
            if layer["layerAvailability"] == "UNAVAILABLE":
                self.push_layer(repository, config if layer["layerDigest"] == sha256(config) else content)
        return json.dumps({
            "schemaVersion": 2, "mediaType": MANIFEST, "config": {"mediaType": CONFIG, "digest": sha256(config), "size": len(config)},
            "layers": [{"mediaType": LAYER, "digest": sha256(content), "size": len(content)}], **more,
        })

    def push(self, repository, tag, content, **more):
        """Push an image with one layer; returns its digest."""
        manifest = self.manifest(repository, content, **more)
        named = {"imageTag": tag} if tag else {}
        image = self.client.put_image(repositoryName=repository, imageManifest=manifest, imageManifestMediaType=MANIFEST, **named)["image"]
        assert image["imageId"] == {"imageDigest": sha256(manifest.encode()), **named} and image["imageManifest"] == manifest, image
        return image["imageId"]["imageDigest"]

    def check_all(self, but=()):
        """Every operation succeeded at least once, but for those named, and everything that has a paginator was paged."""
        operations = set(self.client.meta.service_model.operation_names) - set(but)
        assert not operations - self.called, f"not called: {sorted(operations - self.called)}"
        paged = {xform_name(o) for o in operations if self.client.can_paginate(xform_name(o))}
        assert not paged - self.paged, f"not paged through: {sorted(paged - self.paged)}"
