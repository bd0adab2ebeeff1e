package deploy

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"

	"github.com/pratique-dev/pratique/internal/need"
	"github.com/pratique-dev/pratique/test/blackbox"
)

// kubernetes is the version that charts are rendered for.
const kubernetes = "--kube-version=1.34.0"

// serviceMonitor is what the chart uses of the Prometheus operator's resource.
type serviceMonitor struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	Metadata   struct {
		Name   string            `json:"name"`
		Labels map[string]string `json:"labels"`
	} `json:"metadata"`
	Spec struct {
		Selector struct {
			MatchLabels map[string]string `json:"matchLabels"`
		} `json:"selector"`
		Endpoints []struct {
			Port     string `json:"port"`
			Path     string `json:"path"`
			Interval string `json:"interval"`
		} `json:"endpoints"`
	} `json:"spec"`
}

// release is what a chart makes of values, by kind and name.
type release map[string]any

// helm runs Helm on the chart.
func helm(t *testing.T, command, chart string, args ...string) ([]byte, error) {
	t.Helper()
	need.Tools(t, "helm")
	home := t.TempDir()
	env := []string{"HELM_CACHE_HOME=" + home, "HELM_CONFIG_HOME=" + home, "HELM_DATA_HOME=" + home}
	switch command {
	case "lint":
		args = append([]string{"lint", "--strict", kubernetes, chart}, args...)
	case "template":
		args = append([]string{"template", "pratique", chart, "--namespace=registry", kubernetes}, args...)
	}
	return blackbox.Try(t, env, "", "helm", args...)
}

func chartDir(t *testing.T) string { return filepath.Join(deployDir(t), "helm", "pratique") }

func values(t *testing.T, name string) string {
	return "--values=" + filepath.Join(chartDir(t), "ci", name+".yaml")
}

// render decodes what the chart makes. A field that Kubernetes does not know is
// an error.
func render(t *testing.T, args ...string) release {
	t.Helper()
	out, err := helm(t, "template", chartDir(t), args...)
	if err != nil {
		t.Fatal(err)
	}
	r := release{}
	for document := range strings.SplitSeq("\n"+string(out), "\n---\n") {
		var head struct {
			Kind     string
			Metadata struct{ Name string }
		}
		text, err := yaml.YAMLToJSON([]byte(document))
		if err == nil {
			err = json.Unmarshal(text, &head)
		}
		if err != nil {
			t.Fatalf("%v in:\n%s", err, document)
		}
		var object any
		switch head.Kind {
		case "":
			continue // a file that renders to nothing
		case "Deployment":
			object = new(appsv1.Deployment)
		case "StatefulSet":
			object = new(appsv1.StatefulSet)
		case "Service":
			object = new(corev1.Service)
		case "ServiceAccount":
			object = new(corev1.ServiceAccount)
		case "Ingress":
			object = new(networkingv1.Ingress)
		case "NetworkPolicy":
			object = new(networkingv1.NetworkPolicy)
		case "PodDisruptionBudget":
			object = new(policyv1.PodDisruptionBudget)
		case "ServiceMonitor":
			object = new(serviceMonitor)
		default:
			t.Fatalf("the chart makes a %s", head.Kind)
		}
		strict := json.NewDecoder(bytes.NewReader(text))
		strict.DisallowUnknownFields()
		if err := strict.Decode(object); err != nil {
			t.Fatalf("%s %s: %v in:\n%s", head.Kind, head.Metadata.Name, err, document)
		}
		key := head.Kind + "/" + head.Metadata.Name
		if r[key] != nil {
			t.Errorf("%s is there twice", key)
		}
		r[key] = object
	}
	return r
}

// get is the object of a kind and name.
func get[T any](t *testing.T, r release, name string) *T {
	t.Helper()
	kind := strings.TrimPrefix(fmt.Sprintf("%T", *new(T)), "v1.")
	kind = kind[strings.LastIndexByte(kind, '.')+1:]
	object, ok := r[kind+"/"+name].(*T)
	if !ok {
		t.Fatalf("the chart makes no %s %s", kind, name)
	}
	return object
}

