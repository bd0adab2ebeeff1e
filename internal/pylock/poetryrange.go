package pylock

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/pratique-dev/pratique/internal/python"
)

// poetryRange is a set of versions as poetry writes them: any of several
// lists of conditions. An empty one takes every version.
type poetryRange []python.Specifiers

var poetryCondition = regexp.MustCompile(`^\s*(\^|~=|~|===|==|=|!=|<=|>=|<|>)?\s*([0-9A-Za-z.*+!_-]+)\s*,?`)

// parsePoetryRange reads "^1.2", "~1.2 || >=2,<3", "*". Source: the
// dependency specification of Poetry's documentation.
func parsePoetryRange(text string) (poetryRange, error) {
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	var r poetryRange
	for alternative := range strings.SplitSeq(strings.ReplaceAll(text, "||", "|"), "|") {
		var conditions []string
		for rest := strings.TrimSpace(alternative); rest != ""; {
			m := poetryCondition.FindStringSubmatch(rest)
			if m == nil {
				return nil, fmt.Errorf("%q is not a range of versions", text)
			}
			rest = strings.TrimSpace(rest[len(m[0]):])
			c, err := standardCondition(m[1], m[2])
			if err != nil {
				return nil, fmt.Errorf("%q: %w", text, err)
			}
			conditions = append(conditions, c)
		}
		specs, err := python.ParseSpecifiers(strings.Join(conditions, ","))
		if err != nil {
			return nil, fmt.Errorf("%q: %w", text, err)
		}
		r = append(r, specs)
	}
	return r, nil
}

// standardCondition is one condition in the standard form.
func standardCondition(operator, version string) (string, error) {
	switch {
	case version == "*":
		return "", nil
	case operator == "" || operator == "=":
		return "==" + version, nil
	case operator != "^" && operator != "~":
		return operator + version, nil
	}
	parts := strings.Split(version, ".")
	numbers := make([]int, 0, len(parts))
	for _, p := range parts {
		n, err := strconv.Atoi(p)
		if err != nil {
			n, err = strconv.Atoi(strings.SplitN(p, "-", 2)[0]) // "3.0.0-beta"
			if err != nil {
				break
			}
			numbers = append(numbers, n)
			break
		}
		numbers = append(numbers, n)
	}
	if len(numbers) == 0 {
		return "", fmt.Errorf("%q is not a version", version)
	}
	// ^ keeps the first number that is not zero, ~ the first two.
	keep := 1
	if operator == "~" {
		keep = min(2, len(numbers))
	} else {
		for keep < len(numbers) && numbers[keep-1] == 0 {
			keep++
		}
	}
	upper := make([]string, keep)
	for i := range keep {
		n := numbers[i]
		if i == keep-1 {
			n++
		}
		upper[i] = strconv.Itoa(n)
	}
	return ">=" + version + ",<" + strings.Join(upper, "."), nil
}

func (r poetryRange) contains(v python.Version) bool {
	if len(r) == 0 {
		return true
	}
	for _, specs := range r {
		if specs.Contains(v) {
			return true
		}
	}
	return false
}
