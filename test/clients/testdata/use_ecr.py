"""Use every operation of ECR, with boto3's own paginators, waiters and exceptions; prints ok."""

import base64
import json
import os
import urllib.request

import boto3
from botocore.exceptions import WaiterError

from calls import INDEX, MANIFEST, Service, fails, sha256, until

# Newer than the version of the API that the server has
BACKFILL = {"DescribeReplicationBackfillResults", "ListReplicationBackfills", "StartReplicationBackfill", "StopReplicationBackfill"}
SOON = {"Delay": 1, "MaxAttempts": 60}
ELSEWHERE = "eu-west-1"

service = Service("ecr")
ecr, pages, push = service.client, service.pages, service.push
errors = ecr.exceptions
region = ecr.meta.region_name
account = ecr.describe_registry()["registryId"]
arn = f"arn:aws:ecr:{region}:{account}:repository/"
there = boto3.client("ecr", region_name=ELSEWHERE)


def by_tag(tag):
    return {"imageTag": tag}


def by_digest(digest):
    return {"imageDigest": digest}


# The registry's token
token = ecr.get_authorization_token()["authorizationData"][0]
assert base64.b64decode(token["authorizationToken"]).startswith(b"AWS:") and token["expiresAt"].tzinfo, token
assert account in token["proxyEndpoint"], token

# Repositories with all that they may have
exclusion = [{"filterType": "WILDCARD", "filter": "dev-*"}, {"filterType": "WILDCARD", "filter": "latest"}]
app = ecr.create_repository(repositoryName="team/app", tags=[{"Key": "team", "Value": "a"}], imageTagMutability="IMMUTABLE_WITH_EXCLUSION",
                            imageTagMutabilityExclusionFilters=exclusion, imageScanningConfiguration={"scanOnPush": False},
                            encryptionConfiguration={"encryptionType": "KMS", "kmsKey": f"arn:aws:kms:{region}:{account}:key/1"})["repository"]
assert app["createdAt"].tzinfo and app["repositoryUri"].endswith("/team/app"), app
assert {k: v for k, v in app.items() if k not in ("createdAt", "repositoryUri")} == {
    "repositoryArn": arn + "team/app", "registryId": account, "repositoryName": "team/app", "imageTagMutability": "IMMUTABLE_WITH_EXCLUSION",
    "imageTagMutabilityExclusionFilters": exclusion, "imageScanningConfiguration": {"scanOnPush": False},
    "encryptionConfiguration": {"encryptionType": "KMS", "kmsKey": f"arn:aws:kms:{region}:{account}:key/1"}}, app
ecr.create_repository(repositoryName="team/other", imageScanningConfiguration={"scanOnPush": True})
ecr.create_repository(repositoryName="archive")
assert [r["repositoryName"] for r in pages("describe_repositories", "repositories")] == ["archive", "team/app", "team/other"]
assert ecr.describe_repositories(repositoryNames=["team/app"])["repositories"] == [app]
assert len(ecr.describe_repositories(registryId=account)["repositories"]) == 3
message = fails(errors.RepositoryAlreadyExistsException, ecr.create_repository, repositoryName="team/app")
assert message == f"The repository with name 'team/app' already exists in the registry with id '{account}'", message
message = fails(errors.RepositoryNotFoundException, ecr.describe_repositories, repositoryNames=["none"])
assert message == f"The repository with name 'none' does not exist in the registry with id '{account}'", message
fails(errors.InvalidParameterException, ecr.create_repository, repositoryName="No")
fails(errors.TooManyTagsException, ecr.create_repository, repositoryName="many", tags=[{"Key": str(i), "Value": ""} for i in range(51)])
fails(errors.InvalidTagParameterException, ecr.create_repository, repositoryName="reserved", tags=[{"Key": "aws:x", "Value": ""}])

