package server

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/pratique-dev/pratique/internal/job"
	"github.com/pratique-dev/pratique/internal/registry"
	"github.com/pratique-dev/pratique/internal/scan"
)

// rescanSweep is how often images are looked for that continuous scanning
// wants to be scanned again.
const rescanSweep = time.Hour

// addScanner adds the work of the scanner, if there is one. A node without one
// leaves scans to those that have one.
func (s *Server) addScanner(c *job.Config) error {
	if s.cfg.Scanner == "" {
		return nil
	}
	program, err := scan.NewProgram(scan.ProgramConfig{
		Name: s.cfg.Scanner, Path: s.cfg.ScannerPath, Timeout: s.cfg.ScanTimeout,
		Dir: filepath.Join(s.cfg.DataDir, "scanner"), Environ: os.Environ(),
	})
	if err != nil {
		return fmt.Errorf("config: %w", err)
	}
	worker := scan.NewWorker(scan.WorkerConfig{Registry: s.registry, Scanner: program, Log: s.cfg.Log})
	const rescan = "registry.rescan"
	c.Handlers[registry.ScanJob], c.Handlers[rescan] = worker.Scan, worker.Rescan
	c.Dead[registry.ScanJob] = worker.GiveUp
	c.Every = append(c.Every, job.Every(rescan, rescanSweep))
	return nil
}
