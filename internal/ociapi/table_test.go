package ociapi

import (
	"strings"
	"testing"

	"github.com/pratique-dev/pratique/policy/catalog"
)

// A row is for everybody only in the public table and only if it reads; every
// other row names actions of its own service that policies can name.
func TestTables(t *testing.T) {
	reads := map[Kind]bool{Ping: true, ManifestGet: true, ManifestHead: true, BlobGet: true, BlobHead: true, TagList: true, Referrers: true}
	for service, table := range map[string]*[kinds]row{"ecr": &table, "ecr-public": &publicTable} {
		public := service == "ecr-public"
		for kind := range kinds {
			row := table[kind]
			if row.run == nil {
				if kind != Catalog || !public || row.name != "" || row.actions != nil || row.everybody {
					t.Errorf("%s: kind %d has no function", service, kind)
				}
				continue
			}
			if row.name == "" {
				t.Errorf("%s: kind %d has no name", service, kind)
			}
			if row.everybody != (public && reads[kind]) {
				t.Errorf("%s %s: for everybody is %t", service, row.name, row.everybody)
			}
			if row.limited != (public && kind == ManifestGet) {
				t.Errorf("%s %s: limited is %t", service, row.name, row.limited)
			}
			if free := row.everybody || kind == Ping; free != (len(row.actions) == 0) {
				t.Errorf("%s %s: actions %q", service, row.name, row.actions)
			}
			if row.creates && public {
				t.Errorf("%s %s creates repositories", service, row.name)
			}
			actions := row.actions
			if row.bodyAction != "" {
				actions = append(actions[:len(actions):len(actions)], row.bodyAction)
			}
			for _, a := range actions {
				if !catalog.Known(a) || !strings.HasPrefix(a, service+":") {
					t.Errorf("%s %s: %s is no action of the service", service, row.name, a)
				}
			}
		}
	}
}
