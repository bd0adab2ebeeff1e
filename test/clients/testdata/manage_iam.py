"""Manage who may do what, with boto3's own paginators and waiters; prints ok."""

import base64
import csv
import json
import threading
import time

import boto3
from botocore.exceptions import ClientError, WaiterError

iam, sts = boto3.client("iam"), boto3.client("sts")
account = sts.get_caller_identity()["Account"]
READ_ONLY = "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryReadOnly"
SOON = {"Delay": 1, "MaxAttempts": 20}


def allow(*actions, **more):
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": list(actions), "Resource": "*", **more}]}


def fails(code, operation, **kwargs):
    try:
        operation(**kwargs)
    except ClientError as e:
        assert e.response["Error"]["Code"] == code, e.response
        return e.response["Error"]["Message"]
    raise AssertionError("no " + code)


def pages(operation, key, **kwargs):
    """All items, one to a page: what the paginator makes of IsTruncated and Marker."""
    got, items = 0, []
    for page in iam.get_paginator(operation).paginate(PaginationConfig={"PageSize": 1}, **kwargs):
        assert len(page[key]) <= 1, page
        got, items = got + 1, items + page[key]
    assert got >= len(items), (operation, got)
    return items


def client(service, credentials):
    return boto3.client(service, aws_access_key_id=credentials["AccessKeyId"],
                        aws_secret_access_key=credentials["SecretAccessKey"], aws_session_token=credentials.get("SessionToken"))


# Waiters wait until there is what they wait for, and give up when told to.
for name, given in ("user_exists", {"UserName": "absent"}), ("role_exists", {"RoleName": "absent"}), \
        ("policy_exists", {"PolicyArn": f"arn:aws:iam::{account}:policy/absent"}), ("instance_profile_exists", {"InstanceProfileName": "absent"}):
    try:
        iam.get_waiter(name).wait(WaiterConfig={"Delay": 0, "MaxAttempts": 2}, **given)
    except WaiterError as e:
        assert "Max attempts exceeded" in str(e), e
    else:
        raise AssertionError(name + " found what is not there")


def later(operation, **kwargs):
    def run():
        time.sleep(0.5)
        operation(**kwargs)
    thread = threading.Thread(target=run)
    thread.start()
    return thread


trust = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["sts:AssumeRole", "sts:TagSession"], "Principal": {"AWS": f"arn:aws:iam::{account}:root"}}]})
names = ["ada", "bob", "cy"]
for waiter, key, create, more in (
        ("user_exists", "UserName", iam.create_user, {"Path": "/people/", "Tags": [{"Key": "team", "Value": "a"}]}),
        ("role_exists", "RoleName", iam.create_role, {"Path": "/people/", "AssumeRolePolicyDocument": trust}),
        ("instance_profile_exists", "InstanceProfileName", iam.create_instance_profile, {})):
    thread = later(create, **{key: names[0]}, **more)
    iam.get_waiter(waiter).wait(WaiterConfig=SOON, **{key: names[0]})
    thread.join()
    for name in names[1:]:
        create(**{key: name}, **more)
        iam.get_waiter(waiter).wait(WaiterConfig=SOON, **{key: name})
policies = {name: iam.create_policy(PolicyName=name, PolicyDocument=json.dumps(allow("ecr:PutImage")))["Policy"]["Arn"] for name in names}
iam.get_waiter("policy_exists").wait(PolicyArn=policies["ada"], WaiterConfig=SOON)

# Paginators give everything, once.
assert [u["UserName"] for u in pages("list_users", "Users", PathPrefix="/people/")] == names
assert [r["RoleName"] for r in pages("list_roles", "Roles", PathPrefix="/people/")] == names
assert [p["PolicyName"] for p in pages("list_policies", "Policies", Scope="Local")] == names
assert [p["InstanceProfileName"] for p in pages("list_instance_profiles", "InstanceProfiles")] == names
assert pages("list_users", "Users", PathPrefix="/nobody/") == []
managed = [p["Arn"] for page in iam.get_paginator("list_policies").paginate(Scope="AWS", PaginationConfig={"PageSize": 3}) for p in page["Policies"]]
assert READ_ONLY in managed and len(managed) == len(set(managed)), managed
for arn in (*policies.values(), READ_ONLY):
    iam.attach_role_policy(RoleName="ada", PolicyArn=arn)
