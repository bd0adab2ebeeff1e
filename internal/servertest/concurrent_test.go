package servertest_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/opencontainers/go-digest"
)

// clients is how many push at the same time.
const clients = 8

// atOnce runs f for each client, all at once, and waits for them.
func atOnce(f func(client int)) {
	var all sync.WaitGroup
	start := make(chan struct{})
	for i := range clients {
		all.Go(func() {
			<-start
			f(i)
		})
	}
	close(start)
	all.Wait()
}

// Many clients push one image to one tag: all succeed, and it is there once.
func TestSameImageAtOnce(t *testing.T) {
	w := newWorld(t)
	w.repository("team/app")
	token := w.token(w.root)
	img := must(random.Image(50_000, 4))(t)
	atOnce(func(i int) {
		if err := remote.Write(w.image(owner, "team/app:v1"), img, w.remote(token)...); err != nil {
			t.Errorf("client %d: %v", i, err)
		}
	})
	if err := w.pull("team/app:v1", token, img); err != nil {
		t.Error(err)
	}
	if n := w.imageCount("team/app"); n != 1 {
		t.Errorf("%d images", n)
	}
}

func (w *world) imageCount(repository string) int {
	w.t.Helper()
	return len(must(w.ecr(w.root).DescribeImages(w.t.Context(), &ecr.DescribeImagesInput{RepositoryName: &repository}))(w.t).ImageDetails)
}

// Many clients push images of their own, with a layer in common, to tags of
// their own and to one that all fight for. All images are whole, and the tag
// is on one of them.
func TestDifferentImagesAtOnce(t *testing.T) {
	w := newWorld(t)
	w.repository("team/app")
	token := w.token(w.root)
	var images [clients]v1.Image
	for i := range images {
		images[i] = must(random.Image(20_000, 2))(t)
	}
	atOnce(func(i int) {
		for _, tag := range []string{fmt.Sprint("v", i), "latest"} {
			if err := remote.Write(w.image(owner, "team/app:"+tag), images[i], w.remote(token)...); err != nil {
				t.Errorf("client %d: %v", i, err)
			}
		}
	})
	winners := 0
	for i, img := range images {
		if err := w.pull(fmt.Sprint("team/app:v", i), token, img); err != nil {
			t.Errorf("client %d: %v", i, err)
		}
		if w.pull("team/app:latest", token, img) == nil {
			winners++
		}
	}
	if winners != 1 || w.imageCount("team/app") != clients {
		t.Errorf("latest is on %d images of %d", winners, w.imageCount("team/app"))
	}
}

// Many uploads to one repository, in chunks and of the same bytes, do not
// mix; two clients cannot write to one upload at the same time.
func TestUploadsAtOnce(t *testing.T) {
	w := newWorld(t)
	w.repository("team/app")
	token := w.token(w.root)
	send := func(method, path, body string) answer {
		r := w.request(method, owner, path, body)
		r.SetBasicAuth("AWS", token)
		return w.do(r)
	}
	blobs := make([]string, clients)
	for i := range blobs {
		blobs[i] = strings.Repeat(fmt.Sprint(i/2), 100_000+i/2) // each is uploaded twice
	}
	atOnce(func(i int) {
		path := send("POST", "/v2/team/app/blobs/uploads/", "").header.Get("Location")
		for rest := blobs[i]; rest != ""; {
			n := min(len(rest), 10_000+rand.IntN(10_000))
			if a := send("PATCH", path, rest[:n]); a.status != 202 {
				t.Errorf("client %d: %d %s", i, a.status, a.body)
			}
			rest = rest[n:]
		}
		if a := send("PUT", path+"?digest="+digest.FromString(blobs[i]).String(), ""); a.status != 201 {
			t.Errorf("client %d: %d %s", i, a.status, a.body)
		}
	})
	for i, want := range blobs {
		if a := send("GET", "/v2/team/app/blobs/"+digest.FromString(want).String(), ""); a.body != want {
			t.Errorf("blob %d: %d, %d bytes", i, a.status, len(a.body))
		}
	}

	// One upload: the first chunk of whoever comes first.
	path := send("POST", "/v2/team/app/blobs/uploads/", "").header.Get("Location")
	var accepted sync.Map
	atOnce(func(i int) {
		r := w.request("PATCH", owner, path, strings.Repeat(fmt.Sprint(i), 100_000))
		r.SetBasicAuth("AWS", token)
		r.Header.Set("Content-Range", "0-99999")
		switch a := w.do(r); a.status {
		case 202:
			accepted.Store(i, true)
		case 409, 416: // busy, or too late
		default:
			t.Errorf("client %d: %d %s", i, a.status, a.body)
		}
	})
	n := 0
	accepted.Range(func(i, _ any) bool {
		n++
		d := digest.FromString(strings.Repeat(fmt.Sprint(i), 100_000)).String()
		if a := send("PUT", path+"?digest="+d, ""); a.status != 201 {
			t.Errorf("the bytes are not those of client %d: %d %s", i, a.status, a.body)
		}
		return true
	})
	if n != 1 {
		t.Errorf("%d clients wrote to one upload at the same place", n)
	}
}

