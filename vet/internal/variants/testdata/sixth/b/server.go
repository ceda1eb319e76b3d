package b

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"sync"

	"github.com/braid-go/braid"
	"golang.org/x/sync/errgroup"
)

// want-rule (b): the audit goes on in a goroutine that nobody joins, with the request's context, which dies when the handler returns
func (a *API) Upload(w http.ResponseWriter, r *http.Request) {
	blob, err := blobOf(r)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if err := a.reg.Put(r.Context(), blob); err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	ev := Event{Kind: "upload/" + blob.Digest}
	go func(ctx context.Context) {
		if err := a.audit.Publish(ctx, ev); err != nil {
			slog.ErrorContext(ctx, "audit", "digest", blob.Digest, "err", err)
		}
	}(r.Context())
	w.Header().Set("Location", "/blobs/"+blob.Digest)
	w.WriteHeader(http.StatusCreated)
}

// fine: the audit is published before the answer is written
func (a *API) UploadOK(w http.ResponseWriter, r *http.Request) {
	blob, err := blobOf(r)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if err := a.reg.Put(r.Context(), blob); err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	ev := Event{Kind: "upload/" + blob.Digest}
	func(ctx context.Context) {
		if err := a.audit.Publish(ctx, ev); err != nil {
			slog.ErrorContext(ctx, "audit", "digest", blob.Digest, "err", err)
		}
	}(r.Context())
	w.Header().Set("Location", "/blobs/"+blob.Digest)
	w.WriteHeader(http.StatusCreated)
}

// want-rule (b): the function handed to AfterFunc starts goroutines of its own, for which stop does not wait
func (s *Session) Feed(ctx context.Context, ids []int64) error {
	stop := braid.AfterFunc(ctx, func() {
		for _, id := range ids {
			go s.abort(id)
		}
	})
	defer stop()
	for _, id := range ids {
		if err := s.serve(ctx, id); err != nil {
			return fmt.Errorf("subscription %d: %w", id, err)
		}
	}
	return nil
}

// fine: the function does its work itself, and stop waits for it if it has begun
func (s *Session) FeedOK(ctx context.Context, ids []int64) error {
	stop := braid.AfterFunc(ctx, func() {
		for _, id := range ids {
			s.abort(id)
		}
	})
	defer stop()
	for _, id := range ids {
		if err := s.serve(ctx, id); err != nil {
			return fmt.Errorf("subscription %d: %w", id, err)
		}
	}
	return nil
}

// want-rule (b): if the request cannot be made nobody reads the pipe, and the encoder blocks in its write for good
func (c *Client) Import(ctx context.Context, path string, evs []Event) error {
	pr, pw := io.Pipe()
	go func() {
		enc := json.NewEncoder(pw)
		for _, ev := range evs {
			if err := enc.Encode(ev); err != nil {
				pw.CloseWithError(err)
				return
			}
		}
		pw.Close()
	}()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.base+path, pr)
	if err != nil {
		return fmt.Errorf("import: %w", err)
	}
	req.Header.Set("Content-Type", "application/x-ndjson")
	resp, err := c.http.Do(req)
	if err != nil {
		return fmt.Errorf("import: %w", err)
	}
	defer resp.Body.Close()
	if resp.StatusCode/100 != 2 {
		return fmt.Errorf("import: %s", resp.Status)
	}
	return nil
}

// fine: the events are encoded into a buffer before the request is made, without a goroutine
func (c *Client) ImportOK(ctx context.Context, path string, evs []Event) error {
	var body bytes.Buffer
	enc := json.NewEncoder(&body)
	for _, ev := range evs {
		if err := enc.Encode(ev); err != nil {
			return fmt.Errorf("import: %w", err)
		}
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.base+path, &body)
	if err != nil {
		return fmt.Errorf("import: %w", err)
	}
	req.Header.Set("Content-Type", "application/x-ndjson")
	resp, err := c.http.Do(req)
	if err != nil {
		return fmt.Errorf("import: %w", err)
	}
	defer resp.Body.Close()
	if resp.StatusCode/100 != 2 {
		return fmt.Errorf("import: %s", resp.Status)
	}
	return nil
}

// want-rule (b): the wait group is counted up and down and never waited for
func (m *Mirror) Missing(ctx context.Context, digest string) []int {
	var (
		wg      sync.WaitGroup
		mu      sync.Mutex
		missing []int
	)
	for i, p := range m.peers {
		wg.Add(1)
		go func() {
			defer wg.Done()
			ok, err := p.Has(ctx, digest)
			if err != nil {
				slog.WarnContext(ctx, "mirror: has", "peer", i, "err", err)
			}
			if !ok {
				mu.Lock()
				missing = append(missing, i)
				mu.Unlock()
			}
		}()
	}
	mu.Lock()
	defer mu.Unlock()
	return missing
}

// fine: the wait group is waited for before the result is read
func (m *Mirror) MissingOK(ctx context.Context, digest string) []int {
	var (
		wg      sync.WaitGroup
		mu      sync.Mutex
		missing []int
	)
	for i, p := range m.peers {
		wg.Add(1)
		go func() {
			defer wg.Done()
			ok, err := p.Has(ctx, digest)
			if err != nil {
				slog.WarnContext(ctx, "mirror: has", "peer", i, "err", err)
			}
			if !ok {
				mu.Lock()
				missing = append(missing, i)
				mu.Unlock()
			}
		}()
	}
	wg.Wait()
	mu.Lock()
	defer mu.Unlock()
	return missing
}

// want-rule (b): each worker returns at its first error, and when all have, the producer still sends with a context that none of them cancels
func (m *Mirror) Restore(ctx context.Context, name string) error {
	if len(m.peers) == 0 {
		return errors.New("restore: no peers")
	}
	layers, err := m.reg.Manifest(ctx, name)
	if err != nil {
		return err
	}
	digests := make(chan string)
	g := new(errgroup.Group)
	for _, p := range m.peers {
		g.Go(func() error {
			for digest := range digests {
				data, err := p.Lookup(ctx, digest)
				if err != nil {
					return fmt.Errorf("lookup %s: %w", digest, err)
				}
				if err := m.reg.Put(ctx, Blob{digest, data}); err != nil {
					return fmt.Errorf("put %s: %w", digest, err)
				}
			}
			return nil
		})
	}
	g.Go(func() error {
		defer close(digests)
		for _, digest := range layers {
			select {
			case digests <- digest:
			case <-ctx.Done():
				return context.Cause(ctx)
			}
		}
		return nil
	})
	return g.Wait()
}

// fine: the first error of a worker cancels the context on which the producer's send looks
func (m *Mirror) RestoreOK(ctx context.Context, name string) error {
	if len(m.peers) == 0 {
		return errors.New("restore: no peers")
	}
	layers, err := m.reg.Manifest(ctx, name)
	if err != nil {
		return err
	}
	digests := make(chan string)
	g, ctx := errgroup.WithContext(ctx)
	for _, p := range m.peers {
		g.Go(func() error {
			for digest := range digests {
				data, err := p.Lookup(ctx, digest)
				if err != nil {
					return fmt.Errorf("lookup %s: %w", digest, err)
				}
				if err := m.reg.Put(ctx, Blob{digest, data}); err != nil {
					return fmt.Errorf("put %s: %w", digest, err)
				}
			}
			return nil
		})
	}
	g.Go(func() error {
		defer close(digests)
		for _, digest := range layers {
			select {
			case digests <- digest:
			case <-ctx.Done():
				return context.Cause(ctx)
			}
		}
		return nil
	})
	return g.Wait()
}
