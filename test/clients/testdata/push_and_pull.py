"""Push an image with the ECR API alone and pull it again; prints ok."""

import hashlib
import json
import os
import urllib.request

import boto3
from botocore.exceptions import ClientError

PART = 5 << 20
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
ecr = boto3.client("ecr")
name = "boto3/image"


def sha256(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


def push_layer(data):
    upload = ecr.initiate_layer_upload(repositoryName=name)
    assert upload["partSize"] >= PART, upload
    for first in range(0, len(data), PART):
        part = data[first:first + PART]
        got = ecr.upload_layer_part(repositoryName=name, uploadId=upload["uploadId"], partFirstByte=first,
                                    partLastByte=first + len(part) - 1, layerPartBlob=part)
        assert got["lastByteReceived"] == first + len(part) - 1, got
    done = ecr.complete_layer_upload(repositoryName=name, uploadId=upload["uploadId"], layerDigests=[sha256(data)])
    assert done["layerDigest"] == sha256(data), done


def fails(code, operation, **kwargs):
    try:
        operation(**kwargs)
    except ClientError as e:
        assert e.response["Error"]["Code"] == code, e.response
        assert e.response["ResponseMetadata"]["RequestId"], e.response
        return
    raise AssertionError("no " + code)


fails("RepositoryNotFoundException", ecr.initiate_layer_upload, repositoryName=name)
repository = ecr.create_repository(repositoryName=name, imageTagMutability="IMMUTABLE")["repository"]
assert repository["createdAt"].tzinfo is not None, repository

layer = os.urandom(PART + 12345)
config = json.dumps({"architecture": "amd64", "os": "linux", "config": {}, "rootfs": {"type": "layers", "diff_ids": [sha256(layer)]}}).encode()
have = ecr.batch_check_layer_availability(repositoryName=name, layerDigests=[sha256(layer)])
assert [(l.get("layerAvailability"), l["layerDigest"]) for l in have["layers"]] == [("UNAVAILABLE", sha256(layer))] or have["failures"], have
for data in layer, config:
    push_layer(data)
manifest = json.dumps({
    "schemaVersion": 2, "mediaType": MANIFEST,
    "config": {"mediaType": "application/vnd.oci.image.config.v1+json", "digest": sha256(config), "size": len(config)},
    "layers": [{"mediaType": "application/vnd.oci.image.layer.v1.tar", "digest": sha256(layer), "size": len(layer)}],
})
image = ecr.put_image(repositoryName=name, imageManifest=manifest, imageManifestMediaType=MANIFEST, imageTag="v1")["image"]
assert image["imageId"] == {"imageDigest": sha256(manifest.encode()), "imageTag": "v1"}, image
other = manifest.replace('"schemaVersion": 2', '"schemaVersion":  2')
fails("ImageTagAlreadyExistsException", ecr.put_image, repositoryName=name, imageManifest=other, imageTag="v1")

pages = list(ecr.get_paginator("list_images").paginate(repositoryName=name, PaginationConfig={"PageSize": 1}))
assert [i["imageTag"] for p in pages for i in p["imageIds"]] == ["v1"], pages
got = ecr.batch_get_image(repositoryName=name, imageIds=[{"imageTag": "v1"}], acceptedMediaTypes=[MANIFEST])
assert got["images"][0]["imageManifest"] == manifest, got
url = ecr.get_download_url_for_layer(repositoryName=name, layerDigest=sha256(layer))["downloadUrl"]
with urllib.request.urlopen(url) as response:
    assert response.read() == layer
gone = ecr.batch_delete_image(repositoryName=name, imageIds=[{"imageTag": "v1"}])
assert len(gone["imageIds"]) == 1 and not gone["failures"], gone
ecr.delete_repository(repositoryName=name, force=True)
print("ok")
