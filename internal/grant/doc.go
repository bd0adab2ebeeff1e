// Package grant lets the nodes of a platform pull from a repository: platform
// profiles say who pulls and what they need, a plan says which statement of
// the repository policy that makes, and Apply writes it through the ECR API.
//
// A grant only ever adds to a policy and a revocation only ever takes its own
// principals away; statements of other people are passed through as they are.
package grant