attached = pages("list_attached_role_policies", "AttachedPolicies", RoleName="ada")
assert sorted(p["PolicyArn"] for p in attached) == sorted([*policies.values(), READ_ONLY]), attached
for name in names:
    iam.put_role_policy(RoleName="ada", PolicyName=name, PolicyDocument=json.dumps(allow("ecr:BatchGetImage")))
assert pages("list_role_policies", "PolicyNames", RoleName="ada") == names
iam.create_group(GroupName="people")
for name in names:
    iam.add_user_to_group(GroupName="people", UserName=name)
assert [u["UserName"] for u in pages("get_group", "Users", GroupName="people")] == names
roles = [r for page in iam.get_paginator("list_entities_for_policy").paginate(PolicyArn=READ_ONLY) for r in page["PolicyRoles"]]
assert [r["RoleName"] for r in roles] == ["ada"], roles
first = iam.get_paginator("list_users").paginate(PathPrefix="/people/", PaginationConfig={"MaxItems": 2}).build_full_result()
rest = iam.get_paginator("list_users").paginate(PathPrefix="/people/", PaginationConfig={"StartingToken": first["NextToken"]}).build_full_result()
assert [u["UserName"] for u in first["Users"] + rest["Users"]] == names, (first, rest)

details = {"UserDetailList": [], "RoleDetailList": [], "GroupDetailList": [], "Policies": []}
for page in iam.get_paginator("get_account_authorization_details").paginate(
        Filter=["User", "Role", "Group", "LocalManagedPolicy"], PaginationConfig={"PageSize": 2}):
    assert sum(len(page[key]) for key in details) <= 2, page
    for key in details:
        details[key] += page[key]
assert [u["UserName"] for u in details["UserDetailList"]] == sorted(["admin", *names]), details
assert [r["RoleName"] for r in details["RoleDetailList"]] == names, details
assert [g["GroupName"] for g in details["GroupDetailList"]] == ["people"], details
ada = details["RoleDetailList"][0]
assert ada["AssumeRolePolicyDocument"] == json.loads(trust), ada  # botocore decodes it
assert [p["PolicyDocument"] for p in ada["RolePolicyList"]] == [allow("ecr:BatchGetImage")] * 3, ada
assert len(ada["AttachedManagedPolicies"]) == 4, ada
assert details["UserDetailList"][0]["GroupList"] == ["people"], details
assert details["Policies"][0]["PolicyVersionList"][0]["Document"] == allow("ecr:PutImage"), details

