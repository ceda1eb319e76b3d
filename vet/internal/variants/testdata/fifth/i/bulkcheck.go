package i

import (
	"encoding/json"
	"net/http"

	"golang.org/x/sync/errgroup"
)

// want-rule (i): the client's list decides how many requests run at once
func (s *Server) HandleBulkCheck(w http.ResponseWriter, r *http.Request) {
	var in struct{ URLs []string }
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20)).Decode(&in); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	codes := make([]int, len(in.URLs))
	g, ctx := errgroup.WithContext(r.Context())
	for n, u := range in.URLs {
		g.Go(func() (err error) {
			codes[n], err = s.check(ctx, u)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	if err := json.NewEncoder(w).Encode(codes); err != nil {
		s.log.WarnContext(r.Context(), "write codes", "err", err)
	}
}

// fine: a list of more than 20 is refused before anything is started
func (s *Server) HandleBulkCheckOK(w http.ResponseWriter, r *http.Request) {
	var in struct{ URLs []string }
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20)).Decode(&in); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if len(in.URLs) > 20 {
		http.Error(w, "at most 20 URLs", http.StatusRequestEntityTooLarge)
		return
	}
	codes := make([]int, len(in.URLs))
	g, ctx := errgroup.WithContext(r.Context())
	for n, u := range in.URLs {
		g.Go(func() (err error) {
			codes[n], err = s.check(ctx, u)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	if err := json.NewEncoder(w).Encode(codes); err != nil {
		s.log.WarnContext(r.Context(), "write codes", "err", err)
	}
}

// want-rule (i): the limit is the length of the list from the request, which is none
func (s *Server) HandleBatchCheck(w http.ResponseWriter, r *http.Request) {
	urls := r.URL.Query()["url"]
	g, ctx := errgroup.WithContext(r.Context())
	g.SetLimit(len(urls))
	codes := make([]int, len(urls))
	for n, u := range urls {
		g.Go(func() (err error) {
			codes[n], err = s.check(ctx, u)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	if err := json.NewEncoder(w).Encode(codes); err != nil {
		s.log.WarnContext(r.Context(), "write codes", "err", err)
	}
}

// fine: the limit is sixteen, whatever the request holds
func (s *Server) HandleBatchCheckOK(w http.ResponseWriter, r *http.Request) {
	urls := r.URL.Query()["url"]
	g, ctx := errgroup.WithContext(r.Context())
	g.SetLimit(16)
	codes := make([]int, len(urls))
	for n, u := range urls {
		g.Go(func() (err error) {
			codes[n], err = s.check(ctx, u)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	if err := json.NewEncoder(w).Encode(codes); err != nil {
		s.log.WarnContext(r.Context(), "write codes", "err", err)
	}
}
