package python

import (
	"fmt"
	"slices"
)

// Tags are the compatibility tags of the wheels that the target accepts, the
// one it prefers first: those of compiled code for its own version, of the
// stable ABI, of pure Python; within each the newest platform first.
// Source: https://packaging.python.org/en/latest/specifications/platform-compatibility-tags/.
// A target that is not valid has none.
func (t Target) Tags() []string {
	if t.Validate() != nil {
		return nil
	}
	_, minor := t.numbers()
	own := fmt.Sprintf("cp3%d", minor)
	platforms := t.Platforms()

	var tags []string
	add := func(python, abi string) {
		for _, p := range platforms {
			tags = append(tags, python+"-"+abi+"-"+p)
		}
	}
	add(own, own)
	if minor >= 2 { // the stable ABI came with 3.2
		add(own, "abi3")
	}
	add(own, "none")
	for m := minor - 1; m >= 2; m-- {
		add(fmt.Sprintf("cp3%d", m), "abi3")
	}
	// Pure Python: this version, then "any 3", then the older ones.
	pure := []string{fmt.Sprintf("py3%d", minor), "py3"}
	for m := minor - 1; m >= 0; m-- {
		pure = append(pure, fmt.Sprintf("py3%d", m))
	}
	for _, p := range pure {
		add(p, "none")
	}
	tags = append(tags, own+"-none-any")
	for _, p := range pure {
		tags = append(tags, p+"-none-any")
	}
	return tags
}

// legacy are the names that platforms had before they carried glibc's version.
var legacy = map[int]string{17: "manylinux2014", 12: "manylinux2010", 5: "manylinux1"}

// Platforms are the platform tags of the target, newest first:
// "manylinux_2_36_x86_64", …, "linux_x86_64". "any" is not among them.
func (t Target) Platforms() []string {
	machine := t.Machine()
	major, minor := twoNumbers(t.LibcVersion)
	var platforms []string
	switch {
	case t.Libc == "glibc" && major == 2:
		oldest := 17 // architectures that came with manylinux2014
		if machine == "x86_64" || machine == "i686" {
			oldest = 5
		}
		for m := minor; m >= oldest; m-- {
			platforms = append(platforms, fmt.Sprintf("manylinux_2_%d_%s", m, machine))
			if name, ok := legacy[m]; ok {
				platforms = append(platforms, name+"_"+machine)
			}
		}
	case t.Libc == "musl" && major == 1:
		for m := minor; m >= 0; m-- {
			platforms = append(platforms, fmt.Sprintf("musllinux_1_%d_%s", m, machine))
		}
	}
	return append(platforms, "linux_"+machine)
}

// Ranking says how much a target likes a wheel. The zero value likes none.
type Ranking struct{ position map[string]int }

// Ranking is made once and asked for many wheels.
func (t Target) Ranking() Ranking {
	tags := t.Tags()
	r := Ranking{position: make(map[string]int, len(tags))}
	for i, tag := range tags {
		r.position[tag] = i
	}
	return r
}

// Position is that of the best of the wheel's tags in the target's list, 0
// being the best; ok is false where the target does not accept the wheel.
func (r Ranking) Position(w WheelName) (position int, ok bool) {
	for _, tag := range w.Tags() {
		if p, found := r.position[tag]; found && (!ok || p < position) {
			position, ok = p, true
		}
	}
	return position, ok
}

// Compare orders two accepted wheels of one version, the better one first: by
// the position of their tags, then the higher build, then the file name.
func (r Ranking) Compare(a, b WheelName) int {
	pa, _ := r.Position(a)
	pb, _ := r.Position(b)
	if pa != pb {
		return pa - pb
	}
	if c := b.Build.Compare(a.Build); c != 0 {
		return c
	}
	return slices.Compare(a.Tags(), b.Tags())
}
