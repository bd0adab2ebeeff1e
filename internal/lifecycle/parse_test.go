package lifecycle_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/pratique-dev/pratique/internal/lifecycle"
)

const fullPolicy = `{"rules":[` +
	`{"rulePriority":1,"description":"a <b> & c","selection":{"tagStatus":"tagged","tagPrefixList":["prod","v1."],"countType":"imageCountMoreThan","countNumber":10},"action":{"type":"expire"}},` +
	`{"rulePriority":3,"selection":{"tagStatus":"tagged","tagPatternList":["*-rc*"],"storageClass":"standard","countType":"sinceImagePulled","countUnit":"days","countNumber":30},"action":{"type":"transition","targetStorageClass":"archive"}},` +
	`{"rulePriority":2,"selection":{"tagStatus":"untagged","countType":"sinceImagePushed","countUnit":"days","countNumber":14},"action":{"type":"expire"}},` +
	`{"rulePriority":9,"selection":{"tagStatus":"any","storageClass":"archive","countType":"sinceImageTransitioned","countUnit":"days","countNumber":90},"action":{"type":"expire"}}]}`

func TestCompact(t *testing.T) {
	p, err := lifecycle.Parse([]byte(fullPolicy))
	if err != nil {
		t.Fatal(err)
	}
	if got := p.String(); got != fullPolicy {
		t.Errorf("compact form\n%s\nwant\n%s", got, fullPolicy)
	}
	p, err = lifecycle.Parse([]byte(`
		{ "rules": [ {
			"action": {"type": "expire"},
			"selection": {"countNumber": 1e1, "countType": "imageCountMoreThan", "tagStatus": "any", "tagPrefixList": []},
			"description": "", "rulePriority": 1.0
		} ] }`))
	if err != nil {
		t.Fatal(err)
	}
	want := `{"rules":[{"rulePriority":1,"selection":{"tagStatus":"any","countType":"imageCountMoreThan","countNumber":10},"action":{"type":"expire"}}]}`
	if got := p.String(); got != want {
		t.Errorf("compact form\n%s\nwant\n%s", got, want)
	}
}

