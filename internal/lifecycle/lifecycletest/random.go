package lifecycletest

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/pratique-dev/pratique/internal/lifecycle"
)

// Repository is a random repository: a policy, the images, and for how long a
// pull protects them.
type Repository struct {
	Policy        string
	Images        []lifecycle.Image
	ProtectPulled time.Duration // whole days
}

// Random returns a small repository in which what the rules are about happens
// often: images of the same age, patterns that match some tags, indexes,
// referrers, archived images, ages that are exactly what a rule allows.
func Random(rng *rand.Rand, now time.Time) Repository {
	r := Repository{Policy: randomPolicy(rng)}
	if rng.IntN(3) == 0 {
		r.ProtectPulled = time.Duration(1+rng.IntN(60)) * day
	}
	taken := map[string]bool{}
	for range rng.IntN(12) {
		r.Images = append(r.Images, randomImage(rng, now, r.Images, taken))
	}
	return r
}

const day = 24 * time.Hour

// ago is a time in the past: often whole days, sometimes just beside.
func ago(rng *rand.Rand, now time.Time, days int) time.Time {
	t := now.Add(-time.Duration(rng.IntN(days+1)) * day)
	return t.Add([]time.Duration{0, 0, -time.Microsecond, -time.Hour}[rng.IntN(4)])
}

func randomImage(rng *rand.Rand, now time.Time, others []lifecycle.Image, taken map[string]bool) lifecycle.Image {
	img := lifecycle.Image{
		Digest:   fmt.Sprintf("sha256:%x", sha256.Sum256(fmt.Appendf(nil, "%d", rng.Uint64()))),
		PushedAt: ago(rng, now, 12),
	}
	if rng.IntN(4) == 0 {
		img.PushedAt = ago(rng, now, 200)
	}
	for range rng.IntN(3) {
		if tag := randomTag(rng); !taken[tag] {
			taken[tag] = true
			img.Tags = append(img.Tags, tag)
		}
	}
	slices.Sort(img.Tags)
	since := func(t time.Time) time.Time { // some time from t to now
		return ago(rng, now, int(now.Sub(t)/day))
	}
	switch rng.IntN(8) {
	case 0:
		img.ArchivedAt = since(img.PushedAt)
		img.Archived = true
	case 1:
		img.ArchivedAt = since(img.PushedAt)
		img.ActivatedAt = since(img.ArchivedAt)
		img.Archived = rng.IntN(3) == 0 // again
	}
	if rng.IntN(3) == 0 {
		img.PulledAt = since(img.PushedAt)
	}
	if rng.IntN(10) == 0 {
		img.HeldUntil = now.Add(time.Duration(rng.IntN(5)-2) * day)
	}
	if len(others) == 0 {
		return img
	}
	switch rng.IntN(6) {
	case 0:
		for range 1 + rng.IntN(2) {
			if c := others[rng.IntN(len(others))].Digest; !slices.Contains(img.Children, c) {
				img.Children = append(img.Children, c)
			}
		}
		slices.Sort(img.Children)
	case 1:
		img.Subject = others[rng.IntN(len(others))].Digest
	case 2:
		if rng.IntN(3) == 0 {
			img.Subject = fmt.Sprintf("sha256:%064x", rng.Uint64()) // of nothing that is here
		}
	}
	return img
}

func randomTag(rng *rand.Rand) string {
	return []string{"alpha", "beta", "prod", "a.b_c"}[rng.IntN(4)] + []string{"", "-", "-x-"}[rng.IntN(3)] + fmt.Sprint(rng.IntN(4))
}

// randomPolicy returns a valid policy.
func randomPolicy(rng *rand.Rand) string {
	for {
		var rules []map[string]any
		for range 1 + rng.IntN(5) {
			rules = append(rules, randomRule(rng))
		}
		text, err := json.Marshal(map[string]any{"rules": rules})
		if err != nil {
			panic(err)
		}
		if _, err := lifecycle.Parse(text); err == nil {
			return string(text)
		}
	}
}

func randomRule(rng *rand.Rand) map[string]any {
	selection := map[string]any{"countNumber": 1 + rng.IntN(9)}
	action := map[string]any{"type": "expire"}
	if rng.IntN(3) == 0 {
		action = map[string]any{"type": "transition", "targetStorageClass": "archive"}
	}
	switch n := rng.IntN(6); {
	case n < 2:
		selection["countType"] = "imageCountMoreThan"
		selection["countNumber"] = 1 + rng.IntN(4)
	case n < 4:
		selection["countType"] = "sinceImagePushed"
	case n < 5:
		selection["countType"] = "sinceImagePulled"
	default:
		selection["countType"], selection["storageClass"] = "sinceImageTransitioned", "archive"
		selection["countNumber"] = 90 + rng.IntN(20)
	}
	if selection["countType"] != "imageCountMoreThan" {
		selection["countUnit"] = "days"
	}
	switch rng.IntN(4) {
	case 0:
		selection["tagStatus"] = "any"
	case 1:
		selection["tagStatus"] = "untagged"
	case 2:
		selection["tagStatus"] = "tagged"
		selection["tagPrefixList"] = pick(rng, "alpha", "beta", "prod", "a", "alpha-x", "p")
	default:
		selection["tagStatus"] = "tagged"
		selection["tagPatternList"] = pick(rng, "alpha*", "*beta*", "*-1", "prod", "prod1", "*a*a*", "*", "*-*2", "a.b*")
	}
	return map[string]any{"rulePriority": 1 + rng.IntN(30), "selection": selection, "action": action}
}

// pick returns one or two of the choices.
func pick(rng *rand.Rand, choices ...string) []string {
	list := []string{choices[rng.IntN(len(choices))]}
	if rng.IntN(3) == 0 {
		list = append(list, choices[rng.IntN(len(choices))])
	}
	return list
}
