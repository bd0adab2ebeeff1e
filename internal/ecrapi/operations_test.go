package ecrapi_test

import (
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/google/go-cmp/cmp"

	"github.com/pratique-dev/pratique/internal/awsapi"
	"github.com/pratique-dev/pratique/internal/ecrapi"
	"github.com/pratique-dev/pratique/policy/catalog"

	model "github.com/pratique-dev/pratique/internal/awsapi/ecr"
)

// TestTable checks that every operation of the model is served, and needs the
// action of its name, or another that exists.
func TestTable(t *testing.T) {
	rows := map[string]awsapi.Operation{}
	for _, o := range ecrapi.Operations(ecrapi.Config{}) {
		rows[o.Name()] = o
	}
	others := map[string]string{"ListImageReferrers": "ecr:BatchGetImage"}
	for _, m := range model.Service.Operations {
		o, ok := rows[m.Name]
		if !ok {
			t.Errorf("%s has no row", m.Name)
			continue
		}
		if why := o.Unsupported(); why != "" {
			t.Errorf("%s is not supported: %s", m.Name, why)
		}
		want := others[m.Name]
		if want == "" {
			want = "ecr:" + m.Name
		}
		if o.Action() != want || !catalog.Known(want) {
			t.Errorf("%s needs %s, want %s, known: %v", m.Name, o.Action(), want, catalog.Known(want))
		}
	}
}

func TestGetAuthorizationToken(t *testing.T) {
	s := start(t)
	c := s.client(owner)
	for _, ask := range []struct {
		ids, endpoints []string
	}{
		{nil, []string{"https://" + owner + ".dkr.ecr.us-east-1.example.com:5000"}},
		{[]string{other, owner}, []string{"https://" + other + ".dkr.ecr.us-east-1.example.com:5000", "https://" + owner + ".dkr.ecr.us-east-1.example.com:5000"}},
	} {
		out, err := c.GetAuthorizationToken(t.Context(), &ecr.GetAuthorizationTokenInput{RegistryIds: ask.ids})
		if err != nil {
			t.Fatal(err)
		}
		var endpoints []string
		for _, d := range out.AuthorizationData {
			endpoints = append(endpoints, *d.ProxyEndpoint)
			userPassword, err := base64.StdEncoding.DecodeString(*d.AuthorizationToken)
			if err != nil {
				t.Fatal(err)
			}
			// The AWS CLI wants exactly two parts; Windows keeps 2.5 KB at most.
			parts := strings.Split(string(userPassword), ":")
			if len(parts) != 2 || parts[0] != "AWS" || parts[1] == "" || len(parts[1]) > 2500 {
				t.Errorf("token is for %q, in %d parts, of %d bytes", parts[0], len(parts), len(userPassword))
			}
			if left := time.Until(*d.ExpiresAt); left < 11*time.Hour || left > 12*time.Hour {
				t.Errorf("token expires in %v, want 12 h", left)
			}
		}
		if diff := cmp.Diff(ask.endpoints, endpoints); diff != "" {
			t.Errorf("endpoints (-want +got):\n%s", diff)
		}
	}

	// A policy on repositories does not allow it: it has no resource.
	u := s.user(owner, "bob", `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"ecr:*","Resource":"arn:aws:ecr:*:*:repository/*"}}`)
	_, err := u.GetAuthorizationToken(t.Context(), &ecr.GetAuthorizationTokenInput{})
	wantError(t, err, "AccessDeniedException", "User: arn:aws:iam::222222222222:user/bob is not authorized to perform: ecr:GetAuthorizationToken"+
		" on resource: * because no identity-based policy allows the ecr:GetAuthorizationToken action")
}