// TestInvalid has the sentences that ECR was seen to answer, and one case of
// each other thing that is refused.
func TestInvalid(t *testing.T) {
	const expire = `"action":{"type":"expire"}`
	one := func(selection string) string { return `{"rules":[` + rule(1, "expire", selection) + `]}` }
	two := func(a, b string) string {
		return `{"rules":[` + rule(1, "expire", a) + `,` + rule(2, "expire", b) + `]}`
	}
	many := strings.Repeat(rule(1, "expire", any+keepOne)+",", 50) + rule(1, "expire", any+keepOne)
	for _, tc := range []struct{ text, want string }{
		{``, "Could not map policyString into LifecyclePolicy."},
		{`{"rules":[`, "Could not map policyString into LifecyclePolicy."},
		{`{"rules":[]} {}`, "Could not map policyString into LifecyclePolicy."},
		{`[]`, `instance type (array) does not match any allowed primitive type (allowed: ["object"])`},
		{`{}`, `object has missing required properties (["rules"])`},
		{`{"Rules":[],"rules":[]}`, `object instance has properties which are not allowed by the schema: (["Rules"])`},
		{`{"rules":{}}`, `instance type (object) does not match any allowed primitive type (allowed: ["array"])`},
		{`{"rules":null}`, `instance type (null) does not match any allowed primitive type (allowed: ["array"])`},
		{`{"rules":[]}`, `array is too short: must have at least 1 elements but instance has 0 elements`},
		{`{"rules":[` + many + `]}`, `array is too long: must have at most 50 elements but instance has 51 elements`},
		{`{"rules":[true]}`, `instance type (boolean) does not match any allowed primitive type (allowed: ["object"])`},

		{`{"rules":[{"selection":{},` + expire + `}]}`, `object has missing required properties (["rulePriority"])`},
		{`{"rules":[{}]}`, `object has missing required properties (["action","rulePriority","selection"])`},
		{`{"rules":[{"rulePriority":1,"foo":2,"selection":{},` + expire + `}]}`, `object instance has properties which are not allowed by the schema: (["foo"])`},
		{`{"rules":[{"rulePriority":0,"selection":{},` + expire + `}]}`, `numeric instance is lower than the required minimum (minimum: 1, found: 0)`},
		{`{"rules":[{"rulePriority":"1","selection":{},` + expire + `}]}`, `instance type (string) does not match any allowed primitive type (allowed: ["integer"])`},
		{`{"rules":[{"rulePriority":1.5,"selection":{},` + expire + `}]}`, `instance type (number) does not match any allowed primitive type (allowed: ["integer"])`},
		{`{"rules":[{"rulePriority":2147483648,"selection":{},` + expire + `}]}`, "Could not map policyString into LifecyclePolicy."},
		{`{"rules":[{"rulePriority":1e999,"selection":{},` + expire + `}]}`, "Could not map policyString into LifecyclePolicy."},
		{`{"rules":[{"rulePriority":1,"description":7,"selection":{},` + expire + `}]}`, `instance type (integer) does not match any allowed primitive type (allowed: ["string"])`},

		{one(`"tagStatus":"x"` + keepOne), `instance value ("x") not found in enum (possible values: ["any","tagged","untagged"])`},
		{one(`"tagStatus":"any","countType":"x","countNumber":1`), `instance value ("x") not found in enum (possible values: ["imageCountMoreThan","sinceImagePulled","sinceImagePushed","sinceImageTransitioned"])`},
		{one(`"tagStatus":"any","countType":"sinceImagePushed","countNumber":1`), `instance failed to match exactly one schema (matched 0 out of 2)`},
		{one(any + `,"countType":"imageCountMoreThan","countUnit":"days","countNumber":1`), `instance failed to match exactly one schema (matched 0 out of 2)`},
		{one(any + `,"countType":"sinceImagePushed","countUnit":"hours","countNumber":1`), `instance value ("hours") not found in enum (possible values: ["days"])`},
		{one(any + `,"countType":"imageCountMoreThan","countNumber":0`), `numeric instance is lower than the required minimum (minimum: 1, found: 0)`},
		{one(any + `,"storageClass":"cold","countType":"imageCountMoreThan","countNumber":1`), `instance value ("cold") not found in enum (possible values: ["archive","standard"])`},
		{one(`"tagStatus":"tagged","tagPrefixList":"a"` + keepOne), `instance type (string) does not match any allowed primitive type (allowed: ["array"])`},
		{one(`"tagStatus":"tagged","tagPrefixList":[1]` + keepOne), `instance type (integer) does not match any allowed primitive type (allowed: ["string"])`},
		{one(`"tagStatus":"tagged","tagPrefixList":["a*"]` + keepOne), `ECMA 262 regex "^[a-zA-Z0-9_.-]{1,300}$" does not match input string "a*"`},
		{one(patterns("a b") + keepOne), `ECMA 262 regex "^[a-zA-Z0-9_.*-]{1,300}$" does not match input string "a b"`},
		{one(patterns("*a*b*c*d*") + keepOne), `An entry of tagPatternList can have a maximum of 4 wildcards.`},
		{`{"rules":[` + strings.Replace(rule(1, "expire", any+keepOne), `"type":"expire"`, `"type":"drop"`, 1) + `]}`, `instance value ("drop") not found in enum (possible values: ["expire","transition"])`},

		{one(`"tagStatus":"tagged"` + keepOne), "Must specify tagPrefixList or tagPatternList when tagStatus=TAGGED."},
		{one(`"tagStatus":"tagged","tagPrefixList":[]` + keepOne), "Must specify tagPrefixList or tagPatternList when tagStatus=TAGGED."},
		{one(patterns("a") + `,"tagPrefixList":["b"]` + keepOne), "Cannot specify both tagPrefixList and tagPatternList."},
		{one(any + `,"tagPrefixList":["b"]` + keepOne), "Cannot specify tagPrefixList or tagPatternList when tagStatus=ANY."},
		{one(untagged + `,"tagPatternList":["b"]` + keepOne), "Cannot specify tagPrefixList or tagPatternList when tagStatus=UNTAGGED."},
		{two(untagged+oneDay, untagged+keepOne), "Only one rule can select Untagged images per storage class."},
		{two(any+oneDay, untagged+keepOne), "Rule for tagStatus=ANY must have the lowest priority per storage class"},
		{two(any+oneDay, any+keepOne), "Rule for tagStatus=ANY must have the lowest priority per storage class"},
		{two(patterns("a", "b")+oneDay, patterns("b", "a", "a")+keepOne), "Only one rule can select the same tagPrefixList or tagPatternList per storage class."},
		{`{"rules":[` + rule(7, "expire", untagged+oneDay) + `,` + rule(7, "expire", any+keepOne) + `]}`, "Each rule must have a unique rulePriority; more than one has 7."},

		{one(any + idle30), "The countType sinceImagePulled requires the action type TRANSITION."},
		{one(any + strings.Replace(archived90, "90", "89", 1)), "The countNumber must be at least 90 when the countType is sinceImageTransitioned."},
		{one(any + strings.Replace(archived90, "archive", "standard", 1)), "The countType sinceImageTransitioned requires the action type EXPIRE and storageClass=ARCHIVE."},
		{`{"rules":[` + rule(1, "transition", any+archived90) + `]}`, "The countType sinceImageTransitioned requires the action type EXPIRE and storageClass=ARCHIVE."},
		{one(any + `,"storageClass":"archive"` + oneDay), "The countType sinceImagePushed requires storageClass=STANDARD."},
		{one(any + `,"storageClass":"archive"` + keepOne), "The countType imageCountMoreThan requires storageClass=STANDARD."},
		{strings.Replace(one(any+keepOne), `"type":"expire"`, `"type":"transition"`, 1), "Must specify targetStorageClass when the action type is TRANSITION."},
		{strings.Replace(one(any+keepOne), `"type":"expire"`, `"type":"expire","targetStorageClass":"archive"`, 1), "Cannot specify targetStorageClass when the action type is EXPIRE."},
		{strings.Replace(one(any+keepOne), `"type":"expire"`, `"type":"transition","targetStorageClass":"standard"`, 1), `instance value ("standard") not found in enum (possible values: ["archive"])`},
	} {
		_, err := lifecycle.Parse([]byte(tc.text))
		if e := (*lifecycle.Error)(nil); !errors.As(err, &e) || e.Reason != tc.want {
			t.Errorf("%.200s\n got %v\nwant %s", tc.text, err, tc.want)
		}
	}
}

