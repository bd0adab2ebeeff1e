package meta_test

import (
	"bufio"
	"database/sql"
	"fmt"
	"io"
	"os"
	osexec "os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/pratique-dev/pratique/internal/meta"
	"github.com/pratique-dev/pratique/internal/meta/metatest"
)

// otherProcess is the variable with the URL of the database that a test process of its own writes to.
const otherProcess = "PRATIQUE_TEST_OTHER_PROCESS"

// TestOtherProcess is the other process of TestLookOtherProcess: for each line that it reads it commits an account and says so.
// Every few of them it moves the log into the database, so that the next commit begins it anew, or comes back as a new process
// would.
func TestOtherProcess(t *testing.T) {
	url := os.Getenv(otherProcess)
	if url == "" {
		return // it is started by another test
	}
	var db *meta.DB
	reopen := func() {
		var err error
		if db != nil {
			err = db.Close()
		}
		if err == nil {
			db, err = meta.Open(t.Context(), url)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	reopen()
	in := bufio.NewScanner(os.Stdin)
	for n := 1; in.Scan(); n++ {
		if err := db.Write(t.Context(), account(fmt.Sprint(n))); err != nil {
			t.Fatal(err)
		}
		switch n % 50 {
		case 10:
			checkpoint(t, url)
		case 20:
			reopen()
		}
		fmt.Println("committed", n)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

// checkpoint moves the log into the database and empties it.
func checkpoint(t *testing.T, url string) {
	t.Helper()
	on, err := sql.Open("sqlite", strings.TrimPrefix(url, "sqlite:"))
	if err != nil {
		t.Fatal(err)
	}
	defer on.Close()
	if _, err := on.Exec(`PRAGMA wal_checkpoint(TRUNCATE)`); err != nil {
		t.Fatal(err)
	}
}

// What another process has committed counts as soon as it says so, and what nobody has committed is not read again: by the index
// of the log alone where it can be read.
func TestLookOtherProcess(t *testing.T) {
	link := filepath.Join(t.TempDir(), "link.db")
	url := metatest.SQLite(t)
	path := strings.TrimPrefix(url, "sqlite:")
	if err := os.Symlink(path, link); err != nil {
		t.Fatal(err)
	}
	db, linked := metatest.Open(t, url), metatest.Open(t, "sqlite:"+link)
	if runtime.GOOS == "linux" && (!meta.LooksAtIndex(db) || !meta.LooksAtIndex(linked)) {
		t.Error("the index of the log is not mapped")
	}
	accounts, alsoAccounts := counted(t, db), counted(t, linked)

	cmd := osexec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestOtherProcess$", "-test.count=1")
	cmd.Env = append(os.Environ(), otherProcess+"="+url)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	said := bufio.NewScanner(out)
	for want := 1; want <= 200; want++ {
		if _, err := io.WriteString(in, "\n"); err != nil {
			t.Fatal(err)
		}
		if !said.Scan() || said.Text() != fmt.Sprint("committed ", want) {
			t.Fatalf("the other process says %q, %v", said.Text(), said.Err())
		}
		for _, count := range []func() (int, bool){accounts, alsoAccounts} {
			if n, read := count(); n != want || !read {
				t.Fatalf("after commit %d: %d, read: %t", want, n, read)
			}
			if n, read := count(); n != want || read {
				t.Fatalf("after commit %d, again: %d, read: %t", want, n, read)
			}
		}
	}
	if err := in.Close(); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
}