ecr.tag_resource(resourceArn=arn + "team/app", tags=[{"Key": "stage", "Value": "test"}, {"Key": "team", "Value": "b"}])
ecr.untag_resource(resourceArn=arn + "team/app", tagKeys=["stage", "absent"])
assert ecr.list_tags_for_resource(resourceArn=arn + "team/app")["tags"] == [{"Key": "team", "Value": "b"}]
fails(errors.RepositoryNotFoundException, ecr.list_tags_for_resource, resourceArn=arn + "none")

assert ecr.put_image_scanning_configuration(repositoryName="team/other", imageScanningConfiguration={"scanOnPush": False})[
    "imageScanningConfiguration"] == {"scanOnPush": False}
for mutability, filters in (("MUTABLE", []), ("MUTABLE_WITH_EXCLUSION", exclusion[1:]), ("IMMUTABLE_WITH_EXCLUSION", exclusion[:1])):
    got = ecr.put_image_tag_mutability(repositoryName="team/app", imageTagMutability=mutability,
                                       **({"imageTagMutabilityExclusionFilters": filters} if filters else {}))
    assert got["imageTagMutability"] == mutability and got.get("imageTagMutabilityExclusionFilters", []) == filters, got
fails(errors.InvalidParameterException, ecr.put_image_tag_mutability, repositoryName="team/app", imageTagMutability="IMMUTABLE",
      imageTagMutabilityExclusionFilters=exclusion)

policy = json.dumps({"Version": "2012-10-17", "Statement": [{"Sid": "All", "Effect": "Allow", "Principal": "*", "Action": "ecr:BatchGetImage"}]})
fails(errors.RepositoryPolicyNotFoundException, ecr.get_repository_policy, repositoryName="team/app")
assert ecr.set_repository_policy(repositoryName="team/app", policyText=policy)["repositoryName"] == "team/app"
assert json.loads(ecr.get_repository_policy(repositoryName="team/app")["policyText"]) == json.loads(policy)
assert json.loads(ecr.delete_repository_policy(repositoryName="team/app")["policyText"]) == json.loads(policy)
fails(errors.RepositoryPolicyNotFoundException, ecr.delete_repository_policy, repositoryName="team/app")

# Layers
large = os.urandom((5 << 20) + 7)
v1 = push("team/app", "v1", large)
available = ecr.batch_check_layer_availability(repositoryName="team/app", layerDigests=[sha256(large)])["layers"][0]
assert available["layerAvailability"] == "AVAILABLE" and available["layerSize"] == len(large), available
with urllib.request.urlopen(ecr.get_download_url_for_layer(repositoryName="team/app", layerDigest=sha256(large))["downloadUrl"]) as response:
    assert response.read() == large
fails(errors.LayersNotFoundException, ecr.get_download_url_for_layer, repositoryName="team/app", layerDigest=sha256(b"none"))
upload = ecr.initiate_layer_upload(repositoryName="team/app")["uploadId"]
ecr.upload_layer_part(repositoryName="team/app", uploadId=upload, partFirstByte=0, partLastByte=3, layerPartBlob=b"part")
try:
    ecr.upload_layer_part(repositoryName="team/app", uploadId=upload, partFirstByte=9, partLastByte=9, layerPartBlob=b"x")
    raise AssertionError("a part that leaves a gap was taken")
except errors.InvalidLayerPartException as e:  # says what docker push needs to go on
    assert e.response["lastValidByteReceived"] == 3 and e.response["uploadId"] == upload, e.response
fails(errors.InvalidLayerException, ecr.complete_layer_upload, repositoryName="team/app", uploadId=upload, layerDigests=[sha256(b"other")])
fails(errors.LayerAlreadyExistsException, service.push_layer, repository="team/app", data=large)
fails(errors.UploadNotFoundException, ecr.complete_layer_upload, repositoryName="team/app",
      uploadId="00000000-0000-0000-0000-000000000000", layerDigests=[sha256(b"")])

