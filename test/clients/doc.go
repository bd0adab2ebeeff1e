// Package clients tests a built server with the clients that people have:
// docker, podman, skopeo, containerd, the AWS CLI and their like.
package clients
