// Package terraform tests a built server with Terraform and its AWS provider,
// and with the calls that the provider makes where there is no Terraform.
package terraform