# Images: tags that stay and tags that move
fails(errors.ImageTagAlreadyExistsException, push, repository="team/app", tag="v1", content=b"another v1")
dev = push("team/app", "dev-1", b"first dev-1")
moved = push("team/app", "dev-1", b"second dev-1")
manifest = ecr.batch_get_image(repositoryName="team/app", imageIds=[by_tag("v1")], acceptedMediaTypes=[MANIFEST])["images"][0]["imageManifest"]
fails(errors.ImageTagAlreadyExistsException, ecr.put_image, repositoryName="team/app", imageManifest=manifest, imageTag="v1")
ecr.put_image(repositoryName="team/app", imageManifest=manifest, imageTag="stable", imageDigest=v1)
fails(errors.ImageDigestDoesNotMatchException, ecr.put_image, repositoryName="team/app", imageManifest=manifest, imageDigest=dev)
fails(errors.LayersNotFoundException, ecr.put_image, repositoryName="team/app", imageTag="x", imageManifest=manifest.replace(sha256(large), sha256(b"none")))
children = [{"mediaType": MANIFEST, "digest": d, "size": 1, "platform": {"os": "linux", "architecture": a}} for d, a in ((v1, "amd64"), (moved, "arm64"))]
for child in children:
    got = ecr.batch_get_image(repositoryName="team/app", imageIds=[by_digest(child["digest"])])["images"][0]
    child["size"] = len(got["imageManifest"])
index = ecr.put_image(repositoryName="team/app", imageTag="all", imageManifestMediaType=INDEX, imageManifest=json.dumps(
    {"schemaVersion": 2, "mediaType": INDEX, "manifests": children}))["image"]["imageId"]["imageDigest"]
