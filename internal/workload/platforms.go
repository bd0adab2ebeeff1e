package workload

import (
	"bytes"
	"path"
	"slices"
	"strings"
)

// readCompose finds the images of services. What a service is built from is in
// other files, but for a Dockerfile that the service holds itself.
func (f *File) readCompose(doc *node, o Options) error {
	services := doc.get("services")
	if services == nil || services.kind != mapping {
		return f.fault("", doc.line, doc.column, "it is not a compose file: services is not a mapping")
	}
	for i, name := range services.keys {
		s := services.items[i]
		at := "service " + name
		if image := s.get("image"); image != nil {
			f.addNode(image, Image{Where: at, Platform: platformText(s.str("platform"))})
		}
		build := s.get("build")
		switch inline := build.get("dockerfile_inline"); {
		case build == nil || build.kind == null:
		case inline != nil:
			if err := f.inline(inline, at); err != nil {
				return err
			}
		case build.kind == scalar:
			f.buildFile(o, at, build.text, "")
		default:
			f.buildFile(o, at, build.str("context"), build.str("dockerfile"))
		}
	}
	if doc.has("include") {
		f.note("the files that it includes are not read")
	}
	return nil
}

// inline reads a Dockerfile that is a value of this file. Only in a block does
// the value have the file's own lines, though without their indentation.
func (f *File) inline(n *node, at string) error {
	from := len(f.Images)
	err := f.readDockerfile([]byte(n.text), at, n.line+1)
	lines := bytes.Split(f.text, []byte("\n"))
	for i := from; i < len(f.Images); i++ {
		img := &f.Images[i]
		if !n.block || img.Line > len(lines) {
			img.Line, img.Column = n.line, n.column
			continue
		}
		if indent := bytes.Index(lines[img.Line-1], []byte(img.Ref)); indent >= 0 {
			img.Column = indent + 1
		}
	}
	return err
}

// platformText passes a platform, and drops what is filled in later.
func platformText(s string) string {
	if unclear(s) != "" {
		return ""
	}
	return s
}

// buildFile adds the images that a Dockerfile begins from, if it can be read.
func (f *File) buildFile(o Options, at, context, dockerfile string) {
	if dockerfile == "" {
		dockerfile = "Dockerfile"
	}
	name := path.Join(context, dockerfile)
	if strings.Contains(context, "://") || strings.Contains(name, "$") {
		f.note("%s is built from %s, whose Dockerfile is not read", at, context)
		return
	}
	data, err := o.open(name)
	if err != nil {
		f.note("%s is built with %s, which is not read: %v", at, name, err)
		return
	}
	other := &File{Name: path.Join(path.Dir(f.Name), name)}
	if err := other.readDockerfile(data, at, 1); err != nil {
		f.note("%s is built with %s: %v", at, name, err)
		return
	}
	f.Images = append(f.Images, other.Images...)
	for _, n := range other.Notes {
		f.note("%s", n)
	}
}

// readAnyscale finds image_uri and containerfile, in the configuration itself
// and in runtime environments, and the images of pod patches. Anyscale's own
// nodes are for linux/amd64.
// https://docs.anyscale.com/reference/job-api
func (f *File) readAnyscale(doc *node, o Options) error {
	if doc.kind != mapping {
		return f.fault("", doc.line, doc.column, "it is not an Anyscale configuration: it is not a mapping")
	}
	secret := doc.str("registry_login_secret")
	f.anyscale(doc, o, label(anyscaleKind(doc), doc.str("name")), secret)
	return nil
}

func anyscaleKind(doc *node) string {
	switch {
	case doc.has("applications"):
		return "service"
	case doc.has("entrypoint"):
		return "job"
	case doc.hasAny("head_node", "worker_nodes", "head_node_type", "worker_node_types"):
		return "compute config"
	case doc.hasAny("debian_packages", "post_build_cmds"):
		return "cluster environment"
	case doc.has("idle_termination_minutes"):
		return "workspace"
	}
	return ""
}

func (f *File) anyscale(n *node, o Options, at, secret string) {
	if s := n.str("registry_login_secret"); s != "" {
		secret = s
	}
	for i, item := range n.items {
		key := ""
		if n.kind == mapping {
			key = n.keys[i]
		}
		switch {
		case item.kind == scalar && slices.Contains([]string{"image_uri", "docker_image", "image"}, key):
			img := Image{Where: at, Platform: "linux/amd64", LoginSecret: secret}
			if key == "image" { // of a container, on the nodes of a cluster
				img.Platform = ""
				if n.has("name") {
					img.Where = where(at, named("container", n.str("name")))
				}
			}
			f.addNode(item, img)
		case item.kind == scalar && key == "base_image":
			f.addNode(item, Image{Where: at, Use: Build, Platform: "linux/amd64", LoginSecret: secret})
		case item.kind == scalar && key == "containerfile":
			f.containerfile(item, o, at)
		case key == "env_vars" || key == "env" || key == "tags" || key == "labels":
		case n.kind == list && item.str("name") != "" && (item.has("runtime_env") || item.has("import_path")):
			f.anyscale(item, o, where(at, "application "+item.str("name")), secret)
		default:
			f.anyscale(item, o, at, secret)
		}
	}
}

// containerfile reads the file that Anyscale builds an image of.
func (f *File) containerfile(n *node, o Options, at string) {
	if why := unclear(n.text); why != "" {
		f.note("%s: containerfile %s is not read: %s", at, n.text, why)
		return
	}
	f.buildFile(o, at, "", n.text)
}

// readRelease finds the images of an application template: of services, jobs,
// cron jobs, sidecars and init containers, and the Dockerfiles of what it
// builds.
// https://docs.release.com/reference-documentation/application-settings/application-template/schema-definition
func (f *File) readRelease(doc *node, o Options) error {
	if doc.kind != mapping {
		return f.fault("", doc.line, doc.column, "it is not an application template: it is not a mapping")
	}
	f.release(doc, o, "")
	return nil
}

// releaseLists are the lists of things that run or are built, and what one of
// them is called.
var releaseLists = map[string]string{
	"services": "service", "jobs": "job", "cron_jobs": "cron job", "sidecars": "sidecar", "init": "init container", "builds": "build",
}

func (f *File) release(n *node, o Options, at string) {
	for i, item := range n.items {
		key := ""
		if n.kind == mapping {
			key = n.keys[i]
		}
		what, isList := releaseLists[key]
		switch {
		case isList && item.kind == list:
			for _, e := range item.items {
				here := where(at, named(what, e.str("name")))
				f.releaseBuild(e, o, here, key == "builds")
				f.release(e, o, here)
			}
		case at != "" && key == "image" && item.kind == scalar:
			f.addNode(item, Image{Where: at})
		case key == "environment" || key == "node_selector":
		default:
			f.release(item, o, at)
		}
	}
}

// releaseBuild reads the Dockerfile of what Release builds, which is said in
// builds and in the services themselves.
func (f *File) releaseBuild(e *node, o Options, at string, isBuild bool) {
	from := e
	if b := e.get("build"); b != nil && b.kind == mapping {
		from = b
	} else if !isBuild && !e.has("dockerfile") {
		return
	}
	f.buildFile(o, at, from.str("context"), from.str("dockerfile"))
}
