package servertest_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-containerregistry/pkg/v1/remote"

	"github.com/pratique-dev/pratique/internal/awsapi/pratique"
	"github.com/pratique-dev/pratique/internal/registry"
	"github.com/pratique-dev/pratique/internal/server"
)

// setStorageClass moves an image of owner's repository app to a storage class.
func (w *world) setStorageClass(tag string, class types.TargetStorageClass) {
	w.t.Helper()
	must(w.ecr(w.root).UpdateImageStorageClass(w.t.Context(), &ecr.UpdateImageStorageClassInput{
		RepositoryName: new("app"), ImageId: &types.ImageIdentifier{ImageTag: &tag}, TargetStorageClass: class,
	}))(w.t)
}

// An image that went to the archive cannot be pulled; docker push brings it
// back, as does restoring it, and webhooks are told.
func TestArchivedImage(t *testing.T) {
	w, h := newWorld(t, toLoopback), newWebhook(t)
	w.repository("app")
	img := w.push("app:v1", 100, 2)
	d := must(img.Digest())(t).String()
	secret := w.destination(pratique.PutEventDestinationInput{Url: &h.URL})
	token := w.token(w.root)
	expect := func(class string, activated bool) {
		t.Helper()
		last := ""
		if activated {
			got := must(w.ecr(w.root).DescribeImages(t.Context(), &ecr.DescribeImagesInput{RepositoryName: new("app"), ImageIds: []types.ImageIdentifier{{ImageTag: new("v1")}}}))(t)
			last = `,"last-activated-at":"` + got.ImageDetails[0].LastActivatedAt.UTC().Format("2006-01-02T15:04:05.999Z") + `"`
		}
		want := `{"version":"0","id":"ID","detail-type":"ECR Image Action","source":"aws.ecr","account":"222222222222","time":"TIME","region":"us-east-1","resources":[],` +
			`"detail":{"result":"SUCCESS","repository-name":"app","image-digest":"` + d + `","action-type":"UPDATE_STORAGE_CLASS","target-storage-class":"` + class + `",` +
			`"manifest-media-type":"application/vnd.docker.distribution.manifest.v2+json","artifact-media-type":"application/vnd.docker.container.image.v1+json"` + last + `}}`
		if diff := cmp.Diff(want, h.next().document(t, secret)); diff != "" {
			t.Errorf("event (-want +got):\n%s", diff)
		}
	}
	w.setStorageClass("v1", types.TargetStorageClassArchive)
	expect("ARCHIVE", false)
	if err := w.pull("app:v1", token, img); err == nil || !strings.Contains(err.Error(), "MANIFEST_UNKNOWN") {
		t.Errorf("pull an archived image: %v", err)
	}
	layer, _ := layerOf(t, img)
	for _, path := range []string{"/v2/app/manifests/v1", "/v2/app/manifests/" + d, "/v2/app/blobs/" + layer.String()} {
		r := w.request(http.MethodHead, owner, path, "")
		r.SetBasicAuth("AWS", token)
		if a := w.do(r); a.status != http.StatusNotFound {
			t.Errorf("HEAD %s: %d", path, a.status)
		}
	}
	if err := remote.Write(w.image(owner, "app:v1"), img, w.remote(token)...); err != nil {
		t.Fatal(err)
	}
	expect("STANDARD", true)
	if err := w.pull("app:v1", token, img); err != nil {
		t.Errorf("pull an image that was pushed again: %v", err)
	}
	w.setStorageClass("v1", types.TargetStorageClassArchive)
	h.next()
	w.setStorageClass("v1", types.TargetStorageClassStandard)
	expect("STANDARD", true)
	if err := w.pull("app:v1", token, img); err != nil {
		t.Errorf("pull a restored image: %v", err)
	}
}

// A full repository answers 403, as Amazon ECR does, and takes new tags of
// what it has.
func TestFullRepository(t *testing.T) {
	w := newWorld(t, func(c *server.Config) { c.Quotas = registry.Quotas{ImagesPerRepository: 2, TagsPerImage: 2} })
	w.repository("app")
	img := w.push("app:v1", 10, 1)
	w.push("app:v2", 10, 1)
	token := w.token(w.root)
	put := func(path, body, want string) {
		t.Helper()
		r := w.request(http.MethodPut, owner, "/v2/app/manifests/"+path, body)
		r.SetBasicAuth("AWS", token)
		r.Header.Set("Content-Type", "application/vnd.oci.image.index.v1+json")
		a := w.do(r)
		if code, message := ociError(t, a); a.status != http.StatusForbidden || code != "DENIED" || message != want {
			t.Errorf("%s: %d %s", path, a.status, a.body)
		}
	}
	put("v3", `{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]}`,
		"The maximum allowed number of images in the repository with name 'app' in registry with id '222222222222' is '2'")
	if err := remote.Tag(w.image(owner, "app:again").Context().Tag("again"), img, w.remote(token)...); err != nil {
		t.Errorf("another tag: %v", err)
	}
	err := remote.Tag(w.image(owner, "app:more").Context().Tag("more"), img, w.remote(token)...)
	if want := "Adding tag 'more' to an image in the repository with name 'app' in registry with id '222222222222' exceeds the maximum allowed number of tags per image which is '2'"; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("a tag too many: %v", err)
	}
}

// Pulls by an excluded role through the registry leave no trace in an image;
// those of others do.
func TestPullTimeExclusion(t *testing.T) {
	w := newWorld(t)
	w.repository("app")
	w.push("app:v1", 10, 1)
	w.push("app:v2", 10, 1)
	node := w.node()
	w.grant("app", user)
	role := fmt.Sprintf("arn:aws:iam::%s:role/%s", user, nodeRole)
	must(w.ecr(w.root).RegisterPullTimeUpdateExclusion(t.Context(), &ecr.RegisterPullTimeUpdateExclusionInput{PrincipalArn: &role}))(t)
	for path, token := range map[string]string{"v1": w.token(node), "v2": w.token(w.root)} {
		if a := w.get("/v2/app/manifests/"+path, token); a.status != http.StatusOK {
			t.Fatalf("pull %s: %d %s", path, a.status, a.body)
		}
	}
	for range 200 { // they are written every few seconds, together
		got := must(w.ecr(w.root).DescribeImages(t.Context(), &ecr.DescribeImagesInput{
			RepositoryName: new("app"), ImageIds: []types.ImageIdentifier{{ImageTag: new("v1")}, {ImageTag: new("v2")}},
		}))(t).ImageDetails
		if at := got[0].LastRecordedPullTime; at != nil {
			t.Fatalf("a pull by an excluded role was recorded at %v", at)
		}
		if got[1].LastRecordedPullTime != nil {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Error("a pull was not recorded")
}