fails(errors.ReferencedImagesNotFoundException, ecr.put_image, repositoryName="team/app", imageTag="x", imageManifestMediaType=INDEX,
      imageManifest=json.dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": [{**children[0], "digest": sha256(b"none")}]}))
got = ecr.batch_get_image(repositoryName="team/app", imageIds=[by_tag("v1"), by_tag("v9"), {"imageTag": "v1", "imageDigest": dev}])
assert got["images"][0]["imageId"] == {"imageDigest": v1, "imageTag": "v1"} and got["images"][0]["imageManifestMediaType"] == MANIFEST, got
assert [f["failureCode"] for f in got["failures"]] == ["ImageNotFound", "ImageTagDoesNotMatchDigest"], got["failures"]

tagged, every = {"tagStatus": "TAGGED"}, {"tagStatus": "ANY"}
assert {i["imageDigest"] for i in pages("describe_images", "imageDetails", repositoryName="team/app", least=4)} == {v1, dev, moved, index}
assert {i["imageDigest"] for i in pages("describe_images", "imageDetails", repositoryName="team/app", filter=tagged)} == {v1, moved, index}
assert [i["imageDigest"] for i in ecr.describe_images(repositoryName="team/app", filter={"tagStatus": "UNTAGGED"})["imageDetails"]] == [dev]
image = ecr.describe_images(repositoryName="team/app", imageIds=[by_tag("v1")])["imageDetails"][0]
assert sorted(image["imageTags"]) == ["stable", "v1"] and image["imagePushedAt"].tzinfo and image["imageSizeInBytes"] >= len(large), image
assert image["imageManifestMediaType"] == MANIFEST and image["imageStatus"] == "ACTIVE" and image["registryId"] == account, image
listed = pages("list_images", "imageIds", repositoryName="team/app", least=5)
assert {(i["imageDigest"], i.get("imageTag")) for i in listed} == {(v1, "v1"), (v1, "stable"), (dev, None), (moved, "dev-1"), (index, "all")}, listed
assert [i["imageDigest"] for i in pages("list_images", "imageIds", least=1, repositoryName="team/app", filter={"tagStatus": "UNTAGGED"})] == [dev]
fails(errors.ImageNotFoundException, ecr.describe_images, repositoryName="team/app", imageIds=[by_tag("v9")])
fails(errors.InvalidParameterException, ecr.describe_images, repositoryName="team/app", nextToken="invented")

# What refers to an image
subject = {"mediaType": MANIFEST, "digest": v1, "size": len(manifest)}
for kind in "signature", "sbom":
    push("team/app", None, kind.encode(), subject=subject, artifactType=f"application/vnd.example.{kind}", annotations={"kind": kind})
referrers, more = [], {}
while True:
    page = ecr.list_image_referrers(repositoryName="team/app", subjectId=by_digest(v1), maxResults=1, filter={"artifactStatus": "ANY"}, **more)
    referrers += page["referrers"]
    if "nextToken" not in page:
        break
    more = {"nextToken": page["nextToken"]}
assert sorted(r["annotations"]["kind"] for r in referrers) == ["sbom", "signature"], referrers
found = ecr.list_image_referrers(repositoryName="team/app", subjectId=by_digest(v1), filter={"artifactTypes": ["application/vnd.example.sbom"]})
assert [r["artifactType"] for r in found["referrers"]] == ["application/vnd.example.sbom"], found
detail = ecr.describe_images(repositoryName="team/app", imageIds=[by_digest(found["referrers"][0]["digest"])])["imageDetails"][0]
assert detail["subjectManifestDigest"] == v1 and detail["artifactMediaType"] == "application/vnd.example.sbom", detail

# Images that are kept and not read
old = push("archive", "old", b"old")
push("archive", "new", b"new")
assert ecr.update_image_storage_class(repositoryName="archive", imageId=by_tag("old"), targetStorageClass="ARCHIVE")["imageStatus"] == "ARCHIVED"
archived = pages("describe_images", "imageDetails", least=1, repositoryName="archive", filter={"imageStatus": "ARCHIVED"})
assert [i["imageDigest"] for i in archived] == [old] and archived[0]["lastArchivedAt"].tzinfo, archived
assert [i["imageTag"] for i in ecr.list_images(repositoryName="archive", filter={"imageStatus": "ARCHIVED"})["imageIds"]] == ["old"]
assert [i["imageTag"] for i in ecr.list_images(repositoryName="archive", filter={"imageStatus": "ACTIVE"})["imageIds"]] == ["new"]
assert ecr.batch_get_image(repositoryName="archive", imageIds=[by_tag("old")])["failures"][0]["failureCode"] == "ImageInaccessible"
fails(errors.ImageStorageClassUpdateNotSupportedException, ecr.update_image_storage_class, repositoryName="team/app", imageId=by_digest(moved), targetStorageClass="ARCHIVE")
assert ecr.update_image_storage_class(repositoryName="archive", imageId=by_tag("old"), targetStorageClass="STANDARD")["imageStatus"] == "ACTIVE"
assert ecr.describe_images(repositoryName="archive", imageIds=[by_tag("old")])["imageDetails"][0]["lastActivatedAt"].tzinfo

# Lifecycle policies, and what they would do
rules = json.dumps({"rules": [
    {"rulePriority": 1, "selection": {"tagStatus": "tagged", "tagPatternList": ["build-*"], "countType": "imageCountMoreThan", "countNumber": 1},
     "action": {"type": "expire"}},
    {"rulePriority": 2, "selection": {"tagStatus": "untagged", "countType": "sinceImagePushed", "countUnit": "days", "countNumber": 7},
     "action": {"type": "expire"}}]})
for i in range(4):
    push("team/other", f"build-{i}", b"build %d" % i)
fails(errors.LifecyclePolicyNotFoundException, ecr.get_lifecycle_policy, repositoryName="team/other")
fails(errors.LifecyclePolicyNotFoundException, ecr.start_lifecycle_policy_preview, repositoryName="team/other")
fails(errors.LifecyclePolicyPreviewNotFoundException, ecr.get_lifecycle_policy_preview, repositoryName="team/other")
fails(errors.InvalidParameterException, ecr.put_lifecycle_policy, repositoryName="team/other", lifecyclePolicyText=rules.replace("expire", "forget"))
started = ecr.start_lifecycle_policy_preview(repositoryName="team/other", lifecyclePolicyText=rules)
assert started["status"] == "IN_PROGRESS", started
ecr.get_waiter("lifecycle_policy_preview_complete").wait(repositoryName="team/other", WaiterConfig=SOON)
expiring = pages("get_lifecycle_policy_preview", "previewResults", repositoryName="team/other", least=3)
assert sorted(i["imageTags"] for i in expiring) == [["build-0"], ["build-1"], ["build-2"]], expiring
assert {(i["action"]["type"], i["appliedRulePriority"]) for i in expiring} == {("EXPIRE", 1)}, expiring
assert ecr.get_lifecycle_policy_preview(repositoryName="team/other")["summary"]["expiringImageTotalCount"] == 3
assert pages("get_lifecycle_policy_preview", "previewResults", least=0, repositoryName="team/other", filter={"tagStatus": "UNTAGGED"}) == []
one = ecr.get_lifecycle_policy_preview(repositoryName="team/other", imageIds=[by_tag("build-1")])["previewResults"]
assert [i["imageTags"] for i in one] == [["build-1"]], one
assert len(ecr.list_images(repositoryName="team/other")["imageIds"]) == 4, "a preview deletes nothing"
assert json.loads(ecr.put_lifecycle_policy(repositoryName="team/app", lifecyclePolicyText=rules)["lifecyclePolicyText"]) == json.loads(rules)
got = ecr.get_lifecycle_policy(repositoryName="team/app")
assert json.loads(got["lifecyclePolicyText"]) == json.loads(rules) and got["lastEvaluatedAt"].tzinfo, got
ecr.delete_lifecycle_policy(repositoryName="team/app")
fails(errors.LifecyclePolicyNotFoundException, ecr.delete_lifecycle_policy, repositoryName="team/app")

# Scans
scanned = {"repositoryName": "team/app", "imageId": by_tag("v1")}
fails(errors.ScanNotFoundException, ecr.describe_image_scan_findings, **scanned)
try:
    ecr.get_waiter("image_scan_complete").wait(WaiterConfig=SOON, **scanned)
    raise AssertionError("waited for a scan that nobody started")
except WaiterError as e:
    assert "ScanNotFoundException" in str(e), e
assert ecr.start_image_scan(**scanned)["imageScanStatus"]["status"] in ("PENDING", "IN_PROGRESS")
ecr.get_waiter("image_scan_complete").wait(WaiterConfig=SOON, **scanned)
findings = pages("describe_image_scan_findings", "imageScanFindings.findings", **scanned)
assert "CVE-2024-4603" in [f["name"] for f in findings] and {"MEDIUM", "CRITICAL"} <= {f["severity"] for f in findings}, findings
got = ecr.describe_image_scan_findings(**scanned)
counts = got["imageScanFindings"]["findingSeverityCounts"]
assert got["imageId"] == {"imageDigest": v1, "imageTag": "v1"} and sum(counts.values()) == len(findings), got
assert got["imageScanFindings"]["imageScanCompletedAt"].tzinfo, got
assert ecr.describe_images(repositoryName="team/app", imageIds=[by_tag("v1")])["imageDetails"][0]["imageScanFindingsSummary"]["findingSeverityCounts"] == counts
fails(errors.LimitExceededException, ecr.start_image_scan, **scanned)
fails(errors.ImageNotFoundException, ecr.start_image_scan, repositoryName="team/app", imageId=by_tag("v9"))
push("team/app", "broken", b"not for scanners")
ecr.start_image_scan(repositoryName="team/app", imageId=by_tag("broken"))
try:
    ecr.get_waiter("image_scan_complete").wait(WaiterConfig=SOON, repositoryName="team/app", imageId=by_tag("broken"))
    raise AssertionError("a scan that fails was complete")
except WaiterError as e:
    assert "terminal failure state" in str(e) and e.last_response["imageScanStatus"]["status"] == "FAILED", e

on_push = [{"scanFrequency": "SCAN_ON_PUSH", "repositoryFilters": [{"filter": "team/*", "filterType": "WILDCARD"}]}]
put = ecr.put_registry_scanning_configuration(scanType="BASIC", rules=on_push)["registryScanningConfiguration"]
assert put == {"scanType": "BASIC", "rules": on_push}, put
assert ecr.get_registry_scanning_configuration()["scanningConfiguration"] == put
got = ecr.batch_get_repository_scanning_configuration(repositoryNames=["team/other", "archive", "none"])
assert {(c["repositoryName"], c["scanOnPush"], c["scanFrequency"]) for c in got["scanningConfigurations"]} == {
    ("team/other", True, "SCAN_ON_PUSH"), ("archive", False, "MANUAL")}, got
assert got["failures"][0]["failureCode"] == "REPOSITORY_NOT_FOUND", got
push("team/other", "pushed", b"scanned when pushed")
ecr.get_waiter("image_scan_complete").wait(WaiterConfig=SOON, repositoryName="team/other", imageId=by_tag("pushed"))
ecr.put_registry_scanning_configuration(scanType="ENHANCED", rules=[{**on_push[0], "scanFrequency": "CONTINUOUS_SCAN"}])
push("team/other", "enhanced", b"scanned all the time")
until(lambda: ecr.describe_image_scan_findings(repositoryName="team/other", imageId=by_tag("enhanced"))["imageScanStatus"]["status"] == "ACTIVE",
      "the image is not scanned")
enhanced = pages("describe_image_scan_findings", "imageScanFindings.enhancedFindings", repositoryName="team/other", imageId=by_tag("enhanced"))
assert "CVE-2024-4603" in [f["packageVulnerabilityDetails"]["vulnerabilityId"] for f in enhanced], enhanced
ecr.put_registry_scanning_configuration(scanType="BASIC", rules=[])

# The registry's policy and its copies in another region
fails(errors.RegistryPolicyNotFoundException, ecr.get_registry_policy)
policy = json.dumps({"Version": "2012-10-17", "Statement": [{"Sid": "Replicate", "Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{account}:root"},
                                                             "Action": ["ecr:CreateRepository", "ecr:ReplicateImage"], "Resource": arn + "*"}]})
