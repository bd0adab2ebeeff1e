package lifecycle

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Image is what a policy knows of an image.
type Image struct {
	Digest      string
	Tags        []string
	PushedAt    time.Time
	PulledAt    time.Time // last pull; zero if never
	ArchivedAt  time.Time // when it last went to the archive; zero if never
	ActivatedAt time.Time // when it last came back from the archive; zero if never
	Archived    bool      // whether it is in the archive now
	Children    []string  // digests that an index names
	Subject     string    // digest of the image that a reference artifact is about
	HeldUntil   time.Time // nothing is done to the image before; zero if it was not restored
}

// age is the time that an image's age is counted from.
func (i *Image) age() time.Time {
	if !i.ActivatedAt.IsZero() {
		return i.ActivatedAt
	}
	return i.PushedAt
}

// idle is the time since which an image was not pulled.
func (i *Image) idle() time.Time {
	if i.PulledAt.IsZero() || i.PulledAt.Before(i.ActivatedAt) {
		return i.age()
	}
	return i.PulledAt
}

// class is where the image is now.
func (i *Image) class() StorageClass {
	if i.Archived {
		return Archive
	}
	return Standard
}

// Options are what a verdict depends on beside policy and images.
type Options struct {
	Now time.Time
	// ProtectPulled keeps images that were pulled after Now less this. Zero
	// protects none.
	ProtectPulled time.Duration
}

// Cause says why a verdict is what it is.
type Cause string

// The causes. Unselected and what follows it are of images that are kept.
const (
	ByCount   Cause = "count"   // the rule keeps Limit images, and the image is number Rank
	ByAge     Cause = "age"     // the rule's days, Limit, have passed since Since
	BySubject Cause = "subject" // the image named By, which it is about, goes the same way

	Unselected  Cause = "unselected"  // no rule selects it
	InCount     Cause = "withinCount" // the rule keeps Limit images, and the image is number Rank
	InAge       Cause = "withinAge"   // the rule's days, Limit, have not passed since Since
	Shielded    Cause = "shielded"    // Other would touch it, but Rule comes first, selects it and does not
	WithSubject Cause = "withSubject" // the image named By, which it is about, stays
	ChildOf     Cause = "child"       // the index named By needs it
	Pulled      Cause = "pulled"      // it was pulled at Since
	Held        Cause = "held"        // it was restored and is held until Until
	NewArchive  Cause = "newArchive"  // it has been in the archive, since Since, for less than MinArchiveDays
	InArchive   Cause = "inArchive"   // it is in the archive already
)

// Verdict is what becomes of an image, and why.
type Verdict struct {
	Action Action
	Cause  Cause
	Rule   int       // priority of the first rule that selects the image, or of the one that By follows; 0 if none does
	Rank   int       // place among the images that Rule selects, the youngest being 1
	Count  int       // how many images Rule selects
	Limit  int       // countNumber of Rule
	Counts CountType // countType of Rule
	Since  time.Time // see the causes
	Until  time.Time
	By     string // digest
	Other  int    // priority of a rule after Rule
}

// Evaluate returns the verdict on each image, in their order. It does not
// depend on that order.
//
// Rules are read as the documentation of Amazon ECR has them: each for itself
// first, on all images; then the first of those that select an image decides,
// also when it leaves the image alone. Images that are as old as each other
// are ordered by digest. Images that an index names stay with it, those that
// are about another image of the repository share its fate, and are not
// counted.
func Evaluate(p *Policy, images []Image, o Options) []Verdict {
	e := evaluation{images: images, options: o, verdicts: make([]Verdict, len(images))}
	e.index()
	rules := slices.Clone(p.Rules)
	slices.SortFunc(rules, func(a, b Rule) int { return cmp.Compare(a.Priority, b.Priority) })
	for i := range rules {
		e.apply(&rules[i])
	}
	for i := range e.verdicts {
		e.guard(i)
	}
	e.state = make([]state, len(images))
	for i := range e.verdicts {
		e.follow(i)
	}
	return e.verdicts
}

type evaluation struct {
	images   []Image
	options  Options
	verdicts []Verdict

	byDigest map[string]int
	parent   map[string]string // of a child, the index that names it, the first by digest
	order    []int             // the images that rules select from, youngest first
	state    []state
}

// state is how far follow came with an image.
type state byte

const (
	untouched state = iota
	entered
	done
)

func (e *evaluation) index() {
	e.byDigest = make(map[string]int, len(e.images))
	e.parent = map[string]string{}
	for i := range e.images {
		img := &e.images[i]
		e.byDigest[img.Digest] = i
		for _, c := range img.Children {
			if p, ok := e.parent[c]; !ok || img.Digest < p {
				e.parent[c] = img.Digest
			}
		}
	}
	for i := range e.images {
		e.verdicts[i].Cause = Unselected
		if !e.follower(i) {
			e.order = append(e.order, i)
		}
	}
	slices.SortFunc(e.order, func(i, j int) int {
		a, b := &e.images[i], &e.images[j]
		return cmp.Or(b.age().Compare(a.age()), strings.Compare(a.Digest, b.Digest))
	})
}

