package grant

import (
	"os"
	"regexp"
	"testing"
	"testing/fstest"
)

// The examples of docs/access.md can be used.
func TestDocumentation(t *testing.T) {
	text, err := os.ReadFile("../../docs/access.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllSubmatch(text, -1)
	if len(blocks) != 2 {
		t.Fatalf("%d examples", len(blocks))
	}
	f, err := ParseFile("access.yaml", blocks[0][1], platforms(t))
	if err != nil || len(f.Grants) != 3 {
		t.Errorf("access.yaml: %+v, %v", f, err)
	}
	all, err := platforms(t).Add(fstest.MapFS{"baseten.yaml": {Data: blocks[1][1]}}, ".")
	if err != nil || len(all) != 5 {
		t.Fatalf("platform: %v", err)
	}
	p, err := all.Named("baseten")
	if err != nil {
		t.Fatal(err)
	}
	g, err := p.Grant(Input{Account: "111111111111", Params: map[string]string{"workspace": "ws1", "region": "us-west-2", "builder": "b"}})
	if err != nil || len(g.Rights) != 2 || g.Principals[0] != "arn:aws:iam::111111111111:role/baseten-ws1" {
		t.Errorf("grant %+v, %v", g, err)
	}
}
