package server

import (
	"github.com/pratique-dev/pratique/internal/event"
	"github.com/pratique-dev/pratique/internal/seal"
)

// openWebhooks returns the destinations of events, as the configuration allows them.
func (s *Server) openWebhooks(box *seal.Box) (*event.Webhooks, error) {
	cas, err := authorities("event destinations", s.cfg.EventCAFile)
	if err != nil {
		return nil, err
	}
	return event.New(event.Config{
		DB: s.db, Box: box, Now: s.cfg.Now, Log: s.cfg.Log, Networks: s.cfg.EventNetworks, AllowHTTP: s.cfg.EventHTTP, CAs: cas,
	}), nil
}
