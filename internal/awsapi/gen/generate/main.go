// Command generate writes the generated packages below the current directory; run it with
// go generate ./internal/awsapi.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/pratique-dev/pratique/internal/awsapi/gen"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

func run() error {
	files, err := gen.Generate()
	if err != nil {
		return err
	}
	for name, content := range files {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(name, content, 0o644); err != nil {
			return err
		}
	}
	return nil
}