// template is the pod's template, in either mode.
func (r release) template(t *testing.T) corev1.PodTemplateSpec {
	t.Helper()
	if _, ok := r["StatefulSet/pratique"]; ok {
		return get[appsv1.StatefulSet](t, r, "pratique").Spec.Template
	}
	return get[appsv1.Deployment](t, r, "pratique").Spec.Template
}

// TestChart renders the chart with each of its example values, and asks of the
// outcome what Kubernetes does not ask before it is too late.
func TestChart(t *testing.T) {
	for _, example := range []string{"embedded", "scale-out", "everything"} {
		t.Run(example, func(t *testing.T) {
			if out, err := helm(t, "lint", chartDir(t), values(t, example)); err != nil {
				t.Errorf("%v\n%s", err, out)
			}
			r := render(t, values(t, example))
			pod := r.template(t)
			labels := pod.Labels

			selects := func(what string, selector map[string]string) {
				t.Helper()
				for k, v := range selector {
					if labels[k] != v {
						t.Errorf("%s selects %s=%s, and the pod has %q", what, k, v, labels[k])
					}
				}
				if len(selector) < 2 {
					t.Errorf("%s selects others' pods: %v", what, selector)
				}
			}
			var ports []string
			for _, p := range pod.Spec.Containers[0].Ports {
				ports = append(ports, p.Name)
			}
			for key, object := range r {
				switch o := object.(type) {
				case *appsv1.Deployment:
					selects(key, o.Spec.Selector.MatchLabels)
				case *appsv1.StatefulSet:
					selects(key, o.Spec.Selector.MatchLabels)
					if r["Service/"+o.Spec.ServiceName] == nil || of(o.Spec.Replicas) != 1 {
						t.Errorf("%s has no service, or %d replicas", key, of(o.Spec.Replicas))
					}
				case *corev1.Service:
					selects(key, o.Spec.Selector)
					if to := o.Spec.Ports[0].TargetPort.String(); !slices.Contains(ports, to) {
						t.Errorf("%s leads to port %s, of %v", key, to, ports)
					}
				case *policyv1.PodDisruptionBudget:
					selects(key, o.Spec.Selector.MatchLabels)
				case *networkingv1.NetworkPolicy:
					selects(key, o.Spec.PodSelector.MatchLabels)
					for _, rule := range o.Spec.Ingress {
						port := rule.Ports[0].Port.String()
						if !slices.Contains(ports, port) || port == "metrics" && len(rule.From) == 0 {
							t.Errorf("%s opens port %s for %v", key, port, rule.From)
						}
					}
				case *networkingv1.Ingress:
					for _, rule := range o.Spec.Rules {
						backend := rule.HTTP.Paths[0].Backend.Service
						service := get[corev1.Service](t, r, backend.Name)
						if service.Spec.Ports[0].Name != backend.Port.Name || !slices.Contains(o.Spec.TLS[0].Hosts, rule.Host) {
							t.Errorf("%s: %s leads to %s", key, rule.Host, backend.Port.Name)
						}
					}
				case *serviceMonitor:
					service := get[corev1.Service](t, r, "pratique-metrics")
					for k, v := range o.Spec.Selector.MatchLabels {
						if service.Labels[k] != v || service.Spec.Ports[0].Name != o.Spec.Endpoints[0].Port {
							t.Errorf("%s selects %s=%s, port %s", key, k, v, o.Spec.Endpoints[0].Port)
						}
					}
				}
			}
			checkPod(t, pod.Spec)
			budget := r["PodDisruptionBudget/pratique"] != nil
			if budget != (example != "embedded") || len(pod.Spec.TopologySpreadConstraints) == 2 != budget {
				t.Errorf("disruption budget: %t, spread: %v", budget, pod.Spec.TopologySpreadConstraints)
			}
			if account := pod.Spec.ServiceAccountName; (r["ServiceAccount/"+account] != nil) != (example != "everything") {
				t.Errorf("runs as the service account %s", account)
			}
		})
	}
}

