package wheel

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"math/bits"
	"slices"
)

// Budget limits the layers of a build.
type Budget struct {
	// Layers is the most that may be made; 0 is [DefaultLayers].
	Layers int
	// Own is the unpacked size, in bytes, from which a wheel has a layer of
	// its own when there are not enough for all; 0 is [DefaultOwn].
	Own int64
}

const (
	// DefaultLayers leaves room for a base and for copies below the 127 that
	// overlay file systems stack.
	DefaultLayers = 60
	// DefaultOwn is the Own of a Budget that says none.
	DefaultOwn = 5 << 20
)

// item is a wheel to be put into a group.
type item struct {
	name string // normalised
	size int64
}

// group distributes the items among at most b.Layers groups, and returns
// their indices in the order of the layers.
//
// If there are enough layers, each item has one. Otherwise the large ones do,
// and the others share what is left by a hash of their names. The number of
// shared layers is a power of two, so that it, and with it who shares with
// whom, stays the same while packages come, go and change their size.
//
// Layers that are expensive to unpack again come first, by the magnitude of
// their size so that a new version seldom changes its place; what is on top
// of a changed layer must be unpacked again where the image runs.
func group(items []item, b Budget) [][]int {
	all := make([]int, len(items))
	for i := range all {
		all[i] = i
	}
	own, rest := all, []int(nil)
	if len(items) > b.Layers {
		slices.SortFunc(all, func(i, j int) int {
			return cmp.Or(cmp.Compare(items[j].size, items[i].size), cmp.Compare(items[i].name, items[j].name))
		})
		n := 0
		for most := b.Layers - max(1, b.Layers/4); n < most && items[all[n]].size >= b.Own; {
			n++
		}
		own, rest = all[:n:n], all[n:]
	}
	slices.SortFunc(own, func(i, j int) int {
		return cmp.Or(cmp.Compare(bits.Len64(uint64(items[j].size)), bits.Len64(uint64(items[i].size))), cmp.Compare(items[i].name, items[j].name))
	})
	var groups [][]int
	for _, i := range own {
		groups = append(groups, []int{i})
	}
	if len(rest) == 0 {
		return groups
	}
	shared := make([][]int, 1<<(bits.Len(uint(b.Layers-len(own)))-1))
	for _, i := range rest {
		sum := sha256.Sum256([]byte(items[i].name))
		at := int(binary.BigEndian.Uint32(sum[:])) & (len(shared) - 1)
		shared[at] = append(shared[at], i)
	}
	for _, g := range shared {
		if len(g) > 0 {
			slices.SortFunc(g, func(i, j int) int { return cmp.Compare(items[i].name, items[j].name) })
			groups = append(groups, g)
		}
	}
	return groups
}