// follower reports whether an image is about another one of the repository.
func (e *evaluation) follower(i int) bool {
	s := e.images[i].Subject
	if s == "" {
		return false
	}
	_, ok := e.byDigest[s]
	return ok
}

// apply notes what a rule means for each image that no rule before it
// selected, and for the others whether it would have touched them.
func (e *evaluation) apply(r *Rule) {
	s := newSelector(&r.Selection)
	before := e.options.Now.UTC().AddDate(0, 0, -r.Selection.Count)
	var mine []int
	rank := 0
	for _, i := range e.order {
		img := &e.images[i]
		if !s.selects(img) {
			continue
		}
		rank++
		since := r.Selection.since(img)
		hit := since.Before(before)
		if r.Selection.CountType == ImageCountMoreThan {
			hit = rank > r.Selection.Count
		}
		v := &e.verdicts[i]
		if v.Rule != 0 {
			if hit && v.Action == Keep && v.Other == 0 {
				v.Cause, v.Other = Shielded, r.Priority
			}
			continue
		}
		mine = append(mine, i)
		*v = Verdict{Rule: r.Priority, Rank: rank, Limit: r.Selection.Count, Counts: r.Selection.CountType, Since: since}
		switch counts := v.Counts == ImageCountMoreThan; {
		case hit && counts:
			v.Action, v.Cause = r.Action.Type, ByCount
		case hit:
			v.Action, v.Cause = r.Action.Type, ByAge
		case counts:
			v.Cause = InCount
		default:
			v.Cause = InAge
		}
	}
	for _, i := range mine {
		e.verdicts[i].Count = rank
	}
}

// since is when the days of a rule begin for an image; zero where it counts
// images.
func (s *Selection) since(img *Image) time.Time {
	switch s.CountType {
	case SinceImagePushed:
		return img.age()
	case SinceImagePulled:
		return img.idle()
	case SinceImageTransitioned:
		return img.ArchivedAt
	}
	return time.Time{}
}

// guard keeps an image that a rule or a subject would touch and must not.
func (e *evaluation) guard(i int) {
	v, img := &e.verdicts[i], &e.images[i]
	if v.Action == Keep {
		return
	}
	now := e.options.Now
	parent, child := e.parent[img.Digest]
	switch {
	case child:
		*v = Verdict{Rule: v.Rule, Cause: ChildOf, By: parent}
	case img.HeldUntil.After(now):
		*v = Verdict{Rule: v.Rule, Cause: Held, Until: img.HeldUntil}
	case e.options.ProtectPulled > 0 && img.PulledAt.After(now.Add(-e.options.ProtectPulled)):
		*v = Verdict{Rule: v.Rule, Cause: Pulled, Since: img.PulledAt}
	case v.Action == Expire && img.Archived && !img.ArchivedAt.Before(now.AddDate(0, 0, -MinArchiveDays)):
		*v = Verdict{Rule: v.Rule, Cause: NewArchive, Since: img.ArchivedAt}
	case v.Action == Transition && img.Archived:
		*v = Verdict{Rule: v.Rule, Cause: InArchive, Since: img.ArchivedAt}
	}
}

// follow decides on an image that is about another one as on that one. Images
// that are about each other in a circle stay.
func (e *evaluation) follow(i int) {
	if e.state[i] != untouched {
		return
	}
	e.state[i] = entered
	if e.follower(i) {
		subject := e.byDigest[e.images[i].Subject]
		e.follow(subject)
		v := &e.verdicts[i]
		*v = Verdict{Cause: WithSubject, By: e.images[i].Subject, Rule: e.verdicts[subject].Rule}
		if a := e.verdicts[subject].Action; a != Keep {
			v.Action, v.Cause = a, BySubject
		}
		e.guard(i)
	}
	e.state[i] = done
}

// selector is a Selection made ready.
type selector struct {
	*Selection
	patterns [][]string // of TagPatterns, split at the wildcards
}

func newSelector(s *Selection) *selector {
	sel := &selector{Selection: s}
	for _, p := range s.TagPatterns {
		sel.patterns = append(sel.patterns, strings.Split(p, "*"))
	}
	return sel
}

func (s *selector) selects(img *Image) bool {
	if s.class() != img.class() {
		return false
	}
	switch s.TagStatus {
	case Untagged:
		return len(img.Tags) == 0
	case Tagged:
		for _, prefix := range s.TagPrefixes {
			if !slices.ContainsFunc(img.Tags, func(tag string) bool { return strings.HasPrefix(tag, prefix) }) {
				return false
			}
		}
		for _, parts := range s.patterns {
			if !slices.ContainsFunc(img.Tags, func(tag string) bool { return match(parts, tag) }) {
				return false
			}
		}
	}
	return true
}

// match reports whether s begins with the first of parts, ends with the last
// and has the others in between, in their order and apart from each other.
func match(parts []string, s string) bool {
	first, rest := parts[0], parts[1:]
	if len(rest) == 0 {
		return s == first
	}
	s, ok := strings.CutPrefix(s, first)
	if !ok {
		return false
	}
	last := rest[len(rest)-1]
	for _, p := range rest[:len(rest)-1] {
		_, after, ok := strings.Cut(s, p)
		if !ok {
			return false
		}
		s = after
	}
	return strings.HasSuffix(s, last)
}