// of is what a field has, or the zero value if it is not set.
func of[T any](field *T) T {
	if field == nil {
		return *new(T)
	}
	return *field
}

// checkPod asks of the pod that it runs without privileges, has time to drain,
// and that its volumes are there where its flags look.
func checkPod(t *testing.T, pod corev1.PodSpec) {
	t.Helper()
	c, as := pod.Containers[0], pod.SecurityContext
	if !of(as.RunAsNonRoot) || of(as.RunAsUser) != nobody || of(as.RunAsGroup) != nobody || of(as.FSGroup) != nobody ||
		of(as.FSGroupChangePolicy) != corev1.FSGroupChangeOnRootMismatch || as.SeccompProfile.Type != corev1.SeccompProfileTypeRuntimeDefault {
		t.Errorf("runs as %v", as)
	}
	if s := c.SecurityContext; s.AllowPrivilegeEscalation == nil || of(s.AllowPrivilegeEscalation) || !of(s.ReadOnlyRootFilesystem) || len(s.Capabilities.Drop) != 1 || s.Capabilities.Drop[0] != "ALL" || len(s.Capabilities.Add) > 0 {
		t.Errorf("may %v", s)
	}
	if pod.AutomountServiceAccountToken == nil || of(pod.AutomountServiceAccountToken) {
		t.Error("has a token for the cluster's API")
	}
	if c.Resources.Requests.Cpu().IsZero() || c.Resources.Limits.Memory().IsZero() {
		t.Errorf("takes %v", c.Resources)
	}
	for name, want := range map[string]string{c.StartupProbe.HTTPGet.Path: "/healthz", c.LivenessProbe.HTTPGet.Path: "/healthz", c.ReadinessProbe.HTTPGet.Path: "/readyz"} {
		if name != want {
			t.Errorf("is probed at %s instead of %s", name, want)
		}
	}
	volumes := map[string]bool{"data": true} // by a template of claims, if not here
	for _, v := range pod.Volumes {
		volumes[v.Name] = true
		if v.Secret != nil && of(v.Secret.DefaultMode) != 0o440 {
			t.Errorf("the secret %s has mode %#o", v.Secret.SecretName, of(v.Secret.DefaultMode))
		}
	}
	var places []string
	for _, m := range c.VolumeMounts {
		if !volumes[m.Name] || m.SubPath != "" { // of which kubelet changes nothing while the pod runs
			t.Errorf("mounts %s at %s", m.Name, m.MountPath)
		}
		places = append(places, m.MountPath+"/")
	}
	for _, arg := range c.Args {
		path := arg[strings.IndexByte(arg, '=')+1:]
		if strings.HasPrefix(path, "/") && !slices.ContainsFunc(places, func(p string) bool { return strings.HasPrefix(path+"/", p) }) {
			t.Errorf("%s is on no volume", arg)
		}
	}
	var heap int64 // MiB
	for _, v := range c.Env {
		if v.ValueFrom != nil {
			t.Errorf("has a secret in its environment: %s", v.Name)
		}
		if v.Name == "GOMEMLIMIT" {
			fmt.Sscanf(v.Value, "%dMiB", &heap)
		}
	}
	if limit := c.Resources.Limits.Memory().Value() >> 20; heap < limit/2 || heap > limit*9/10 {
		t.Errorf("Go may take %d MiB of %d", heap, limit)
	}
	var drain int64
	for _, arg := range c.Args {
		fmt.Sscanf(arg, "--drain-delay=%ds", &drain)
	}
	notices := int64(c.ReadinessProbe.PeriodSeconds * c.ReadinessProbe.FailureThreshold)
	if drain <= notices || of(pod.TerminationGracePeriodSeconds) <= drain+30 {
		t.Errorf("is seen not to be ready after %d s, drains for %d s and 30 s, and is killed after %d s", notices, drain, of(pod.TerminationGracePeriodSeconds))
	}
}

