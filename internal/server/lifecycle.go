package server

import (
	"maps"

	"github.com/pratique-dev/pratique/internal/job"
)

// addLifecycle makes the node apply lifecycle policies and preview them.
func (s *Server) addLifecycle(jobs *job.Config) {
	handlers, every := s.registry.LifecycleJobs()
	maps.Copy(jobs.Handlers, handlers)
	jobs.Every = append(jobs.Every, every...)
}
