# Everything of a registry that Terraform can configure. The variables are what
# changed.tfvars changes in place.

terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

provider "aws" {}

variable "mutability" { default = "IMMUTABLE" }
variable "scan_on_push" { default = true }
variable "team" { default = "delivery" }
variable "keep" { default = 10 }
variable "replicas" { default = ["eu-west-1", "eu-central-1"] }
variable "upstream_role" { default = "upstream" }
variable "template_for" { default = ["REPLICATION", "PULL_THROUGH_CACHE"] }
variable "policy_scope" { default = "V2" }
variable "about" { default = "Runs the *whole* thing" }
variable "image_tag" { default = "" } # of an image in the repository, once there is one

data "aws_caller_identity" "current" {}
data "aws_ecr_authorization_token" "token" {}
data "aws_ecr_repository_creation_template" "edge" {
  prefix = aws_ecr_repository_creation_template.edge.prefix
}
data "aws_ecr_pull_through_cache_rule" "quay" {
  ecr_repository_prefix = aws_ecr_pull_through_cache_rule.quay.ecr_repository_prefix
}
data "aws_ecr_repositories" "all" {
  depends_on = [aws_ecr_repository.app, aws_ecr_repository.plain]
}

resource "aws_ecr_repository" "app" {
  name                 = "team/app"
  image_tag_mutability = var.mutability
  force_delete         = true

  encryption_configuration {
    encryption_type = "KMS"
  }
  image_scanning_configuration {
    scan_on_push = var.scan_on_push
  }
  tags = { Team = var.team }
}

resource "aws_ecr_repository" "plain" {
  name         = "plain"
  force_delete = true
}

resource "aws_ecr_repository_policy" "app" {
  repository = aws_ecr_repository.app.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "AllowPull"
      Effect    = "Allow"
      Principal = { AWS = "arn:aws:iam::111111111111:root" }
      Action    = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
    }]
  })
}

data "aws_ecr_lifecycle_policy_document" "app" {
  rule {
    priority    = 1
    description = "few releases"
    selection {
      tag_status       = "tagged"
      tag_pattern_list = ["v*", "release-*"]
      count_type       = "imageCountMoreThan"
      count_number     = var.keep
    }
  }
  rule {
    priority = 2
    selection {
      tag_status   = "untagged"
      count_type   = "sinceImagePushed"
      count_unit   = "days"
      count_number = 14
    }
  }
  rule {
    priority = 3
    selection {
      tag_status      = "tagged"
      tag_prefix_list = ["dev-"]
      count_type      = "sinceImagePushed"
      count_unit      = "days"
      count_number    = 3
    }
    action {
      type = "expire"
    }
  }
}

resource "aws_ecr_lifecycle_policy" "app" {
  repository = aws_ecr_repository.app.name
  policy     = data.aws_ecr_lifecycle_policy_document.app.json
}

resource "aws_ecr_registry_policy" "registry" {
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "Replicas"
      Effect    = "Allow"
      Principal = { AWS = "arn:aws:iam::111111111111:root" }
      Action    = ["ecr:ReplicateImage", "ecr:CreateRepository"]
      Resource  = ["arn:aws:ecr:${data.aws_ecr_repositories.all.id}:${data.aws_caller_identity.current.account_id}:repository/*"]
    }]
  })
}

resource "aws_ecr_replication_configuration" "replicas" {
  replication_configuration {
    rule {
      dynamic "destination" {
        for_each = var.replicas
        content {
          region      = destination.value
          registry_id = data.aws_caller_identity.current.account_id
        }
      }
      repository_filter {
        filter      = "team/"
        filter_type = "PREFIX_MATCH"
      }
    }
  }
}

resource "aws_ecr_pull_through_cache_rule" "quay" {
  ecr_repository_prefix = "quay"
  upstream_registry_url = "quay.io"
}

resource "aws_ecr_pull_through_cache_rule" "elsewhere" {
  ecr_repository_prefix      = "elsewhere"
  upstream_registry_url      = "111111111111.dkr.ecr.eu-west-1.amazonaws.com"
  upstream_repository_prefix = "theirs"
  custom_role_arn            = "arn:aws:iam::${data.aws_caller_identity.current.account_id}:role/${var.upstream_role}"
}

resource "aws_ecr_repository_creation_template" "edge" {
  prefix               = "edge"
  description          = "repositories made by pushing"
  applied_for          = var.template_for
  image_tag_mutability = "IMMUTABLE"
  custom_role_arn      = "arn:aws:iam::${data.aws_caller_identity.current.account_id}:role/template"

  encryption_configuration {
    encryption_type = "AES256"
  }
  repository_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "AllowPull"
      Effect    = "Allow"
      Principal = { AWS = "arn:aws:iam::111111111111:root" }
      Action    = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
    }]
  })
  lifecycle_policy = data.aws_ecr_lifecycle_policy_document.app.json
  resource_tags    = { Team = var.team }
}

resource "aws_ecr_registry_scanning_configuration" "scanning" {
  scan_type = "BASIC"
  rule {
    scan_frequency = "SCAN_ON_PUSH"
    repository_filter {
      filter      = "prod*"
      filter_type = "WILDCARD"
    }
  }
}

resource "aws_ecr_account_setting" "scope" {
  name  = "REGISTRY_POLICY_SCOPE"
  value = var.policy_scope
}

resource "aws_ecr_account_setting" "scan" {
  name  = "BASIC_SCAN_TYPE_VERSION"
  value = "AWS_NATIVE"
}

resource "aws_ecrpublic_repository" "tools" {
  repository_name = "tools"
  force_destroy   = true
  catalog_data {
    about_text        = var.about
    architectures     = ["ARM", "x86-64"]
    description       = "Tools for everybody"
    operating_systems = ["Linux"]
    usage_text        = "docker run"
  }
  tags = { Team = var.team }
}

resource "aws_ecrpublic_repository_policy" "tools" {
  repository_name = aws_ecrpublic_repository.tools.repository_name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "AllowPush"
      Effect    = "Allow"
      Principal = { AWS = "arn:aws:iam::111111111111:root" }
      Action    = ["ecr-public:PutImage"]
    }]
  })
}

data "aws_ecrpublic_authorization_token" "token" {}

data "aws_ecr_image" "app" {
  count           = var.image_tag == "" ? 0 : 1
  repository_name = aws_ecr_repository.app.name
  image_tag       = var.image_tag
}

data "aws_ecr_image" "newest" {
  count           = var.image_tag == "" ? 0 : 1
  repository_name = aws_ecr_repository.app.name
  most_recent     = true
}

output "image" { value = [for i in data.aws_ecr_image.app : [i.image_digest, i.image_uri == "${aws_ecr_repository.app.repository_url}@${i.image_digest}"]] }
output "newest" { value = [for i in data.aws_ecr_image.newest : i.image_tags] }
output "repositories" { value = data.aws_ecr_repositories.all.names }
output "template" { value = data.aws_ecr_repository_creation_template.edge.applied_for }
output "rule" { value = data.aws_ecr_pull_through_cache_rule.quay.upstream_registry_url }
output "token_user" { value = data.aws_ecr_authorization_token.token.user_name }
output "public_token_user" { value = data.aws_ecrpublic_authorization_token.token.user_name }