// TestChartRefuses gives the chart values that cannot work.
func TestChartRefuses(t *testing.T) {
	for _, tt := range []struct{ example, set, want string }{
		{"embedded", "domain=", "domain is needed"},
		{"embedded", "tls.secretName=", "tls.secretName is needed"},
		{"embedded", "tls.insecureHTTP=true", "exclude each other"},
		{"embedded", "blobs.url=s3://layers", "say mode=scaleOut"},
		{"scale-out", "keySecretName=", "mode scaleOut needs keySecretName"},
		{"scale-out", "database.secretName=", "mode scaleOut needs database.secretName"},
		{"scale-out", "database.url=", "mode scaleOut needs database.url"},
		{"scale-out", "blobs.url=", "mode scaleOut needs blobs.url"},
		{"scale-out", "blobs.cacheGiB=10", "of no use with blobs.redirects"},
		{"scale-out", "metrics.serviceMonitor.enabled=true", "needs metrics.enabled"},
		// By the schema.
		{"embedded", "mode=cluster", "/mode"},
		{"embedded", "tls.secret=x", "additional properties 'secret' not allowed"},
		{"embedded", "replicaCount=3", "additional properties 'replicaCount' not allowed"},
		{"embedded", "regions={US East}", "/regions/0"},
		{"embedded", "persistence.size=much", "/persistence/size"},
		{"embedded", "resources.limits.memory=1.5Gi", "/resources/limits/memory"},
		{"embedded", "drainDelaySeconds=-1", "/drainDelaySeconds"},
		{"embedded", "domain=https://registry.example.com", "/domain"},
		{"scale-out", "replicas=0", "/replicas"},
		{"scale-out", "database.url=postgres://pratique:secret@db/pratique", "/database/url"},
		{"scale-out", "database.url=postgres://pratique@db/pratique?password=secret", "/database/url"},
		{"scale-out", "blobs.url=/layers", "/blobs/url"},
		{"scale-out", "extraArgs={quota}", "/extraArgs/0"},
	} {
		_, err := helm(t, "template", chartDir(t), values(t, tt.example), "--set="+tt.set)
		if err == nil {
			t.Errorf("%s with %s is taken", tt.example, tt.set)
		} else if !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s with %s: %v", tt.example, tt.set, err)
		}
	}
}

// TestChartPage renders the chart with the values of the page about it.
func TestChartPage(t *testing.T) {
	page, err := os.ReadFile(filepath.Join(blackbox.Top(t), "docs", "operations", "deploy.md"))
	if err != nil {
		t.Fatal(err)
	}
	example := regexp.MustCompile("(?s)```yaml\n(.*?)```").FindSubmatch(page)
	set := regexp.MustCompile(`--set (\S+)`).FindSubmatch(page)
	if example == nil || set == nil {
		t.Fatal("the page has no example of values")
	}
	file := filepath.Join(t.TempDir(), "values.yaml")
	blackbox.WriteFile(t, file, string(example[1]))
	checkPod(t, render(t, "--values="+file).template(t).Spec)
	checkPod(t, render(t, "--set="+string(set[1])).template(t).Spec)
}

// notes is what Helm shows who installed the chart, which it does only with a
// cluster: they are rendered as another object of a copy of the chart.
func notes(t *testing.T, args ...string) string {
	t.Helper()
	chart := filepath.Join(t.TempDir(), "pratique")
	if err := os.CopyFS(chart, os.DirFS(chartDir(t))); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(chart, "templates", "NOTES.txt")
	text, err := os.ReadFile(file)
	if err == nil {
		err = os.Remove(file)
	}
	if err != nil {
		t.Fatal(err)
	}
	blackbox.WriteFile(t, filepath.Join(chart, "templates", "notes.yaml"),
		`{{ define "notes" }}`+string(text)+`{{ end }}notes: {{ include "notes" . | quote }}`)
	out, err := helm(t, "template", chart, append(args, "--show-only=templates/notes.yaml")...)
	if err != nil {
		t.Fatal(err)
	}
	var shown struct{ Notes string }
	if err := yaml.Unmarshal(out, &shown); err != nil || shown.Notes == "" {
		t.Fatalf("%v in:\n%s", err, out)
	}
	return shown.Notes
}