assert json.loads(ecr.put_registry_policy(policyText=policy)["policyText"]) == json.loads(policy)
assert json.loads(ecr.get_registry_policy()["policyText"]) == json.loads(policy)
assert ecr.delete_registry_policy()["registryId"] == account
fails(errors.RegistryPolicyNotFoundException, ecr.delete_registry_policy)

configuration = {"rules": [{"destinations": [{"region": ELSEWHERE, "registryId": account}],
                            "repositoryFilters": [{"filter": "team/", "filterType": "PREFIX_MATCH"}]}]}
assert ecr.put_replication_configuration(replicationConfiguration=configuration)["replicationConfiguration"] == configuration
assert ecr.describe_registry()["replicationConfiguration"] == configuration
copied = push("team/app", "copied", b"copied")
statuses = []


def replicated():
    statuses[:] = ecr.describe_image_replication_status(repositoryName="team/app", imageId=by_tag("copied"))["replicationStatuses"]
    return statuses and statuses[0]["status"] != "IN_PROGRESS"


until(replicated, "replication does not end")
assert statuses == [{"region": ELSEWHERE, "registryId": account, "status": "COMPLETE"}], statuses
assert there.describe_images(repositoryName="team/app", imageIds=[by_tag("copied")])["imageDetails"][0]["imageDigest"] == copied
there.delete_repository(repositoryName="team/app", force=True)
fails(errors.ImageNotFoundException, ecr.describe_image_replication_status, repositoryName="team/app", imageId=by_tag("v9"))
ecr.put_replication_configuration(replicationConfiguration={"rules": []})

