package event

import (
	"bytes"
	"encoding/json"
	"flag"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pratique-dev/pratique/internal/seal"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// The documents are those of https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-eventbridge.html in their members
// and the kinds of their values.
func TestDocuments(t *testing.T) {
	at := time.Date(2026, 11, 21, 9, 8, 7, 654321000, time.FixedZone("", 3600))
	image := Image{
		Account: "222222222222", Region: "us-west-2", Repository: "team/app", Digest: "sha256:7f5b2640", Tag: "v1",
		ManifestMediaType: "application/vnd.oci.image.manifest.v1+json", ArtifactMediaType: "application/vnd.oci.image.config.v1+json",
	}
	untagged, referrer := image, image
	untagged.Tag = ""
	referrer.Tag, referrer.Referrer, referrer.ArtifactMediaType = "", true, "text/sbom+json"
	events := map[string]Event{
		"push":               ImageAction(Push, image, at),
		"push-untagged":      ImageAction(Push, untagged, at),
		"push-referrer":      ImageAction(Push, referrer, at),
		"delete":             ImageAction(Delete, image, at),
		"archive":            StorageClass(untagged, "ARCHIVE", time.Time{}, at),
		"restore":            StorageClass(untagged, "STANDARD", at, at),
		"restore-referrer":   StorageClass(referrer, "STANDARD", at, at),
		"scan":               ImageScan(image, []string{"v1"}, "COMPLETE", map[string]int64{"CRITICAL": 10, "MEDIUM": 9}, at),
		"scan-clean":         ImageScan(image, nil, "COMPLETE", nil, at),
		"replication":        ReplicationAction(image, "111111111111", "us-east-1", true, at),
		"replication-failed": ReplicationAction(untagged, "111111111111", "us-east-1", false, at),
		"cache":              PullThroughCacheAction(image, CacheSync{Prefix: "team", Upstream: "public.ecr.aws"}, at),
		"cache-failed":       PullThroughCacheAction(untagged, CacheSync{Prefix: "team", Upstream: "public.ecr.aws", FailureCode: "Unavailable", FailureReason: "no answer"}, at),
	}
	for name, e := range events {
		id, body, err := e.body(source)
		if err != nil {
			t.Fatal(err)
		}
		var got bytes.Buffer
		if err := json.Indent(&got, bytes.ReplaceAll(body, []byte(id), []byte("ID")), "", "  "); err != nil {
			t.Fatal(err)
		}
		got.WriteByte('\n')
		file := filepath.Join("testdata", name+".json")
		if *update {
			if err := os.WriteFile(file, got.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), got.String()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestWants(t *testing.T) {
	push := ImageAction(Push, Image{Repository: "team/app"}, time.Time{})
	for _, tt := range []struct {
		types  []string
		prefix string
		want   bool
	}{
		{nil, "", true},
		{[]string{TypeImageAction}, "", true},
		{[]string{TypeImageScan, TypeImageAction}, "team/", true},
		{[]string{TypeImageScan}, "", false},
		{nil, "team/app", true},
		{nil, "team/app/", false},
		{nil, "other", false},
	} {
		d := Destination{DetailTypes: tt.types, RepositoryPrefix: tt.prefix}
		if got := d.wants(push); got != tt.want {
			t.Errorf("types %q, prefix %q: %t", tt.types, tt.prefix, got)
		}
	}
}

// The signature is that of the reference libraries' tests of Standard Webhooks.
func TestSignature(t *testing.T) {
	secret, err := decodeSecret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
	if err != nil {
		t.Fatal(err)
	}
	got := sign(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", time.Unix(1614265330, 0), []byte(`{"test": 2432232314}`))
	if want := "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="; got != want {
		t.Errorf("signature %s, want %s", got, want)
	}
}

func TestSecrets(t *testing.T) {
	made := newSecret()
	back, err := decodeSecret(encodeSecret(made))
	if err != nil || !bytes.Equal(made, back) || len(made) < minSecret {
		t.Errorf("a secret that was made: %x, %x, %v", made, back, err)
	}
	if bytes.Equal(made, newSecret()) {
		t.Error("two secrets are the same")
	}
	for _, bad := range []string{
		"", "whsec_", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLa==", "whsec_not base64", "whsec_" + strings.Repeat("AAAA", 22),
	} {
		_, err := decodeSecret(seal.Secret(bad))
		if err == nil {
			t.Errorf("%q is a secret", bad)
		} else if len(bad) > 6 && strings.Contains(err.Error(), bad[6:]) {
			t.Errorf("the error quotes the secret: %v", err)
		}
	}
}

func TestGuard(t *testing.T) {
	g := guard{[]netip.Prefix{netip.MustParsePrefix("10.1.0.0/16"), netip.MustParsePrefix("fd00:1::/32")}}
	for address, want := range map[string]bool{
		"8.8.8.8": true, "1.1.1.1": true, "2606:4700::1111": true, "::ffff:8.8.8.8": true, "64:ff9b::8.8.8.8": true, "172.32.0.1": true, "100.128.0.1": true,
		"10.1.2.3": true, "fd00:1::5": true, "::ffff:10.1.2.3": true, // as configured

		"127.0.0.1": false, "127.8.8.8": false, "0.0.0.0": false, "10.0.0.1": false, "10.2.0.1": false, "172.16.0.1": false, "172.31.255.255": false,
		"192.168.1.1": false, "100.64.0.1": false, "169.254.169.254": false, "192.0.0.8": false, "192.0.2.1": false, "198.18.0.1": false,
		"198.51.100.1": false, "203.0.113.1": false, "224.0.0.1": false, "240.0.0.1": false, "255.255.255.255": false,
		"::": false, "::1": false, "fe80::1": false, "fe80::1%eth0": false, "fc00::1": false, "fd00:ec2::254": false, "ff02::1": false, "fec0::1": false,
		"2001:db8::1": false, "2001::1": false, "2002:7f00:1::": false, "64:ff9b::127.0.0.1": false, "64:ff9b::10.0.0.1": false, "64:ff9b:1::1": false,
		"::ffff:127.0.0.1": false, "::127.0.0.1": false, "2606:4700::1111%eth0": false,
	} {
		if err := g.check(netip.MustParseAddr(address)); (err == nil) != want {
			t.Errorf("%s: %v", address, err)
		}
	}
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	for field, want := range map[string]time.Duration{
		"": 0, "0": 0, "17": 17 * time.Second, "-5": 0, "99999999999": maxRetries, "3601": maxRetries, "soon": 0, "1.5": 0,
		"Sat, 21 Nov 2026 12:00:30 GMT": 30 * time.Second, "Sat, 21 Nov 2026 11:00:00 GMT": 0, "Sun, 21 Nov 2027 12:00:00 GMT": maxRetries,
	} {
		if got := retryAfter(field, now); got != want {
			t.Errorf("%q: %v, want %v", field, got, want)
		}
	}
}

// The worked example of docs/operations/events.md is right.
func TestDocumentedSignature(t *testing.T) {
	page, err := os.ReadFile("../../docs/operations/events.md")
	if err != nil {
		t.Fatal(err)
	}
	secret, err := decodeSecret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
	if err != nil {
		t.Fatal(err)
	}
	want := sign(secret, "13cde686-328b-6117-af20-0e5566167482", time.Unix(1795262400, 0), []byte(`{"version":"0"}`))
	if !strings.Contains(string(page), want) {
		t.Errorf("the example's signature is %s", want)
	}
	for _, d := range DetailTypes() {
		if !strings.Contains(string(page), "| `"+d+"` |") {
			t.Errorf("%s is not documented", d)
		}
	}
}