// A layer is mounted from a repository by those who may pull from there. To
// others, and where there is nothing, an upload begins like any other.
func TestMount(t *testing.T) {
	w := newWorld(t)
	for _, name := range []string{"secret/app", "open/app", "team/app"} {
		w.repository(name)
	}
	hidden, _ := layerOf(t, w.push("secret/app:v1", 100, 1))
	shown, _ := layerOf(t, w.push("open/app:v1", 100, 1))

	admin := w.iam(w.root)
	must(admin.CreateUser(t.Context(), &iam.CreateUserInput{UserName: aws.String("dev")}))(t)
	must(admin.PutUserPolicy(t.Context(), &iam.PutUserPolicyInput{UserName: aws.String("dev"), PolicyName: aws.String("own"), PolicyDocument: aws.String(`{"Version":"2012-10-17","Statement":[
		{"Effect":"Allow","Action":"ecr:GetAuthorizationToken","Resource":"*"},
		{"Effect":"Allow","Action":"ecr:*","Resource":"arn:aws:ecr:*:222222222222:repository/team/*"},
		{"Effect":"Allow","Action":"ecr:GetDownloadUrlForLayer","Resource":"arn:aws:ecr:*:222222222222:repository/open/*"}]}`)}))(t)
	key := must(admin.CreateAccessKey(t.Context(), &iam.CreateAccessKeyInput{UserName: aws.String("dev")}))(t).AccessKey
	token := w.token(aws.Credentials{AccessKeyID: *key.AccessKeyId, SecretAccessKey: *key.SecretAccessKey})

	mount := func(layer, from string) answer {
		r := w.request("POST", owner, "/v2/team/app/blobs/uploads/?mount="+layer+"&from="+from, "")
		r.SetBasicAuth("AWS", token)
		return w.do(r)
	}
	refused := mount(hidden.String(), "secret/app")
	if refused.status != 202 || refused.body != "" {
		t.Fatalf("mount of a layer of somebody else: %d %s", refused.status, refused.body)
	}
	for _, a := range []answer{
		mount(digestA, "secret/app"), mount(hidden.String(), "secret/none"), mount(hidden.String(), "open/app"), mount(digestA, "team/app"),
		mount(hidden.String(), "..%2fsecret"), mount(hidden.String(), ""),
	} {
		if diff := cmp.Diff(headerNames(refused.header), headerNames(a.header)); diff != "" || a.status != refused.status || a.body != refused.body {
			t.Errorf("it can be told why: %d %v %s", a.status, a.header, a.body)
		}
	}
	if a := w.get("/v2/team/app/blobs/"+hidden.String(), token); a.status != 404 {
		t.Errorf("the layer of somebody else: %d", a.status)
	}
	if a := mount(shown.String(), "open/app"); a.status != 201 || a.header.Get("Docker-Content-Digest") != shown.String() {
		t.Errorf("mount: %d %v %s", a.status, a.header, a.body)
	}
	if a := w.get("/v2/team/app/blobs/"+shown.String(), token); a.status != 200 {
		t.Errorf("the mounted layer: %d", a.status)
	}
}
