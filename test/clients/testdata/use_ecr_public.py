"""Use every operation of ECR Public, with boto3's own paginators and exceptions; prints ok."""

import base64
import json
import struct
import urllib.request
import zlib

from calls import INDEX, MANIFEST, Service, fails, sha256

service = Service("ecr-public")
public, pages, push = service.client, service.pages, service.push
errors = public.exceptions

token = public.get_authorization_token()["authorizationData"]
assert base64.b64decode(token["authorizationToken"]).startswith(b"AWS:") and token["expiresAt"].tzinfo, token
registries = pages("describe_registries", "registries", least=1)
account, alias = registries[0]["registryId"], registries[0]["aliases"][0]
assert registries[0]["registryArn"] == f"arn:aws:ecr-public::{account}:registry/{account}" and alias["status"] == "ACTIVE", registries
assert registries[0]["registryUri"].endswith("/" + alias["name"]), registries
assert public.put_registry_catalog_data(displayName="The team")["registryCatalogData"] == {"displayName": "The team"}
assert public.get_registry_catalog_data()["registryCatalogData"] == {"displayName": "The team"}


def png(side):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    rows = (b"\x00" + b"\x7f" * side) * side
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">2I5B", side, side, 8, 0, 0, 0, 0)) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


# Repositories and what a gallery would show of them
catalog = {"description": "an app", "architectures": ["ARM 64", "x86-64"], "operatingSystems": ["Linux"], "aboutText": "# About", "usageText": "# Usage"}
created = public.create_repository(repositoryName="team/app", catalogData={**catalog, "logoImageBlob": png(64)}, tags=[{"Key": "team", "Value": "a"}])
app, shown = created["repository"], created["catalogData"]
assert app["repositoryArn"] == f"arn:aws:ecr-public::{account}:repository/team/app" and app["createdAt"].tzinfo, app
assert app["repositoryUri"] == registries[0]["registryUri"] + "/team/app", app
assert {k: v for k, v in shown.items() if k in catalog} == catalog, shown
with urllib.request.urlopen(shown["logoUrl"]) as response:
    assert response.read() == png(64) and response.headers["Content-Type"] == "image/png", response.headers
public.create_repository(repositoryName="other")
assert [r["repositoryName"] for r in pages("describe_repositories", "repositories")] == ["other", "team/app"]
assert public.describe_repositories(repositoryNames=["team/app"], registryId=account)["repositories"] == [app]
assert public.get_repository_catalog_data(repositoryName="team/app")["catalogData"] == shown
public.put_repository_catalog_data(repositoryName="team/app", catalogData={"description": "another"})
assert public.get_repository_catalog_data(repositoryName="team/app")["catalogData"]["description"] == "another"
fails(errors.RepositoryAlreadyExistsException, public.create_repository, repositoryName="other")
fails(errors.RepositoryNotFoundException, public.describe_repositories, repositoryNames=["none"])
fails(errors.InvalidParameterException, public.create_repository, repositoryName="No")

public.tag_resource(resourceArn=app["repositoryArn"], tags=[{"Key": "stage", "Value": "test"}])
public.untag_resource(resourceArn=app["repositoryArn"], tagKeys=["team"])
assert public.list_tags_for_resource(resourceArn=app["repositoryArn"])["tags"] == [{"Key": "stage", "Value": "test"}]
fails(errors.InvalidTagParameterException, public.tag_resource, resourceArn=app["repositoryArn"], tags=[{"Key": "aws:x", "Value": ""}])

policy = json.dumps({"Version": "2012-10-17", "Statement": [{"Sid": "Push", "Effect": "Allow", "Principal": "*", "Action": "ecr-public:PutImage"}]})
fails(errors.RepositoryPolicyNotFoundException, public.get_repository_policy, repositoryName="team/app")
public.set_repository_policy(repositoryName="team/app", policyText=policy)
assert json.loads(public.get_repository_policy(repositoryName="team/app")["policyText"]) == json.loads(policy)
assert json.loads(public.delete_repository_policy(repositoryName="team/app")["policyText"]) == json.loads(policy)

# Images, whose tags move
first, second = push("team/app", "v1", b"first"), push("team/app", "v1", b"second")
third = push("team/app", "v2", bytes(1000))
have = public.batch_check_layer_availability(repositoryName="team/app", layerDigests=[sha256(b"first"), sha256(b"none")])
assert {l["layerDigest"]: l["layerAvailability"] for l in have["layers"]}[sha256(b"first")] == "AVAILABLE", have
fails(errors.LayersNotFoundException, public.put_image, repositoryName="team/app", imageTag="x",
      imageManifest=service.manifest("team/app", b"x").replace(sha256(b"x"), sha256(b"none")))
fails(errors.LayerAlreadyExistsException, service.push_layer, repository="team/app", data=b"first")
assert {i["imageDigest"] for i in pages("describe_images", "imageDetails", repositoryName="team/app", least=3)} == {first, second, third}
image = public.describe_images(repositoryName="team/app", imageIds=[{"imageTag": "v2"}])["imageDetails"][0]
assert image["imageTags"] == ["v2"] and image["imagePushedAt"].tzinfo and image["imageSizeInBytes"] >= 1000 and image["imageManifestMediaType"] == MANIFEST, image
tags = pages("describe_image_tags", "imageTagDetails", repositoryName="team/app")
assert {t["imageTag"]: t["imageDetail"]["imageDigest"] for t in tags} == {"v1": second, "v2": third} and tags[0]["createdAt"].tzinfo, tags
public.put_image(repositoryName="team/app", imageTag="all", imageManifestMediaType=INDEX, imageManifest=json.dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": [
    {"mediaType": MANIFEST, "digest": third, "size": len(service.manifest("team/app", bytes(1000))), "platform": {"os": "linux", "architecture": "amd64"}}]}))
fails(errors.ImageNotFoundException, public.describe_images, repositoryName="team/app", imageIds=[{"imageTag": "v9"}])
fails(errors.RepositoryNotFoundException, public.describe_image_tags, repositoryName="none")

gone = public.batch_delete_image(repositoryName="team/app", imageIds=[{"imageDigest": first}, {"imageTag": "v9"}, {"imageDigest": third}])
assert gone["imageIds"] == [{"imageDigest": first}], gone
assert {f["failureCode"] for f in gone["failures"]} == {"ImageNotFound", "ImageReferencedByManifestList"}, gone
fails(errors.RepositoryNotEmptyException, public.delete_repository, repositoryName="team/app")
for name in "team/app", "other":
    assert public.delete_repository(repositoryName=name, force=True)["repository"]["repositoryName"] == name
assert pages("describe_repositories", "repositories", least=0) == []

service.check_all()
print("ok")
