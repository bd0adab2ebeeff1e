// Command strip refreshes the service models from an installed botocore.
//
// Usage, in the root of the repository:
//
//	go run ./internal/awsapi/gen/strip DIR
//
// where DIR is the directory of the botocore package:
//
//	python3 -c 'import botocore, os; print(os.path.dirname(botocore.__file__))'
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/pratique-dev/pratique/internal/awsapi/gen"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: strip BOTOCORE-DIRECTORY")
		os.Exit(2)
	}
	if err := run(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "strip:", err)
		os.Exit(1)
	}
}

func run(botocore string) error {
	data := os.DirFS(filepath.Join(botocore, "data"))
	for _, s := range gen.Services() {
		if s.Own {
			continue
		}
		model, err := gen.Strip(data, s.Model)
		if err != nil {
			return err
		}
		file := filepath.Join("internal", "awsapi", "gen", "models", s.Model+".json")
		if err := os.WriteFile(file, model, 0o644); err != nil {
			return fmt.Errorf("write the model of %s: %w", s.Model, err)
		}
	}
	return nil
}
