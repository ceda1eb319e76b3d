package service

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// This file answers those who ask over HTTP whether a service lives and is
// ready. It tells phases, not errors: those may hold what is nobody's business.

// ServeReady answers 200 if the service that the request belongs to is ready
// (see [Status.Ready]), and 503 with the parts that are not, by name, if it is
// not. It is a handler for a server that is itself a part of the service:
//
//	mux.HandleFunc("GET /readyz", service.ServeReady)
//
// A client that accepts application/json gets that. A request that belongs to
// no service gets 503.
func ServeReady(w http.ResponseWriter, r *http.Request) { ofRequest(w, r, (*Service).ServeReady) }

// ServeLive answers 200 as long as the service that the request belongs to has
// not come to its hard stop, and 503 from then on. It tells whether the process
// is worth keeping, where [ServeReady] tells whether it is worth a request.
func ServeLive(w http.ResponseWriter, r *http.Request) { ofRequest(w, r, (*Service).ServeLive) }

func ofRequest(w http.ResponseWriter, r *http.Request, serve func(*Service, http.ResponseWriter, *http.Request)) {
	s := From(r.Context())
	if s == nil {
		http.Error(w, "this server is not part of a service", http.StatusServiceUnavailable)
		return
	}
	serve(s, w, r)
}

// ServeReady is the function [ServeReady] for a server that is no part of s.
func (s *Service) ServeReady(w http.ResponseWriter, r *http.Request) {
	st := s.Status()
	answer(w, r, st, "ready", st.Ready())
}

// ServeLive is the function [ServeLive] for a server that is no part of s.
func (s *Service) ServeLive(w http.ResponseWriter, r *http.Request) {
	st := s.Status()
	answer(w, r, st, "live", st.Phase < PhaseKilling)
}

type answerJSON struct {
	Service string     `json:"service,omitempty"`
	Phase   string     `json:"phase"`
	Ready   bool       `json:"ready"`
	Parts   []partJSON `json:"parts"`
}

type partJSON struct {
	Name    string    `json:"name"`
	Phase   string    `json:"phase"`
	Ready   bool      `json:"ready"`
	Since   time.Time `json:"since,omitzero"`
	Attempt int       `json:"attempt"`
}

func answer(w http.ResponseWriter, r *http.Request, st Status, what string, yes bool) {
	w.Header().Set("Cache-Control", "no-store")
	code := http.StatusOK
	if !yes {
		code = http.StatusServiceUnavailable
	}
	if strings.Contains(r.Header.Get("Accept"), "application/json") {
		a := answerJSON{Service: st.Service, Phase: st.Phase.String(), Ready: st.Ready()}
		for _, p := range st.Parts {
			a.Parts = append(a.Parts, partJSON{p.Name, p.Phase.String(), p.Ready, p.Since, p.Attempt})
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(code)
		_ = json.NewEncoder(w).Encode(a) // the client has gone
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(code)
	if yes {
		fmt.Fprintln(w, what)
		return
	}
	fmt.Fprintf(w, "not %s: %s\n", what, st.Phase)
	for _, p := range st.Parts {
		if !p.Ready {
			fmt.Fprintf(w, "%s: %s\n", p.Name, p.Phase)
		}
	}
}
