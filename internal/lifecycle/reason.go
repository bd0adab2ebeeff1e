package lifecycle

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Reason says why the verdict is what it is, for people: one line without a
// full stop.
func (v *Verdict) Reason(now time.Time) string {
	switch v.Cause {
	case ByCount, InCount:
		return fmt.Sprintf("number %d of the %s that rule %d selects, of which it keeps %d", v.Rank, plural(v.Count, "image"), v.Rule, v.Limit)
	case ByAge, InAge:
		return v.ageReason(now)
	case BySubject:
		return "goes with its subject " + v.By
	case Unselected:
		return "no rule selects it"
	case Shielded:
		return fmt.Sprintf("rule %d would touch it, but rule %d comes first, selects it and leaves it alone", v.Other, v.Rule)
	case WithSubject:
		return "stays with its subject " + v.By
	case ChildOf:
		return "needed by the index " + v.By
	case Pulled:
		return fmt.Sprintf("pulled %s ago, within the protection window", duration(v.Since, now))
	case Held:
		return "restored, and held until " + v.Until.UTC().Format(time.RFC3339)
	case NewArchive:
		return fmt.Sprintf("in the archive for %s, of at least %d days", duration(v.Since, now), MinArchiveDays)
	case InArchive:
		return "in the archive already"
	}
	return string(v.Cause)
}

func (v *Verdict) ageReason(now time.Time) string {
	since := duration(v.Since, now)
	allowed := plural(v.Limit, "day")
	switch v.Counts {
	case SinceImagePulled:
		return fmt.Sprintf("not pulled for %s, of which rule %d allows %s", since, v.Rule, allowed)
	case SinceImageTransitioned:
		return fmt.Sprintf("in the archive for %s, of which rule %d allows %s", since, v.Rule, allowed)
	}
	return fmt.Sprintf("%s old, of which rule %d allows %s", since, v.Rule, allowed)
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return strconv.Itoa(n) + " " + what + "s"
}

// duration is the time from t to now in days, with one digit where it matters.
func duration(t, now time.Time) string {
	d := strings.TrimSuffix(strconv.FormatFloat(now.Sub(t).Hours()/24, 'f', 1, 64), ".0")
	if d == "1" {
		return "1 day"
	}
	return d + " days"
}
