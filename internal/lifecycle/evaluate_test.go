package lifecycle_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pratique-dev/pratique/internal/lifecycle"
	"github.com/pratique-dev/pratique/internal/lifecycle/lifecycletest"
)

var now = time.Date(2026, 3, 14, 15, 9, 26, 0, time.UTC)

func daysAgo(n float64) time.Time { return now.Add(-time.Duration(n * 24 * float64(time.Hour))) }

// image is an image that was pushed so many days ago; its name is its digest.
func image(name string, days float64, tags ...string) lifecycle.Image {
	return lifecycle.Image{Digest: name, PushedAt: daysAgo(days), Tags: tags}
}

func policy(t *testing.T, rules ...string) *lifecycle.Policy {
	t.Helper()
	p, err := lifecycle.Parse([]byte(`{"rules":[` + strings.Join(rules, ",") + `]}`))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// rule writes a rule. selection is JSON without the braces.
func rule(priority int, action, selection string) string {
	if action == "transition" {
		action += `","targetStorageClass":"archive`
	}
	return fmt.Sprintf(`{"rulePriority":%d,"selection":{%s},"action":{"type":"%s"}}`, priority, selection, action)
}

const (
	keepOne    = `,"countType":"imageCountMoreThan","countNumber":1`
	any        = `"tagStatus":"any"`
	untagged   = `"tagStatus":"untagged"`
	oneDay     = `,"countType":"sinceImagePushed","countUnit":"days","countNumber":1`
	fiveDays   = `,"countType":"sinceImagePushed","countUnit":"days","countNumber":5`
	idle30     = `,"countType":"sinceImagePulled","countUnit":"days","countNumber":30`
	archived90 = `,"storageClass":"archive","countType":"sinceImageTransitioned","countUnit":"days","countNumber":90`
)

func patterns(p ...string) string {
	return `"tagStatus":"tagged","tagPatternList":["` + strings.Join(p, `","`) + `"]`
}

// outcome lists the images on which there is another verdict than to keep
// them: "A" for one that expires, "A>" for one that goes to the archive.
func outcome(images []lifecycle.Image, verdicts []lifecycle.Verdict) []string {
	out := []string{}
	for i, v := range verdicts {
		switch v.Action {
		case lifecycle.Expire:
			out = append(out, images[i].Digest)
		case lifecycle.Transition:
			out = append(out, images[i].Digest+">")
		}
	}
	return out
}

// TestDocumented has the examples of Amazon ECR's user guide, and what else it
// says in so many words.
// https://docs.aws.amazon.com/AmazonECR/latest/userguide/lifecycle_policy_examples.html
func TestDocumented(t *testing.T) {
	threeTagged := []lifecycle.Image{
		image("A", 10, "beta-1", "prod-1"), image("B", 9, "beta-2", "prod-2"), image("C", 8, "beta-3"),
	}
	for _, tc := range []struct {
		name    string
		rules   []string
		images  []lifecycle.Image
		protect time.Duration
		want    []string
	}{
		{
			name:   "the first rule shields from the second",
			rules:  []string{rule(1, "expire", patterns("prod*")+keepOne), rule(2, "expire", patterns("beta*")+keepOne)},
			images: threeTagged,
			want:   []string{"A"},
		},
		{
			name:   "and the other way round",
			rules:  []string{rule(1, "expire", patterns("beta*")+keepOne), rule(2, "expire", patterns("prod*")+keepOne)},
			images: threeTagged,
			want:   []string{"A", "B"},
		},
		{
			name:   "priority counts, not place",
			rules:  []string{rule(20, "expire", patterns("prod*")+keepOne), rule(10, "expire", patterns("beta*")+keepOne)},
			images: threeTagged,
			want:   []string{"A", "B"},
		},
		{
			name:  "all patterns must match",
			rules: []string{rule(1, "expire", patterns("alpha*", "beta*")+fiveDays)},
			images: []lifecycle.Image{
				image("A", 12, "alpha-1"), image("B", 11, "beta-1"), image("C", 10, "alpha-2", "beta-2"),
				image("D", 4, "alpha-3"), image("E", 3, "beta-3"), image("F", 2, "alpha-4", "beta-4"),
			},
			want: []string{"C"},
		},
		{
			name: "rules for tagged, untagged and all",
			rules: []string{
				rule(1, "expire", patterns("alpha*")+keepOne), rule(2, "expire", untagged+oneDay), rule(3, "expire", any+keepOne),
			},
			images: []lifecycle.Image{
				image("A", 4, "alpha-1", "beta-1"), image("B", 3), image("C", 2, "alpha-2"), image("D", 1, "3f2a91c"), image("E", 0.9),
			},
			want: []string{"A", "B", "D"},
		},
		{
			name:   "all images",
			rules:  []string{rule(1, "expire", any+keepOne)},
			images: []lifecycle.Image{image("A", 4, "alpha-1", "beta-1"), image("B", 3, "alpha-2"), image("C", 2), image("D", 1, "beta-2")},
			want:   []string{"A", "B", "C"},
		},
		{
			name:   "older than, not as old as",
			rules:  []string{rule(1, "expire", any+fiveDays)},
			images: []lifecycle.Image{image("A", 5), image("B", 5.001)},
			want:   []string{"B"},
		},
		{
			name:  "an index keeps what it names, also when it expires itself",
			rules: []string{rule(1, "expire", any+fiveDays)},
			images: []lifecycle.Image{
				image("child", 9), image("grandchild", 9), image("other", 9),
				{Digest: "inner", PushedAt: daysAgo(9), Children: []string{"grandchild"}},
				{Digest: "index", PushedAt: daysAgo(9), Children: []string{"child", "inner"}},
			},
			want: []string{"other", "index"},
		},
		{
			name:  "an archived index keeps what it names",
			rules: []string{rule(1, "expire", any+fiveDays)},
			images: []lifecycle.Image{
				image("child", 9), {Digest: "index", PushedAt: daysAgo(99), Archived: true, ArchivedAt: daysAgo(98), Children: []string{"child"}},
			},
			want: []string{},
		},
		{
			name:  "what an index names is not archived either",
			rules: []string{rule(1, "transition", any+idle30)},
			images: []lifecycle.Image{
				image("child", 60), {Digest: "index", PushedAt: daysAgo(60), Children: []string{"child"}},
			},
			want: []string{"index>"},
		},
		{
			name:  "referrers follow their subject",
			rules: []string{rule(1, "expire", untagged+oneDay), rule(2, "expire", patterns("old*")+keepOne)},
			images: []lifecycle.Image{
				image("kept", 2, "old-2"), image("gone", 3, "old-1"),
				{Digest: "sig of kept", PushedAt: daysAgo(2), Subject: "kept"},
				{Digest: "sig of gone", PushedAt: daysAgo(0), Subject: "gone", Tags: []string{"sig"}},
				{Digest: "sig of sig", PushedAt: daysAgo(0), Subject: "sig of gone"},
				{Digest: "sig of nothing", PushedAt: daysAgo(2), Subject: "missing"},
			},
			want: []string{"gone", "sig of gone", "sig of sig", "sig of nothing"},
		},
		{
			name:  "referrers follow their subject to the archive",
			rules: []string{rule(1, "transition", any+idle30)},
			images: []lifecycle.Image{
				image("subject", 60), {Digest: "sig", PushedAt: daysAgo(1), Subject: "subject"},
			},
			want: []string{"subject>", "sig>"},
		},
		{
			name:  "since the last pull, else the push",
			rules: []string{rule(1, "transition", any+idle30)},
			images: []lifecycle.Image{
				image("never pulled", 31), image("young", 29),
				{Digest: "pulled", PushedAt: daysAgo(90), PulledAt: daysAgo(29)},
				{Digest: "pulled long ago", PushedAt: daysAgo(90), PulledAt: daysAgo(31)},
				{Digest: "back", PushedAt: daysAgo(90), PulledAt: daysAgo(80), ArchivedAt: daysAgo(50), ActivatedAt: daysAgo(20)},
				{Digest: "back and pulled", PushedAt: daysAgo(90), PulledAt: daysAgo(35), ArchivedAt: daysAgo(50), ActivatedAt: daysAgo(40)},
			},
			want: []string{"never pulled>", "pulled long ago>", "back and pulled>"},
		},
		{
			name:  "an image back from the archive is as young as its return",
			rules: []string{rule(1, "expire", any+keepOne)},
			images: []lifecycle.Image{
				image("A", 5), {Digest: "B", PushedAt: daysAgo(90), ArchivedAt: daysAgo(50), ActivatedAt: daysAgo(4)},
			},
			want: []string{"A"},
		},
		{
			name:  "each storage class has its rules",
			rules: []string{rule(1, "transition", any+idle30), rule(2, "expire", any+archived90)},
			images: []lifecycle.Image{
				image("idle", 31),
				{Digest: "archived long ago", PushedAt: daysAgo(200), Archived: true, ArchivedAt: daysAgo(91)},
				{Digest: "archived", PushedAt: daysAgo(200), Archived: true, ArchivedAt: daysAgo(90)},
			},
			want: []string{"idle>", "archived long ago"},
		},
		{
			name:  "a pull protects",
			rules: []string{rule(1, "expire", any+keepOne)},
			images: []lifecycle.Image{
				image("A", 1), image("B", 2),
				{Digest: "C", PushedAt: daysAgo(90), PulledAt: daysAgo(6.9)},
				{Digest: "D", PushedAt: daysAgo(90), PulledAt: daysAgo(7)},
			},
			protect: 7 * 24 * time.Hour,
			want:    []string{"B", "D"},
		},
		{
			name:  "a restored image is held",
			rules: []string{rule(1, "expire", any+fiveDays)},
			images: []lifecycle.Image{
				{Digest: "A", PushedAt: daysAgo(90), HeldUntil: daysAgo(-1)}, {Digest: "B", PushedAt: daysAgo(90), HeldUntil: daysAgo(0)},
			},
			want: []string{"B"},
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got := outcome(tc.images, lifecycle.Evaluate(policy(t, tc.rules...), tc.images, lifecycle.Options{Now: now, ProtectPulled: tc.protect}))
			if d := cmp.Diff(tc.want, got); d != "" {
				t.Errorf("images affected (-want +got):\n%s", d)
			}
		})
	}
}

