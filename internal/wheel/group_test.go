package wheel

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func items(n int, size int64) []item {
	all := make([]item, n)
	for i := range all {
		all[i] = item{fmt.Sprintf("pkg-%d", i), size + int64(i)}
	}
	return all
}

// names are the groups by the names in them.
func names(all []item, groups [][]int) []string {
	var lines []string
	for _, g := range groups {
		var line []string
		for _, i := range g {
			line = append(line, all[i].name)
		}
		lines = append(lines, strings.Join(line, " "))
	}
	return lines
}

func TestGroup(t *testing.T) {
	large := []item{{"torch", 900 << 20}, {"numpy", 60 << 20}, {"pandas", 50 << 20}, {"scipy", 80 << 20}}
	for name, test := range map[string]struct {
		items  []item
		budget Budget
		want   []string
	}{
		"none":           {nil, Budget{60, 5 << 20}, nil},
		"enough":         {append(items(2, 10), large...), Budget{6, 5 << 20}, []string{"torch", "scipy", "numpy", "pandas", "pkg-0", "pkg-1"}},
		"shared":         {append(items(3, 10), large...), Budget{6, 5 << 20}, []string{"torch", "scipy", "numpy", "pandas", "pkg-2", "pkg-0 pkg-1"}},
		"one is kept":    {append(items(2, 10), large...), Budget{4, 5 << 20}, []string{"torch", "scipy", "numpy", "pandas pkg-0 pkg-1"}},
		"all in one":     {append(items(2, 10), large...), Budget{1, 5 << 20}, []string{"numpy pandas pkg-0 pkg-1 scipy torch"}},
		"all are small":  {items(5, 10), Budget{4, 5 << 20}, []string{"pkg-3", "pkg-2 pkg-4", "pkg-0 pkg-1"}},
		"threshold of 0": {items(3, 0), Budget{2, 0}, []string{"pkg-2", "pkg-0 pkg-1"}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, names(test.items, group(test.items, test.budget))); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// However many there are, none is lost, and the budget is kept.
func TestGroupKeepsBudget(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		all := items(r.IntN(200), 0)
		for i := range all {
			all[i].size = r.Int64N(20 << 20)
		}
		budget := Budget{1 + r.IntN(80), 5 << 20}
		groups := group(all, budget)
		var got []int
		for _, g := range groups {
			if len(g) == 0 {
				t.Fatal("an empty group")
			}
			got = append(got, g...)
		}
		slices.Sort(got)
		if len(groups) > budget.Layers || len(got) != len(all) || len(slices.Compact(got)) != len(all) {
			t.Fatalf("%d items in %d groups of %d: %v", len(all), len(groups), budget.Layers, got)
		}
	}
}

// changed is how many groups of b are not in a.
func changed(a, b []string) int {
	n := 0
	for _, g := range b {
		if !slices.Contains(a, g) {
			n++
		}
	}
	return n
}

// A package that comes, goes or changes touches its own layer and no other.
func TestGroupIsStable(t *testing.T) {
	for _, n := range []int{20, 59, 100, 300} {
		all := append(items(n, 1000), item{"torch", 1 << 30}, item{"numpy", 60 << 20}, item{"pandas", 50 << 20})
		budget := Budget{DefaultLayers, DefaultOwn}
		before := names(all, group(all, budget))
		for i := range n {
			without := slices.Delete(slices.Clone(all), i, i+1)
			after := names(without, group(without, budget))
			if c := changed(before, after); c > 1 {
				t.Errorf("%d: without %s, %d layers change", n, all[i].name, c)
			}
			grown := slices.Clone(all)
			grown[i].size *= 3
			if c := changed(before, names(grown, group(grown, budget))); c > 0 {
				t.Errorf("%d: with another size of %s, %d layers have other packages", n, all[i].name, c)
			}
		}
		grown := slices.Clone(all)
		grown[n+1].size += 1 << 20 // numpy's next version
		if diff := cmp.Diff(before, names(grown, group(grown, budget))); diff != "" {
			t.Errorf("%d: layers in another order:\n%s", n, diff)
		}
	}
}