# Pull-through cache rules
secret = f"arn:aws:secretsmanager:{region}:{account}:secret:ecr-pullthroughcache/hub"
rule = ecr.create_pull_through_cache_rule(ecrRepositoryPrefix="hub", upstreamRegistryUrl="registry-1.docker.io", upstreamRegistry="docker-hub", credentialArn=secret)
assert rule["createdAt"].tzinfo and rule["credentialArn"] == secret and rule["upstreamRegistry"] == "docker-hub", rule
ecr.create_pull_through_cache_rule(ecrRepositoryPrefix="k8s", upstreamRegistryUrl="registry.k8s.io")
assert [r["ecrRepositoryPrefix"] for r in pages("describe_pull_through_cache_rules", "pullThroughCacheRules")] == ["hub", "k8s"]
assert ecr.update_pull_through_cache_rule(ecrRepositoryPrefix="hub", credentialArn=secret + "2")["credentialArn"] == secret + "2"
assert ecr.describe_pull_through_cache_rules(ecrRepositoryPrefixes=["hub"])["pullThroughCacheRules"][0]["credentialArn"] == secret + "2"
valid = ecr.validate_pull_through_cache_rule(ecrRepositoryPrefix="hub")
assert isinstance(valid["isValid"], bool) and valid["upstreamRegistryUrl"] == "registry-1.docker.io", valid
fails(errors.PullThroughCacheRuleAlreadyExistsException, ecr.create_pull_through_cache_rule, ecrRepositoryPrefix="k8s", upstreamRegistryUrl="registry.k8s.io")
fails(errors.UnsupportedUpstreamRegistryException, ecr.create_pull_through_cache_rule, ecrRepositoryPrefix="example", upstreamRegistryUrl="registry.example.com")
for prefix in "hub", "k8s":
    assert ecr.delete_pull_through_cache_rule(ecrRepositoryPrefix=prefix)["ecrRepositoryPrefix"] == prefix
