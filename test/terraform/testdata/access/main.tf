# Who may do what with one repository, as Terraform users write it. The
# variables are what changed.tfvars changes in place.

terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

provider "aws" {}

variable "team" { default = "delivery" }
variable "user_path" { default = "/ci/" }
variable "group_path" { default = "/ci/" }
variable "members" { default = ["builder", "tester"] }
variable "push_actions" {
  default = ["ecr:BatchCheckLayerAvailability", "ecr:InitiateLayerUpload", "ecr:UploadLayerPart", "ecr:CompleteLayerUpload", "ecr:PutImage"]
}
variable "external_id" { default = "first" }
variable "session_hours" { default = 1 }
variable "boundary" { default = true }
variable "key_status" { default = "Active" }
variable "profile_role" { default = "node" }
variable "audiences" { default = ["sts.amazonaws.com"] }
variable "thumbprint" { default = "9e99a48a9960b14926bb7f3b02e22da2b0ab7280" }
variable "mutability" { default = "MUTABLE" }
variable "kept_actions" { default = ["ecr:DeleteRepository"] }
variable "password_length" { default = 12 }
variable "puller_actions" { default = ["ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage"] }

locals {
  tags = { Team = var.team, "cost:center" = "42 + 1 @ é" }
}

data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

data "aws_iam_policy" "read_only" {
  name = "AmazonEC2ContainerRegistryReadOnly"
}

# Users and their group

resource "aws_iam_user" "member" {
  for_each = toset(["builder", "tester"])
  name     = each.key
  path     = var.user_path
  tags     = local.tags

  force_destroy = true # the test gives one of them more keys and policies
}

resource "aws_iam_group" "builders" {
  name = "builders"
  path = var.group_path
}

resource "aws_iam_group_membership" "builders" {
  name  = "builders"
  group = aws_iam_group.builders.name
  users = [for name in var.members : aws_iam_user.member[name].name]
}

resource "aws_iam_group_policy" "login" {
  group  = aws_iam_group.builders.name
  policy = jsonencode({ Version = "2012-10-17", Statement = { Effect = "Allow", Action = "ecr:GetAuthorizationToken", Resource = "*" } })
}

resource "aws_iam_group_policy_attachment" "read" {
  group      = aws_iam_group.builders.name
  policy_arn = data.aws_iam_policy.read_only.arn
}

data "aws_iam_policy_document" "push" {
  statement {
    sid       = "Push"
    actions   = var.push_actions
    resources = [aws_ecr_repository.app.arn]
  }
  statement {
    effect    = "Deny"
    actions   = ["ecr:*"]
    resources = ["*"]
    condition {
      test     = "StringNotEquals"
      variable = "aws:RequestedRegion"
      values   = [data.aws_region.current.name]
    }
  }
}

resource "aws_iam_user_policy" "push" {
  name   = "push"
  user   = aws_iam_user.member["builder"].name
  policy = data.aws_iam_policy_document.push.json
}

resource "aws_iam_user_policy_attachment" "push" {
  user       = aws_iam_user.member["tester"].name
  policy_arn = aws_iam_policy.push.arn
}

resource "aws_iam_user_login_profile" "tester" {
  user = aws_iam_user.member["tester"].name
}

resource "aws_iam_access_key" "builder" {
  user   = aws_iam_user.member["builder"].name
  status = var.key_status
}

# Roles

resource "aws_iam_policy" "push" {
  name        = "push"
  path        = "/ci/"
  description = "Push to one repository, nothing else: +1 %"
  policy      = data.aws_iam_policy_document.push.json
  tags        = local.tags
}

resource "aws_iam_policy" "boundary" {
  name_prefix = "boundary-"
  policy      = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = ["ecr:*"], Resource = ["*"] }] })
}

data "aws_iam_policy_document" "node_trust" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "AWS"
      identifiers = [aws_iam_user.member["builder"].arn, "arn:${data.aws_partition.current.partition}:iam::${data.aws_caller_identity.current.account_id}:root"]
    }
    condition {
      test     = "StringEquals"
      variable = "sts:ExternalId"
      values   = [var.external_id]
    }
  }
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["ec2.amazonaws.com", "ecs-tasks.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "node" {
  name                 = "node"
  path                 = "/nodes/"
  description          = "Pulls for ${var.team}"
  max_session_duration = var.session_hours * 3600
  permissions_boundary = var.boundary ? aws_iam_policy.boundary.arn : null
  assume_role_policy   = data.aws_iam_policy_document.node_trust.json
  tags                 = local.tags
}

resource "aws_iam_role_policy" "pull" {
  name   = "pull"
  role   = aws_iam_role.node.id
  policy = data.aws_iam_policy_document.push.json
}

resource "aws_iam_role_policy_attachment" "node" {
  for_each   = { own = aws_iam_policy.push.arn, aws = data.aws_iam_policy.read_only.arn }
  role       = aws_iam_role.node.name
  policy_arn = each.value
}

resource "aws_iam_role" "spare" {
  name_prefix           = "spare-"
  force_detach_policies = true # the test attaches one

  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "ec2.amazonaws.com" } }]
  })
}

