package workload

import "strings"

// readKubernetes finds the images of an object, or of the objects of a list.
// Custom resources nest pod templates in many ways, and some have an image of
// their own, so every text member "image" counts, wherever it is.
func (f *File) readKubernetes(doc *node, _ Options) error {
	if doc.kind != mapping || !doc.has("kind") {
		return f.fault("", doc.line, doc.column, "it is not a Kubernetes object: there is no kind")
	}
	f.pods(doc, podContext{})
	return nil
}

// podContext is what is around a container.
type podContext struct {
	object   string
	platform string
	member   string // of an archive
}

// pods finds the images of containers and of image volumes.
func (f *File) pods(n *node, c podContext) {
	if n.kind == list {
		for _, item := range n.items {
			f.pods(item, c)
		}
		return
	}
	if n.kind != mapping {
		return
	}
	if k := n.str("kind"); k != "" && n.has("apiVersion") {
		switch k {
		case "ConfigMap", "Secret", "CustomResourceDefinition":
			return // texts and schemas, not workloads
		}
		if !strings.HasSuffix(k, "List") && k != "List" {
			c.object = named(k, n.get("metadata").str("name"))
		}
	}
	if s := n.get("nodeSelector"); s != nil {
		if p := selectedPlatform(s); p != "" {
			c.platform = p
		}
	}
	for i, key := range n.keys {
		value := n.items[i]
		switch {
		case key == "image" && value.kind == scalar:
			container := n.str("name")
			if container != "" {
				container = "container " + container
			}
			f.addNode(value, Image{Where: where(c.object, container), Platform: c.platform, Member: c.member})
		case key == "image" && value.kind == mapping && value.str("reference") != "":
			f.addNode(value.get("reference"), Image{Where: where(c.object, named("volume", n.str("name"))), Member: c.member})
		case key == "metadata" || key == "env" || key == "status":
		default:
			f.pods(value, c)
		}
	}
}

func where(object, part string) string {
	if object == "" || part == "" {
		return object + part
	}
	return object + ", " + part
}

// selectedPlatform is the platform that a node selector asks for.
// https://kubernetes.io/docs/reference/labels-annotations-taints/#kubernetes-io-arch
func selectedPlatform(s *node) string {
	arch, os := "", "linux"
	for _, prefix := range []string{"beta.kubernetes.io/", "kubernetes.io/"} {
		if v := s.str(prefix + "arch"); v != "" {
			arch = v
		}
		if v := s.str(prefix + "os"); v != "" {
			os = v
		}
	}
	if arch == "" {
		return ""
	}
	return os + "/" + arch
}
