// Package access tells whether a principal can pull an image, and why: it
// reads both sides' policies through the public APIs of IAM and ECR, takes
// every step of a pull through the policy engine, and names for each side the
// line that decided and what would change the outcome.
//
// It needs nothing that AWS does not offer, so it works on AWS as on
// Pratique. A side that cannot be read is reported as unknown, not guessed.
package access