resource "aws_iam_instance_profile" "node" {
  name = "node"
  path = "/nodes/"
  role = var.profile_role == "node" ? aws_iam_role.node.name : aws_iam_role.spare.name
  tags = local.tags
}

resource "aws_iam_openid_connect_provider" "cluster" {
  url             = "https://oidc.example.com/id/CLUSTER"
  client_id_list  = var.audiences
  thumbprint_list = [var.thumbprint]
  tags            = local.tags
}

resource "aws_iam_role" "pod" {
  name = "pod"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRoleWithWebIdentity"
      Principal = { Federated = aws_iam_openid_connect_provider.cluster.arn }
      Condition = { StringEquals = { "oidc.example.com/id/CLUSTER:aud" = "sts.amazonaws.com" } }
    }]
  })
}

# The repository

resource "aws_ecr_repository" "app" {
  name                 = "team/app"
  image_tag_mutability = var.mutability
  tags                 = local.tags
  encryption_configuration {
    encryption_type = "AES256"
  }
  image_scanning_configuration {
    scan_on_push = true
  }
}

resource "aws_ecr_repository" "sealed" {
  name         = "team/sealed"
  force_delete = true
  encryption_configuration {
    encryption_type = "KMS"
  }
}

data "aws_iam_policy_document" "pullers" {
  statement {
    sid     = "Pull"
    actions = var.puller_actions
    principals {
      type        = "AWS"
      identifiers = [aws_iam_role.node.arn]
    }
  }
}

resource "aws_ecr_repository_policy" "app" {
  repository = aws_ecr_repository.app.name
  policy     = data.aws_iam_policy_document.pullers.json
}

# The account

resource "aws_iam_account_alias" "alias" {
  account_alias = "delivery-${data.aws_caller_identity.current.account_id}"
}

resource "aws_iam_account_password_policy" "strict" {
  minimum_password_length        = var.password_length
  require_lowercase_characters   = true
  require_numbers                = true
  require_symbols                = true
  require_uppercase_characters   = true
  allow_users_to_change_password = true
}

resource "aws_iam_service_linked_role" "replication" {
  aws_service_name = "replication.ecr.amazonaws.com"
  tags             = local.tags
}

# The organization

resource "aws_organizations_organization" "all" {
  feature_set                   = "ALL"
  enabled_policy_types          = ["SERVICE_CONTROL_POLICY"]
  aws_service_access_principals = ["iam.amazonaws.com"]
}

resource "aws_iam_organizations_features" "root" {
  enabled_features = ["RootCredentialsManagement", "RootSessions"]

  depends_on = [aws_organizations_organization.all]
}

resource "aws_organizations_organizational_unit" "prod" {
  name      = "prod"
  parent_id = aws_organizations_organization.all.roots[0].id
  tags      = local.tags
}

resource "aws_organizations_policy" "keep" {
  name    = "keep"
  content = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Deny", Action = var.kept_actions, Resource = "*" }] })

  depends_on = [aws_organizations_organization.all] # nothing else says that it comes first
}

resource "aws_organizations_policy_attachment" "keep" {
  policy_id = aws_organizations_policy.keep.id
  target_id = aws_organizations_organizational_unit.prod.id
}

# What others look up

data "aws_iam_role" "node" {
  name       = aws_iam_role.node.name
  depends_on = [aws_iam_role_policy.pull]
}

data "aws_iam_user" "builder" {
  user_name = aws_iam_user.member["builder"].name
}

data "aws_ecr_repository" "app" {
  name = aws_ecr_repository.app.name
}

data "aws_ecr_authorization_token" "token" {}

data "aws_iam_session_context" "current" {
  arn = data.aws_caller_identity.current.arn
}

data "aws_iam_principal_policy_simulation" "admin" {
  action_names      = ["ecr:PutImage"]
  policy_source_arn = data.aws_caller_identity.current.arn
  resource_arns     = [aws_ecr_repository.app.arn]
}

# What the test reads

output "caller" { value = [data.aws_caller_identity.current.account_id, data.aws_caller_identity.current.arn] }
output "simulated" { value = data.aws_iam_principal_policy_simulation.admin.all_allowed }
output "session_issuer" { value = data.aws_iam_session_context.current.issuer_arn }
output "token_user" { value = data.aws_ecr_authorization_token.token.user_name }
output "role" { value = [data.aws_iam_role.node.arn, data.aws_iam_role.node.unique_id == aws_iam_role.node.unique_id] }
output "user" { value = [data.aws_iam_user.builder.arn, data.aws_iam_user.builder.user_id == aws_iam_user.member["builder"].unique_id] }
output "repository" { value = [data.aws_ecr_repository.app.arn, data.aws_ecr_repository.app.repository_url == aws_ecr_repository.app.repository_url] }
output "spare_role" { value = aws_iam_role.spare.name }
output "key" {
  value     = { id = aws_iam_access_key.builder.id, secret = aws_iam_access_key.builder.secret }
  sensitive = true
}
