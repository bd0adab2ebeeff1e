package servertest_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
)

// TestLifecycleByItself: a policy that was put is applied without anybody
// asking for it, soon and again a day later.
func TestLifecycleByItself(t *testing.T) {
	all := newTableWorld(t)
	w := all.row(t, 0)
	w.repository()
	w.lifecyclePolicy()
	applied := func(since time.Time, want int) {
		t.Helper()
		for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(50 * time.Millisecond) {
			p := must(w.ecr.GetLifecyclePolicy(t.Context(), &ecr.GetLifecyclePolicyInput{RepositoryName: aws.String(app)}))(t)
			if !p.LastEvaluatedAt.Before(since.Truncate(time.Millisecond)) {
				break
			}
			if time.Now().After(deadline) {
				t.Fatalf("last applied at %v, not after %v", p.LastEvaluatedAt, since)
			}
		}
		if got := must(w.ecr.DescribeImages(t.Context(), &ecr.DescribeImagesInput{RepositoryName: aws.String(app)}))(t); len(got.ImageDetails) != want {
			t.Errorf("%d images, want %d", len(got.ImageDetails), want)
		}
	}
	for _, later := range []time.Duration{11 * time.Minute, 24 * time.Hour} {
		w.image(app, "v"+later.String())
		w.clock.advance(time.Second)
		w.image(app, "w"+later.String())
		since := w.clock.now()
		w.clock.advance(later)
		applied(since, 1)
	}
}