// TestValid has what a careless check might refuse.
func TestValid(t *testing.T) {
	for _, rules := range [][]string{
		// Storage classes are apart.
		{rule(1, "transition", any+idle30), rule(2, "expire", any+archived90)},
		{rule(2, "expire", untagged+oneDay), rule(1, "expire", untagged+archived90)},
		{rule(2, "expire", patterns("a")+oneDay), rule(1, "expire", patterns("a")+archived90)},
		// A prefix is not a pattern, and a part of a list is not the list.
		{rule(1, "expire", `"tagStatus":"tagged","tagPrefixList":["a"]`+keepOne), rule(2, "expire", patterns("a")+keepOne), rule(3, "expire", patterns("a", "b")+keepOne)},
		{rule(2147483647, "transition", any+keepOne)},
	} {
		if _, err := lifecycle.Parse([]byte(`{"rules":[` + strings.Join(rules, ",") + `]}`)); err != nil {
			t.Errorf("%v: %v", rules, err)
		}
	}
}

// FuzzParse checks that what is accepted is stable: the compact form of a
// policy is a policy, and its own compact form.
func FuzzParse(f *testing.F) {
	f.Add([]byte(fullPolicy))
	f.Add([]byte(`{"rules":[` + rule(1, "expire", any+keepOne) + `]}`))
	f.Add([]byte(`{"rules":[{"rulePriority":1e0,"description":"\ud800","selection":{},"action":{}}]}`))
	f.Add([]byte(`{"rules":[[],{},"",1.5,null,true]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		p, err := lifecycle.Parse(text)
		if err != nil {
			if e := (*lifecycle.Error)(nil); !errors.As(err, &e) || e.Reason == "" {
				t.Fatalf("error %v of type %T", err, err)
			}
			return
		}
		compact := p.String()
		again, err := lifecycle.Parse([]byte(compact))
		if err != nil {
			t.Fatalf("the compact form is refused: %v\n%s", err, compact)
		}
		if got := again.String(); got != compact {
			t.Fatalf("compact forms differ:\n%s\n%s", compact, got)
		}
		if strings.ContainsAny(compact, "\n\t") {
			t.Fatalf("not compact: %s", compact)
		}
		lifecycle.Evaluate(p, nil, lifecycle.Options{Now: now})
	})
}

func BenchmarkEvaluate(b *testing.B) {
	p, err := lifecycle.Parse([]byte(fullPolicy))
	if err != nil {
		b.Fatal(err)
	}
	images := make([]lifecycle.Image, 100_000)
	for i := range images {
		images[i] = image(fmt.Sprintf("sha256:%064x", i*7919%len(images)), float64(i)/1000, fmt.Sprintf("v1.%d", i), fmt.Sprintf("build-%d-rc", i))
	}
	for b.Loop() {
		lifecycle.Evaluate(p, images, lifecycle.Options{Now: now})
	}
}