// TestReasons has every cause.
func TestReasons(t *testing.T) {
	p := policy(t,
		rule(1, "expire", patterns("prod*")+keepOne), rule(2, "transition", patterns("idle*")+idle30), rule(4, "expire", any+fiveDays), rule(5, "expire", any+archived90))
	images := []lifecycle.Image{
		image("young", 2),
		image("old", 5.5),
		image("prod new", 6, "prod-2"),
		image("prod old", 7, "prod-1"),
		image("idle", 41, "idle-1"),
		{Digest: "pulled", PushedAt: daysAgo(30), PulledAt: daysAgo(1)},
		{Digest: "held", PushedAt: daysAgo(30), HeldUntil: daysAgo(-2)},
		{Digest: "child", PushedAt: daysAgo(30)},
		{Digest: "index", PushedAt: daysAgo(0), Children: []string{"child"}},
		{Digest: "sig of young", PushedAt: daysAgo(30), Subject: "young"},
		{Digest: "sig of old", PushedAt: daysAgo(0), Subject: "old"},
		{Digest: "archived sig of old", PushedAt: daysAgo(40), Subject: "old", Archived: true, ArchivedAt: daysAgo(12)},
		{Digest: "archived sig of idle", PushedAt: daysAgo(40), Subject: "idle", Archived: true, ArchivedAt: daysAgo(12)},
		{Digest: "archived", PushedAt: daysAgo(200), Archived: true, ArchivedAt: daysAgo(120)},
	}
	want := map[string]string{
		"young":                "keep: 2 days old, of which rule 4 allows 5 days",
		"old":                  "expire: 5.5 days old, of which rule 4 allows 5 days",
		"prod new":             "keep: rule 4 would touch it, but rule 1 comes first, selects it and leaves it alone",
		"prod old":             "expire: number 2 of the 2 images that rule 1 selects, of which it keeps 1",
		"idle":                 "transition: not pulled for 41 days, of which rule 2 allows 30 days",
		"pulled":               "keep: pulled 1 day ago, within the protection window",
		"held":                 "keep: restored, and held until 2026-03-16T15:09:26Z",
		"child":                "keep: needed by the index index",
		"index":                "keep: 0 days old, of which rule 4 allows 5 days",
		"sig of young":         "keep: stays with its subject young",
		"sig of old":           "expire: goes with its subject old",
		"archived sig of old":  "keep: in the archive for 12 days, of at least 90 days",
		"archived sig of idle": "keep: in the archive already",
		"archived":             "expire: in the archive for 120 days, of which rule 5 allows 90 days",
	}
	got := map[string]string{}
	verdicts := lifecycle.Evaluate(p, images, lifecycle.Options{Now: now, ProtectPulled: 2 * 24 * time.Hour})
	for i, v := range verdicts {
		got[images[i].Digest] = map[lifecycle.Action]string{"": "keep"}[v.Action] + string(v.Action) + ": " + v.Reason(now)
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	only := lifecycle.Evaluate(policy(t, rule(1, "expire", untagged+oneDay)), images[2:3], lifecycle.Options{Now: now})
	if got := only[0].Reason(now); got != "no rule selects it" {
		t.Errorf("reason of an image that no rule selects: %q", got)
	}
	first := lifecycle.Evaluate(policy(t, rule(1, "expire", patterns("prod*")+keepOne)), images[2:4], lifecycle.Options{Now: now})
	if got := first[0].Reason(now); got != "number 1 of the 2 images that rule 1 selects, of which it keeps 1" {
		t.Errorf("reason of an image that its rule keeps: %q", got)
	}
}

// TestAgainstNaive compares Evaluate with the naive reading of the rules on
// 10,000 random repositories, and checks what must hold whatever the rules.
func TestAgainstNaive(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // the same repositories each time
	touched := map[lifecycle.Cause]int{}
	for n := range 10_000 {
		r := lifecycletest.Random(rng, now)
		p, err := lifecycle.Parse([]byte(r.Policy))
		if err != nil {
			t.Fatal(err)
		}
		options := lifecycle.Options{Now: now, ProtectPulled: r.ProtectPulled}
		verdicts := lifecycle.Evaluate(p, r.Images, options)
		for i, v := range verdicts {
			want, err := lifecycletest.Naive(r.Policy, r.Images, i, now, r.ProtectPulled)
			if err != nil {
				t.Fatal(err)
			}
			if string(v.Action) != want {
				t.Fatalf("repository %d, image %d: %q because %s; naive: %q\npolicy: %s\nimages: %+v", n, i, v.Action, v.Reason(now), want, r.Policy, r.Images)
			}
			if v.Reason(now) == string(v.Cause) {
				t.Fatalf("no sentence for the cause %q", v.Cause)
			}
			touched[v.Cause]++
			if v.Action == lifecycle.Keep {
				continue
			}
			if r.ProtectPulled > 0 && r.Images[i].PulledAt.After(now.Add(-r.ProtectPulled)) {
				t.Fatalf("repository %d: image %d was pulled and goes", n, i)
			}
			if slices.ContainsFunc(r.Images, func(index lifecycle.Image) bool { return slices.Contains(index.Children, r.Images[i].Digest) }) {
				t.Fatalf("repository %d: image %d is named by an index and goes", n, i)
			}
		}
		shuffled := slices.Clone(r.Images)
		rng.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		a, b := outcome(r.Images, verdicts), outcome(shuffled, lifecycle.Evaluate(p, shuffled, options))
		slices.Sort(a)
		slices.Sort(b)
		if !slices.Equal(a, b) {
			t.Fatalf("repository %d: the order of the images matters", n)
		}
	}
	for _, c := range []lifecycle.Cause{
		lifecycle.ByCount, lifecycle.ByAge, lifecycle.BySubject, lifecycle.Unselected, lifecycle.InCount, lifecycle.InAge, lifecycle.Shielded,
		lifecycle.WithSubject, lifecycle.ChildOf, lifecycle.Pulled, lifecycle.Held, lifecycle.NewArchive, lifecycle.InArchive,
	} {
		if touched[c] < 20 {
			t.Errorf("the random repositories have %d verdicts for the cause %q", touched[c], c)
		}
	}
}

// TestCircle: digests cannot make one, but Evaluate must not hang on facts.
func TestCircle(t *testing.T) {
	images := []lifecycle.Image{
		{Digest: "A", PushedAt: daysAgo(9), Subject: "B"}, {Digest: "B", PushedAt: daysAgo(9), Subject: "A"}, {Digest: "C", PushedAt: daysAgo(9), Subject: "C"},
	}
	if got := outcome(images, lifecycle.Evaluate(policy(t, rule(1, "expire", any+fiveDays)), images, lifecycle.Options{Now: now})); len(got) > 0 {
		t.Errorf("expired: %v", got)
	}
}
