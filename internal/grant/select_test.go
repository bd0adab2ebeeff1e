package grant

import (
	"context"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"
	"github.com/google/go-cmp/cmp"
)

func TestEach(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var running, most, done atomic.Int32
		started := Each(t.Context(), 3, 20, func(context.Context, int) {
			most.Store(max(most.Load(), running.Add(1)))
			time.Sleep(time.Second)
			running.Add(-1)
			done.Add(1)
		})
		if started != 20 || done.Load() != 20 || most.Load() != 3 {
			t.Errorf("%d started, %d done, %d at a time", started, done.Load(), most.Load())
		}
	})
}

// exported lets the SDK's types, which have an unexported marker, be compared.
var exported = cmp.FilterPath(func(p cmp.Path) bool {
	f, ok := p.Last().(cmp.StructField)
	return ok && f.Name() == "noSmithyDocumentSerde"
}, cmp.Ignore())

// An interruption begins nothing new and lets what runs finish, within bounds.
func TestEachInterrupted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, interrupt := context.WithCancel(t.Context())
		var finished, broken atomic.Int32
		begin := time.Now()
		started := Each(ctx, 4, 100, func(ctx context.Context, i int) {
			if i == 5 { // of the second four
				time.AfterFunc(time.Second/2, interrupt)
			}
			wait := time.Second
			if i == 6 {
				wait = time.Hour
			}
			select {
			case <-time.After(wait):
				finished.Add(1)
			case <-ctx.Done():
				broken.Add(1)
			}
		})
		if started != 8 || finished.Load() != 7 || broken.Load() != 1 {
			t.Errorf("%d started, %d finished, %d broken off", started, finished.Load(), broken.Load())
		}
		if took := time.Since(begin); took > grace+10*time.Second {
			t.Errorf("it took %v", took)
		}
	})
}

func TestWithReplication(t *testing.T) {
	const account, region = "222222222222", "eu-west-2"
	rule := func(region string, filters ...string) types.ReplicationRule {
		r := types.ReplicationRule{Destinations: []types.ReplicationDestination{{Region: aws.String(region), RegistryId: aws.String(account)}}}
		for _, f := range filters {
			r.RepositoryFilters = append(r.RepositoryFilters, types.RepositoryFilter{Filter: aws.String(f), FilterType: types.RepositoryFilterTypePrefixMatch})
		}
		return r
	}
	two := rule(region, "x")
	two.Destinations = append(two.Destinations, types.ReplicationDestination{Region: aws.String("eu-west-1"), RegistryId: aws.String(account)})
	hundred := slices.Repeat([]string{"f"}, maxFilters)
	for name, tt := range map[string]struct {
		rules []types.ReplicationRule
		want  []types.ReplicationRule
		added []string
	}{
		"none":           {nil, []types.ReplicationRule{rule(region, "team/app", "team/b")}, []string{"team/app", "team/b"}},
		"other region":   {[]types.ReplicationRule{rule("eu-west-1")}, []types.ReplicationRule{rule("eu-west-1"), rule(region, "team/app", "team/b")}, []string{"team/app", "team/b"}},
		"all":            {[]types.ReplicationRule{rule(region)}, []types.ReplicationRule{rule(region)}, nil},
		"prefix":         {[]types.ReplicationRule{rule(region, "team/a")}, []types.ReplicationRule{rule(region, "team/a", "team/b")}, []string{"team/b"}},
		"two places":     {[]types.ReplicationRule{two}, []types.ReplicationRule{two, rule(region, "team/app", "team/b")}, []string{"team/app", "team/b"}},
		"full of others": {[]types.ReplicationRule{rule(region, hundred...)}, []types.ReplicationRule{rule(region, hundred...), rule(region, "team/app", "team/b")}, []string{"team/app", "team/b"}},
	} {
		before := len(tt.rules)
		got, added := withReplication(tt.rules, account, region, []string{"team/app", "team/b"})
		if d := cmp.Diff(tt.want, got, exported); d != "" {
			t.Errorf("%s: rules (-want +got):\n%s", name, d)
		}
		if !slices.Equal(added, tt.added) || len(tt.rules) != before {
			t.Errorf("%s: added %q", name, added)
		}
	}
}

func TestSelectionString(t *testing.T) {
	s := Selection{Prefix: "team/", Tags: map[string]string{"b": "2", "a": "1"}}
	if got := s.String(); got != `with prefix "team/" and tag a=1 and tag b=2` {
		t.Error(got)
	}
	if got := (Selection{}).String(); !strings.Contains(got, "any") {
		t.Error(got)
	}
}