fails(errors.PullThroughCacheRuleNotFoundException, ecr.delete_pull_through_cache_rule, ecrRepositoryPrefix="hub")

# Templates of repositories that are made by themselves
template = {"prefix": "made", "description": "by themselves", "appliedFor": ["CREATE_ON_PUSH", "REPLICATION", "PULL_THROUGH_CACHE"],
            "imageTagMutability": "IMMUTABLE_WITH_EXCLUSION", "imageTagMutabilityExclusionFilters": exclusion, "lifecyclePolicy": rules, "repositoryPolicy": policy.replace(
                f', "Resource": "{arn}*"', "").replace("ecr:CreateRepository", "ecr:BatchGetImage"), "encryptionConfiguration": {"encryptionType": "AES256"}}
made = ecr.create_repository_creation_template(**template)["repositoryCreationTemplate"]
assert made["createdAt"].tzinfo and made["imageTagMutabilityExclusionFilters"] == exclusion and json.loads(made["lifecyclePolicy"]) == json.loads(rules), made
ecr.create_repository_creation_template(prefix="ROOT", appliedFor=["REPLICATION"])
assert {t["prefix"] for t in pages("describe_repository_creation_templates", "repositoryCreationTemplates")} == {"ROOT", "made"}
changed = ecr.update_repository_creation_template(prefix="made", description="otherwise", appliedFor=["CREATE_ON_PUSH"])["repositoryCreationTemplate"]
assert changed["description"] == "otherwise" and changed["appliedFor"] == ["CREATE_ON_PUSH"] and changed["updatedAt"] >= made["updatedAt"], changed
assert ecr.describe_repository_creation_templates(prefixes=["made"])["repositoryCreationTemplates"] == [changed]
fails(errors.TemplateAlreadyExistsException, ecr.create_repository_creation_template, prefix="ROOT", appliedFor=["REPLICATION"])
for prefix in "made", "ROOT":
    assert ecr.delete_repository_creation_template(prefix=prefix)["repositoryCreationTemplate"]["prefix"] == prefix
