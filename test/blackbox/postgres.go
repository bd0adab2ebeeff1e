package blackbox

import (
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"testing"

	"github.com/pratique-dev/pratique/internal/need"
)

// Postgres is a PostgreSQL server of a test's own, which can be restarted.
type Postgres struct {
	URL string // of a database

	ctl string
	dir string
	as  []string // what to run the server's programs with
}

// StartPostgres starts the server for as long as the test runs. It listens on a
// socket alone.
func StartPostgres(t testing.TB) *Postgres {
	t.Helper()
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin")
	if ctl, err := exec.LookPath("pg_ctl"); err == nil {
		found = append(found, filepath.Dir(ctl))
	}
	if len(found) == 0 {
		need.Missing(t, "PostgreSQL is not installed")
	}
	bin := found[len(found)-1]
	p := &Postgres{ctl: filepath.Join(bin, "pg_ctl"), dir: SocketDir(t)}
	if os.Getuid() == 0 { // which it refuses to run as
		NeedRoot(t)
		if _, err := user.Lookup("postgres"); err != nil {
			need.Missing(t, err.Error())
		}
		p.as = []string{"setpriv", "--reuid", "postgres", "--regid", "postgres", "--clear-groups", "--"}
		if out, err := exec.Command("chown", "postgres", p.dir).CombinedOutput(); err != nil {
			t.Fatalf("chown: %v\n%s", err, out)
		}
	}
	p.URL = "postgres://postgres@/postgres?host=" + p.dir
	p.run(t, filepath.Join(bin, "initdb"), "-D", p.data(), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
	p.Start(t)
	t.Cleanup(func() { p.Stop(t) })
	return p
}

// Restore makes another database of a dump in pg_dump's custom format, and returns
// its URL.
func (p *Postgres) Restore(t testing.TB, name, dump string) (url string) {
	t.Helper()
	need.Tools(t, "createdb", "pg_restore")
	Run(t, nil, "createdb", "--host="+p.dir, "--username=postgres", "--locale=C", "--template=template0", name)
	url = "postgres://postgres@/" + name + "?host=" + p.dir
	Run(t, nil, "pg_restore", "--exit-on-error", "--no-owner", "--dbname="+url, dump)
	return url
}

func (p *Postgres) data() string { return filepath.Join(p.dir, "data") }

func (p *Postgres) run(t testing.TB, command ...string) {
	t.Helper()
	command = slices.Concat(p.as, command)
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Dir = "/"
	log, err := os.CreateTemp(t.TempDir(), "log") // not a pipe, which the server would keep open
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Run(); err != nil {
		said, _ := os.ReadFile(log.Name())
		t.Errorf("%s: %v\n%s", filepath.Base(command[len(p.as)]), err, said)
	}
}

// Start starts the server again after Stop, with the same data.
func (p *Postgres) Start(t testing.TB) {
	t.Helper()
	p.run(t, p.ctl, "-D", p.data(), "-w", "-l", filepath.Join(p.dir, "log"),
		"-o", "-c listen_addresses= -k "+p.dir+" -c max_connections=200 -c max_pred_locks_per_transaction=256", "start")
}

// Stop ends the server as a crash does: connections break, and it recovers when
// started.
func (p *Postgres) Stop(t testing.TB) {
	t.Helper()
	if _, err := os.Stat(filepath.Join(p.data(), "postmaster.pid")); err != nil {
		return
	}
	p.run(t, p.ctl, "-D", p.data(), "-m", "immediate", "stop")
}