# What would be allowed
iam.put_user_policy(UserName="bob", PolicyName="mixed", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Action": ["ecr:*", "sts:GetFederationToken"], "Resource": "*"}, {"Effect": "Deny", "Action": "ecr:DeleteRepository", "Resource": "*"}]}))
results = [r for page in iam.get_paginator("simulate_principal_policy").paginate(
    PolicySourceArn=f"arn:aws:iam::{account}:user/people/bob", ActionNames=["ecr:PutImage", "ecr:DeleteRepository", "iam:CreateUser"],
    ResourceArns=["*"], PaginationConfig={"PageSize": 1}) for r in page["EvaluationResults"]]
assert [(r["EvalActionName"], r["EvalDecision"]) for r in results] == [
    ("ecr:PutImage", "allowed"), ("ecr:DeleteRepository", "explicitDeny"), ("iam:CreateUser", "implicitDeny")], results
assert results[0]["MatchedStatements"][0]["SourcePolicyId"] == "user_bob_mixed", results

# Sessions
key = iam.create_access_key(UserName="bob")["AccessKey"]
bob = client("sts", key)
session = bob.get_session_token(DurationSeconds=900)["Credentials"]
assert session["AccessKeyId"].startswith("ASIA") and session["Expiration"].tzinfo is not None, session
assert client("sts", session).get_caller_identity()["Arn"] == f"arn:aws:iam::{account}:user/people/bob"
client("ecr", session).describe_repositories()
fails("AccessDenied", client("sts", session).get_federation_token, Name="carol")

federated = bob.get_federation_token(Name="carol", Policy=json.dumps(allow("ecr:DescribeRepositories")), DurationSeconds=900)
assert federated["FederatedUser"]["Arn"] == f"arn:aws:sts::{account}:federated-user/carol", federated
carol = client("ecr", federated["Credentials"])
carol.describe_repositories()
message = fails("AccessDeniedException", carol.create_repository, repositoryName="a/b")
assert "federated-user/carol is not authorized to perform: ecr:CreateRepository" in message, message

role = f"arn:aws:iam::{account}:role/people/ada"
assumed = sts.assume_role(RoleArn=role, RoleSessionName="story", DurationSeconds=900, Policy=json.dumps(allow("ecr:DescribeRepositories")),
                          Tags=[{"Key": "team", "Value": "a"}])
assert assumed["AssumedRoleUser"]["Arn"] == f"arn:aws:sts::{account}:assumed-role/ada/story", assumed
client("ecr", assumed["Credentials"]).describe_repositories()
message = fails("AccessDeniedException", client("ecr", assumed["Credentials"]).batch_get_image, repositoryName="a/b", imageIds=[{"imageTag": "v1"}])
assert "because no session policy allows the ecr:BatchGetImage action" in message, message
fails("AccessDenied", bob.assume_role, RoleArn=role, RoleSessionName="story")
fails("ValidationError", sts.assume_role, RoleArn=role, RoleSessionName="no spaces")
fails("AccessDenied", client("sts", assumed["Credentials"]).get_session_token)

# Tokens that tell others who the caller is
fails("FeatureDisabled", iam.get_outbound_web_identity_federation_info)
issuer = iam.enable_outbound_web_identity_federation()["IssuerIdentifier"]
assert iam.get_outbound_web_identity_federation_info()["IssuerIdentifier"] == issuer
token = sts.get_web_identity_token(Audience=["https://api.example.com"], SigningAlgorithm="ES384", Tags=[{"Key": "job", "Value": "7"}])["WebIdentityToken"]
payload = token.split(".")[1]
claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
assert claims["iss"] == issuer and claims["aud"] == "https://api.example.com", claims
assert claims["https://sts.amazonaws.com/"]["request_tags"] == {"job": "7"}, claims
fails("ExpiredTradeInTokenException", sts.get_delegated_access_token, TradeInToken="x")
fails("AccessDenied", sts.assume_root, TargetPrincipal="999999999999",
      TaskPolicyArn={"arn": "arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials"})
iam.disable_outbound_web_identity_federation()
fails("OutboundWebIdentityFederationDisabledException", sts.get_web_identity_token, Audience=["x"], SigningAlgorithm="RS256")

# The report of all credentials, which is there when AWS's own loop asks again
while (state := iam.generate_credential_report()["State"]) != "COMPLETE":
    assert state in ("STARTED", "INPROGRESS"), state
    time.sleep(0.1)
report = iam.get_credential_report()
assert report["ReportFormat"] == "text/csv", report
rows = {row["user"]: row for row in csv.DictReader(report["Content"].decode().splitlines())}
assert set(rows) == {"<root_account>", "admin", *names}, rows
assert rows["bob"]["access_key_1_active"] == "true" and rows["ada"]["access_key_1_active"] == "false", rows

# And all of it goes, in the order that AWS demands.
fails("DeleteConflict", iam.delete_user, UserName="bob")
fails("DeleteConflict", iam.delete_role, RoleName="ada")
fails("DeleteConflict", iam.delete_policy, PolicyArn=policies["bob"])
fails("DeleteConflict", iam.delete_group, GroupName="people")
iam.delete_access_key(UserName="bob", AccessKeyId=key["AccessKeyId"])
iam.delete_user_policy(UserName="bob", PolicyName="mixed")
for policy in attached:
    iam.detach_role_policy(RoleName="ada", PolicyArn=policy["PolicyArn"])
for name in names:
    iam.delete_role_policy(RoleName="ada", PolicyName=name)
    iam.remove_user_from_group(GroupName="people", UserName=name)
    iam.delete_policy(PolicyArn=policies[name])
    iam.delete_user(UserName=name)
    iam.delete_instance_profile(InstanceProfileName=name)
for name in names:
    iam.delete_role(RoleName=name)
iam.delete_group(GroupName="people")
assert [u["UserName"] for u in pages("list_users", "Users")] == ["admin"]
assert pages("list_roles", "Roles") == []
fails("NoSuchEntity", iam.get_role, RoleName="ada")
print("ok")