fails(errors.TemplateNotFoundException, ecr.delete_repository_creation_template, prefix="made")

# Signing
profile = f"arn:aws:signer:{region}:{account}:/signing-profiles/release"
signing = {"rules": [{"signingProfileArn": profile, "repositoryFilters": [{"filter": "team/*", "filterType": "WILDCARD_MATCH"}]}]}
fails(errors.SigningConfigurationNotFoundException, ecr.get_signing_configuration)
assert ecr.put_signing_configuration(signingConfiguration=signing)["signingConfiguration"] == signing
assert ecr.get_signing_configuration()["signingConfiguration"] == signing
push("team/app", "signed", b"signed")
status = ecr.describe_image_signing_status(repositoryName="team/app", imageId=by_tag("signed"))["signingStatuses"]
assert [s["signingProfileArn"] for s in status] == [profile] and status[0]["status"] == "FAILED" and status[0]["failureReason"], status
assert ecr.delete_signing_configuration()["signingConfiguration"] == signing
fails(errors.SigningConfigurationNotFoundException, ecr.delete_signing_configuration)

# Whose pulls do not count
principals = [f"arn:aws:iam::{account}:{who}" for who in ("role/scanner", "user/nightly", "user/path/weekly")]
for principal in principals:
    assert ecr.register_pull_time_update_exclusion(principalArn=principal)["createdAt"].tzinfo
fails(errors.ExclusionAlreadyExistsException, ecr.register_pull_time_update_exclusion, principalArn=principals[0])
listed, more = [], {}
while True:
    page = ecr.list_pull_time_update_exclusions(maxResults=1, **more)
    listed += page["pullTimeUpdateExclusions"]
    if "nextToken" not in page:
        break
    more = {"nextToken": page["nextToken"]}
assert sorted(listed) == sorted(principals), listed
assert ecr.deregister_pull_time_update_exclusion(principalArn=principals[0])["principalArn"] == principals[0]
fails(errors.ExclusionNotFoundException, ecr.deregister_pull_time_update_exclusion, principalArn=principals[0])

# Settings of the account
for name, value in ("BLOB_MOUNTING", "DISABLED"), ("BLOB_MOUNTING", "ENABLED"), ("REGISTRY_POLICY_SCOPE", "V2"), ("BASIC_SCAN_TYPE_VERSION", "AWS_NATIVE"):
    assert ecr.put_account_setting(name=name, value=value)["value"] == value
    assert ecr.get_account_setting(name=name)["value"] == value
fails(errors.InvalidParameterException, ecr.get_account_setting, name="COLOUR")

# And all of it goes.
gone = ecr.batch_delete_image(repositoryName="team/app", imageIds=[by_tag("stable"), by_digest(moved), by_tag("v9")])
assert gone["imageIds"] == [{"imageDigest": v1, "imageTag": "stable"}], gone
assert {f["failureCode"] for f in gone["failures"]} == {"ImageReferencedByManifestList", "ImageNotFound"}, gone
fails(errors.RepositoryNotEmptyException, ecr.delete_repository, repositoryName="team/app")
for name in "team/app", "team/other", "archive":
    assert ecr.delete_repository(repositoryName=name, force=True)["repository"]["repositoryName"] == name
assert pages("describe_repositories", "repositories", least=0) == []
fails(errors.RepositoryNotFoundException, ecr.delete_repository, repositoryName="team/app")

service.check_all(but=BACKFILL)
for operation, given in ("list_replication_backfills", {}), ("start_replication_backfill", {"destination": {"region": ELSEWHERE, "registryId": account}}):
    if hasattr(ecr, operation):
        fails("UnknownOperationException", getattr(ecr, operation), **given)
print("ok")
