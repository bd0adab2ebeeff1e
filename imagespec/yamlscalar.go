package imagespec

import (
	"fmt"
	"math"
	"math/big"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// The plain scalars that YAML 1.1 does not read as text, as PyYAML's
// safe_load knows them. See https://yaml.org/type/.
var (
	yamlBool  = map[string]bool{"yes": true, "no": false, "true": true, "false": false, "on": true, "off": false}
	yamlFloat = regexp.MustCompile(`^([-+]?[0-9][0-9_]*\.[0-9_]*([eE][-+][0-9]+)?|\.[0-9][0-9_]*([eE][-+][0-9]+)?|` +
		`[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+\.[0-9_]*|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN))$`)
	yamlInt = regexp.MustCompile(`^[-+]?(0b[0-1_]+|0[0-7_]+|0|[1-9][0-9_]*|0x[0-9a-fA-F_]+|[1-9][0-9_]*(:[0-5]?[0-9])+)$`)
	yamlDay = regexp.MustCompile(`^([0-9]{4})-([0-9]{2})-([0-9]{2})$`)
	// The first form of a time that YAML knows is a day; the second has a time
	// and may have a zone.
	yamlTime = regexp.MustCompile(`^([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?:[Tt]|[ \t]+)([0-9]{1,2}):([0-9]{2}):([0-9]{2})` +
		`(?:\.([0-9]*))?(?:[ \t]*(Z|([-+])([0-9]{1,2})(?::?([0-9]{2}))?))?$`)
)

// yamlScalar is the value of a plain scalar.
func yamlScalar(s string) (Value, error) {
	switch s {
	case "", "~", "null", "Null", "NULL":
		return nil, nil
	case "=", "<<":
		return nil, fmt.Errorf("%s means something else in YAML: quote it", s)
	}
	if b, ok := yamlTruth(s); ok {
		return b, nil
	}
	switch {
	case yamlFloat.MatchString(s):
		return yamlFloatValue(s)
	case yamlInt.MatchString(s):
		return yamlIntValue(s)
	case yamlDay.MatchString(s), yamlTime.MatchString(s):
		return yamlDate(s)
	}
	return s, nil
}

// yamlTruth reads a truth value in the three ways of writing it.
func yamlTruth(s string) (value, ok bool) {
	lower := strings.ToLower(s)
	if s != lower && s != strings.ToUpper(s) && s != strings.ToUpper(s[:1])+lower[1:] {
		return false, false
	}
	value, ok = yamlBool[lower]
	return value, ok
}

// sign takes the sign off a number.
func sign(s string) (negative bool, rest string) {
	return strings.HasPrefix(s, "-"), strings.TrimLeft(s[:1], "+-") + s[1:]
}

func yamlIntValue(s string) (Value, error) {
	negative, digits := sign(strings.ReplaceAll(s, "_", ""))
	n, ok := new(big.Int), len(digits) <= maxDigits
	if !ok {
		return nil, errTooLong
	}
	switch {
	case digits == "0":
	case strings.HasPrefix(digits, "0b"):
		n, ok = n.SetString(digits[2:], 2)
	case strings.HasPrefix(digits, "0x"):
		n, ok = n.SetString(digits[2:], 16)
	case digits[0] == '0':
		n, ok = n.SetString(digits, 8)
	case strings.Contains(digits, ":"):
		for part := range strings.SplitSeq(digits, ":") {
			p, _ := new(big.Int).SetString(part, 10)
			n.Add(n.Mul(n, big.NewInt(60)), p)
		}
	default:
		n, ok = n.SetString(digits, 10)
	}
	if !ok {
		return nil, fmt.Errorf("%s is not a number", s)
	}
	if negative {
		n.Neg(n)
	}
	return Int(n.String()), nil
}

func yamlFloatValue(s string) (Value, error) {
	negative, digits := sign(strings.ToLower(strings.ReplaceAll(s, "_", "")))
	f := 0.0
	switch {
	case digits == ".inf":
		f = math.Inf(1)
	case digits == ".nan":
		return math.NaN(), nil
	case strings.Contains(digits, ":"):
		for part := range strings.SplitSeq(digits, ":") {
			p, err := parseFloat(part)
			if err != nil {
				return nil, err
			}
			f = f*60 + p
		}
	default:
		var err error
		if f, err = parseFloat(digits); err != nil {
			return nil, err
		}
	}
	if negative {
		f = -f
	}
	return f, nil
}

// parseFloat reads a decimal number; one that is too large is infinite.
func parseFloat(s string) (float64, error) {
	f, err := strconv.ParseFloat(s, 64)
	if err != nil && !math.IsInf(f, 0) {
		return 0, fmt.Errorf("%s is not a number", s)
	}
	return f, nil
}

// yamlDate is a day or a time as Python's datetime prints it.
func yamlDate(s string) (Value, error) {
	if m := yamlDay.FindStringSubmatch(s); m != nil {
		n := numbers(m[1:])
		if !isDay(n[0], n[1], n[2]) {
			return nil, fmt.Errorf("%s is not a day; quote it if it is meant as a text", s)
		}
		return Object{fmt.Sprintf("datetime.date(%d, %d, %d)", n[0], n[1], n[2]), s}, nil
	}
	m := yamlTime.FindStringSubmatch(s)
	n := numbers(m[1:7])
	micros := numbers([]string{(m[7] + "000000")[:6]})[0]
	if !isDay(n[0], n[1], n[2]) || n[3] > 23 || n[4] > 59 || n[5] > 59 {
		return nil, fmt.Errorf("%s is not a time; quote it if it is meant as a text", s)
	}
	r := fmt.Sprintf("datetime.datetime(%d, %d, %d, %d, %d", n[0], n[1], n[2], n[3], n[4])
	t := fmt.Sprintf("%04d-%02d-%02d %02d:%02d:%02d", n[0], n[1], n[2], n[3], n[4], n[5])
	if n[5] != 0 || micros != 0 {
		r += fmt.Sprintf(", %d", n[5])
	}
	if micros != 0 {
		r += fmt.Sprintf(", %d", micros)
		t += fmt.Sprintf(".%06d", micros)
	}
	zone := numbers([]string{m[10], m[11]})
	offset := zone[0]*3600 + zone[1]*60
	if offset >= 24*3600 {
		return nil, fmt.Errorf("%s is in no time zone; quote it if it is meant as a text", s)
	}
	switch {
	case m[8] == "":
	case offset == 0:
		r, t = r+", tzinfo=datetime.timezone.utc", t+"+00:00"
	case m[9] == "-":
		r += fmt.Sprintf(", tzinfo=datetime.timezone(datetime.timedelta(days=-1, seconds=%d))", 24*3600-offset)
		t += fmt.Sprintf("-%02d:%02d", zone[0]+zone[1]/60, zone[1]%60)
	default:
		r += fmt.Sprintf(", tzinfo=datetime.timezone(datetime.timedelta(seconds=%d))", offset)
		t += fmt.Sprintf("+%02d:%02d", zone[0]+zone[1]/60, zone[1]%60)
	}
	return Object{r + ")", t}, nil
}

// isDay reports whether Python has such a day.
func isDay(year, month, day int) bool {
	t := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
	return year > 0 && t.Year() == year && int(t.Month()) == month && t.Day() == day
}

// numbers reads short texts of digits; empty ones are zero.
func numbers(texts []string) []int {
	out := make([]int, len(texts))
	for i, t := range texts {
		out[i], _ = strconv.Atoi(t)
	}
	return out
}
