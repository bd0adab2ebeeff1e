package servertest_test

import (
	"encoding/base64"
	"net/url"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/opencontainers/go-digest"

	"github.com/pratique-dev/pratique/internal/awsapi/ecr"
	"github.com/pratique-dev/pratique/internal/awsapi/iam"
	"github.com/pratique-dev/pratique/internal/awsapi/shape"
	"github.com/pratique-dev/pratique/internal/awsapi/sts"
	"github.com/pratique-dev/pratique/internal/server"
)

// Text that no PostgreSQL stores, with a NUL or in another encoding, is
// refused or not found wherever it comes in; it is no trouble of the server's,
// whatever the database.
func TestUnstorableText(t *testing.T) { onEachDatabase(t, testUnstorableText) }

func testUnstorableText(t *testing.T, database func(*server.Config)) {
	w, trouble := newQuietWorld(t, database)
	w.repository("team/app")
	img := w.push("team/app:v1", 100, 1)
	layer, _ := layerOf(t, img)
	token, node := w.token(w.root), w.token(w.node())
	check := func(what string, a answer) {
		t.Helper()
		if a.status >= 500 {
			t.Errorf("%s: %d %.300s", what, a.status, a.body)
		}
	}
	w.repository("team/second")
	pages := must(w.ecr(w.root).DescribeRepositories(t.Context(), &sdk.DescribeRepositoriesInput{MaxResults: aws.Int32(1)}))(t)
	page := must(base64.RawURLEncoding.DecodeString(*pages.NextToken))(t)
	put := func(manifest string) answer {
		r := w.request("PUT", owner, "/v2/team/app/manifests/odd", manifest)
		r.Header.Set("Content-Type", manifestType)
		r.SetBasicAuth("AWS", token)
		return w.do(r)
	}

	for _, odd := range []string{"a\x00b", "a\xff", "\xed\xa0\x80"} {
		escaped := url.QueryEscape(odd)
		for _, path := range []string{
			"/v2/team/app/tags/list?last=" + escaped, "/v2/_catalog?last=" + escaped,
			"/v2/team/app/referrers/" + digestA + "?artifactType=" + escaped, "/v2/team/app/referrers/" + digestA + "?last=" + escaped,
			"/v2/team/app/manifests/" + url.PathEscape(odd), "/v2/team/" + url.PathEscape(odd) + "/tags/list",
			"/v2/team/app/blobs/uploads/" + url.PathEscape(odd), "/layers/" + url.PathEscape(odd), "/v2/?ns=" + escaped,
		} {
			check(path, w.get(path, token))
		}
		mount := w.request("POST", owner, "/v2/team/app/blobs/uploads/?mount="+layer.String()+"&from="+escaped, "")
		mount.SetBasicAuth("AWS", token)
		check("mount from "+escaped, w.do(mount))
		for _, login := range []string{odd + ":" + odd, odd + ":" + token, "AWS:" + odd} {
			r := w.request("GET", owner, "/v2/", "")
			r.Header.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(login)))
			a := w.do(r)
			check("Basic "+escaped, a)
			if a.status != 401 {
				t.Errorf("Basic %s: %d", escaped, a.status)
			}
		}

		// Manifests hold what they like; the text in JSON may have a NUL.
		text := strings.NewReplacer("\x00", `\u0000`).Replace(odd)
		check("annotation", put(strings.Replace(manifestOf(layer.String()), `"config":`, `"annotations":{"`+text+`":"`+text+`"},"config":`, 1)))
		check("artifact type", put(strings.Replace(manifestOf(layer.String()), `"config":`, `"artifactType":"application/`+text+`","config":`, 1)))
		check("config's media type", put(strings.Replace(manifestOf(layer.String()), "image.config", text, 1)))
		check("layer's media type", put(strings.Replace(manifestOf(layer.String()), "layer.v1", text, 1)))
		check("referrers", w.get("/v2/team/app/referrers/"+digest.FromString("x").String(), token))

		// What is recorded of a request.
		if !strings.Contains(odd, "\x00") { // which no header may have
			for _, token := range []string{token, node} {
				r := w.request("GET", owner, "/v2/team/app/manifests/v1", "")
				r.Header.Set("User-Agent", odd)
				r.Header.Set("Referer", odd)
				r.SetBasicAuth("AWS", token)
				check("User-Agent", w.do(r))
			}
			call := w.ecrCall("ListImages", `{"repositoryName":"team/app"}`)
			call.header["User-Agent"] = odd
			check("User-Agent of an API call", w.call(call))
			call.credentials.AccessKeyID += odd
			check("access key", w.call(call))
		}

		// Every member that a model knows of, and the tags.
		v := &values{dice: newDice(t), known: []string{"team/app", owner, "v1", digestA}}
		for _, s := range []*shape.Service{ecr.Service, iam.Service, sts.Service} {
			for _, o := range s.Operations {
				for _, member := range s.Constraints[o.Name+"Input"] {
					key := strings.ToLower(member.Field[:1]) + member.Field[1:]
					if s.Protocol == shape.JSON11 {
						in := v.structure(s, o.Name+"Input")
						if in[key] = text; member.Elem != nil {
							in[key] = []string{odd}
						}
						check(o.Name+" "+key, w.call(w.ecrCall(o.Name, jsonOf(t, in))))
						continue
					}
					name := member.Field
					if member.Elem != nil {
						name += ".member.1"
					}
					check(o.Name+" "+key, w.call(w.queryCall(s.Name, s.Version, o.Name, v.form(s, o.Name+"Input")+"&"+name+"="+escaped)))
				}
			}
		}
		check("tags", w.call(w.ecrCall("TagResource", `{"resourceArn":"`+appARN+`","tags":[{"Key":"`+text+`","Value":"`+text+`"}]}`)))
		check("tag keys", w.call(w.ecrCall("UntagResource", `{"resourceArn":"`+appARN+`","tagKeys":["`+text+`"]}`)))
		check("resource", w.call(w.ecrCall("ListTagsForResource", `{"resourceArn":"`+appARN+text+`"}`)))
		check("policy", w.call(w.ecrCall("SetRepositoryPolicy", `{"repositoryName":"team/app","policyText":"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Sid\":\"`+text+`\",\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"ecr:BatchGetImage\"}]}`+text+`"}`)))
		check("image ids", w.call(w.ecrCall("BatchGetImage", `{"repositoryName":"team/app","imageIds":[{"imageTag":"`+text+`"},{"imageDigest":"`+text+`"}]}`)))
		check("KMS key", w.call(w.ecrCall("CreateRepository", `{"repositoryName":"team/kms","encryptionConfiguration":{"encryptionType":"KMS","kmsKey":"`+text+`"}}`)))
		check("page", w.call(w.ecrCall("ListImages", `{"repositoryName":"team/app","nextToken":"`+text+`"}`)))
		check("page, encoded", w.call(w.ecrCall("DescribeRepositories", `{"nextToken":"`+base64.RawURLEncoding.EncodeToString([]byte(string(page)+odd))+`"}`)))
		check("user's tags", w.call(w.queryCall("iam", "2010-05-08", "CreateUser", "&UserName=alice&Tags.member.1.Key="+escaped+"&Tags.member.1.Value="+escaped)))
		check("marker", w.call(w.queryCall("iam", "2010-05-08", "ListUsers", "&Marker="+escaped)))
		check("marker, encoded", w.call(w.queryCall("iam", "2010-05-08", "ListUsers", "&Marker="+base64.RawURLEncoding.EncodeToString([]byte(odd)))))
	}
	if s := trouble.String(); s != "" {
		t.Errorf("the server had trouble:\n%.4000s", s)
	}
}
