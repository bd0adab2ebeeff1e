package iam

import (
	"encoding/json"
	"testing"
)

// FuzzPrincipals checks that the principals found in a document are the string literals at the places that are told.
func FuzzPrincipals(f *testing.F) {
	f.Add(`{"Statement":{"Principal":{"AWS":"arn:aws:iam::111122223333:root"}}}`)
	f.Add(`{"Statement" : [ {"NotPrincipal" : {"AWS" : [ "a\"b" , "\u0041" ]}}, {"Principal":"*"} ]}`)
	f.Add(`{"Statement":[[{"Principal":{"AWS":[["x"]]}}]]} {"Statement":1}`)
	f.Fuzz(func(t *testing.T, document string) {
		refs, err := awsPrincipals(document)
		if err != nil {
			return
		}
		end := 0
		for _, r := range refs {
			if r.start < end || r.end > len(document) || r.start >= r.end {
				t.Fatalf("ranges overlap or leave the document: %+v", refs)
			}
			end = r.end
			var value string
			if err := json.Unmarshal([]byte(document[r.start:r.end]), &value); err != nil || value != r.value {
				t.Fatalf("at %d to %d is %s, not %q: %v", r.start, r.end, document[r.start:r.end], r.value, err)
			}
		}
	})
}
