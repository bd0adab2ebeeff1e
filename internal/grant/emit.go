package grant

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/pratique-dev/pratique/internal/arn"
)

// Format is a language that changes can be written in instead of being made.
type Format string

// The formats.
const (
	Terraform      Format = "terraform"      // HCL for hashicorp/aws
	CloudFormation Format = "cloudformation" // YAML, one template for each account and region
	AWSCLI         Format = "awscli"         // a POSIX shell script
)

// Formats lists them.
func Formats() []Format { return []Format{Terraform, CloudFormation, AWSCLI} }

// Declares reports whether a text of the format says how things are to be,
// rather than what to do: it then names what needs no change as well.
func (f Format) Declares() bool { return f != AWSCLI }

// Where is an account and region, and how to get at it.
type Where struct {
	Account string
	Region  string
	// Profile is that of the AWS configuration, if one was named.
	Profile string
	// Role is assumed, if set, with ExternalID, if that is set.
	Role, ExternalID string
	// Endpoint is the URL of the APIs, if it is not AWS's.
	Endpoint string
}

// PolicyChange is a repository policy that is to be.
type PolicyChange struct {
	Where      Where
	Repository string
	// Policy is the whole text; empty means that there is to be none.
	Policy string
	// Summary is a comment.
	Summary string
}

// Attachment gives a role or user what its own side needs.
type Attachment struct {
	Where Where
	// Principal is the role's or user's ARN.
	Principal string
	// PolicyARN is the AWS managed policy to attach.
	PolicyARN string
	// Actions and Repositories (ARNs) are what the grant is about, for formats
	// that cannot attach a managed policy to a role that exists.
	Actions, Repositories []string
}

// entity is the kind, "role" or "user", and the name of who is attached to.
func (a Attachment) entity() (kind, name string, err error) {
	id, err := arn.Parse(a.Principal)
	if err != nil {
		return "", "", err
	}
	if kind = id.Type(); kind != "role" && kind != "user" {
		return "", "", fmt.Errorf("%s is neither a role nor a user", a.Principal)
	}
	return kind, id.Name(), nil
}

// Emission is what to write down.
type Emission struct {
	Policies    []PolicyChange
	Attachments []Attachment
}

// Emit writes the changes in a format. The text has policies in ASCII and ends
// with a newline.
func (e *Emission) Emit(f Format) (string, error) {
	if len(e.Policies)+len(e.Attachments) == 0 {
		return "# There is nothing to do.\n", nil
	}
	switch f {
	case Terraform:
		return e.terraform()
	case CloudFormation:
		return e.cloudFormation()
	case AWSCLI:
		return e.shell()
	}
	return "", fmt.Errorf("no format %q", f)
}

// places are the accounts and regions of the emission, sorted.
func (e *Emission) places() []Where {
	var all []Where
	for _, p := range e.Policies {
		all = append(all, p.Where)
	}
	for _, a := range e.Attachments {
		all = append(all, a.Where)
	}
	slices.SortFunc(all, func(a, b Where) int {
		return cmp.Or(strings.Compare(a.Account, b.Account), strings.Compare(a.Region, b.Region), strings.Compare(a.Profile, b.Profile), strings.Compare(a.Role, b.Role))
	})
	return slices.Compact(all)
}

// comment makes one line of ASCII of a text.
func comment(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return '?'
		}
		return r
	}, s)
}

// identifiers makes names of other names: letters, digits and underscores,
// beginning with a letter, each once.
type identifiers struct {
	camel bool
	taken map[string]bool
}

func (n *identifiers) of(words ...string) string {
	var b strings.Builder
	up := true
	for _, r := range strings.Join(words, "_") {
		switch {
		case 'a' <= r && r <= 'z' && up && n.camel:
			r += 'A' - 'a'
			fallthrough
		case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9':
			b.WriteRune(r)
			up = false
		default:
			up = true
			if !n.camel {
				b.WriteByte('_')
			}
		}
	}
	name := b.String()
	if name == "" || name[0] < 'A' {
		name = "r" + name
		if n.camel {
			name = "R" + name[1:]
		}
	}
	if n.taken == nil {
		n.taken = map[string]bool{}
	}
	unique := name
	for i := 2; n.taken[unique]; i++ {
		if n.camel {
			unique = name + "N" + strconv.Itoa(i)
		} else {
			unique = name + "_" + strconv.Itoa(i)
		}
	}
	n.taken[unique] = true
	return unique
}

// asciiJSON indents a JSON text and writes its strings in ASCII. Escapes can
// stand for what means something to HCL's templates, "${" and "%{".
func asciiJSON(text string, noTemplates bool) (string, error) {
	var b bytes.Buffer
	if err := json.Indent(&b, []byte(strings.TrimSpace(text)), "", "  "); err != nil {
		return "", err
	}
	in := b.String()
	var out strings.Builder
	for i, r := range in {
		switch {
		case r == utf8.RuneError:
			out.WriteString(`\ufffd`)
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			fmt.Fprintf(&out, `\u%04x\u%04x`, high, low)
		case r > '~':
			fmt.Fprintf(&out, `\u%04x`, r)
		case noTemplates && (r == '$' || r == '%') && strings.HasPrefix(in[i+1:], "{"):
			fmt.Fprintf(&out, `\u%04x`, r)
		default:
			out.WriteRune(r)
		}
	}
	return out.String(), nil
}
