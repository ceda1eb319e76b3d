package inspect

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"time"
)

// This file serves changes as they happen: server-sent events, made by comparing
// one look with the next. They cost nothing in between, and end with the request.

const (
	defaultEvery = 200 * time.Millisecond
	leastEvery   = 50 * time.Millisecond
	mostEvery    = time.Minute
	keepAlive    = 15 * time.Second

	// share is how many times as long as a look takes nobody looks after it: a
	// follower takes a tenth of a processor at most.
	share = 9
)

// A Patch is what has changed since the look before.
type Patch struct {
	Time      time.Time `json:"time"`
	Totals    Totals    `json:"totals"`
	Truncated int       `json:"truncated,omitempty"`
	Nodes     []*Node   `json:"nodes"`  // those that are new or have changed, each after the one it is in
	Gone      []string  `json:"gone"`   // ids of those that are shown no more
	Recent    []*Ended  `json:"recent"` // what has ended since
}

func (from *source) serveEvents(w http.ResponseWriter, r *http.Request) {
	every := defaultEvery
	if text := r.URL.Query().Get("every"); text != "" {
		d, err := time.ParseDuration(text)
		if err != nil {
			problem(w, http.StatusBadRequest, err.Error())
			return
		}
		every = min(max(d, leastEvery), mostEvery)
	}
	c, err := query(r)
	if err != nil {
		problem(w, http.StatusBadRequest, err.Error())
		return
	}
	out := http.NewResponseController(w)
	_ = out.SetWriteDeadline(time.Time{}) // not every server has one
	w.Header().Set("Content-Type", "text/event-stream")
	if r.Method == http.MethodHead {
		return
	}
	send := func(event string, v any) bool {
		text, err := json.Marshal(v)
		if err != nil {
			return false
		}
		_, err = w.Write([]byte("event: " + event + "\ndata: " + string(text) + "\n\n"))
		return err == nil && out.Flush() == nil
	}
	s, err := from.take(r.Context(), c)
	if err != nil {
		problem(w, http.StatusBadGateway, err.Error())
		return
	}
	if !send("tree", s) {
		return
	}
	c.since = s.last
	f := follower{from: from, c: c, totals: s.Totals, truncated: s.Truncated, known: map[string][]byte{}}
	f.compare(s)
	tick := time.NewTimer(every)
	defer tick.Stop()
	quiet := time.NewTimer(keepAlive)
	defer quiet.Stop()
	for {
		select {
		case <-r.Context().Done():
			return
		case <-quiet.C:
			if _, err := w.Write([]byte(": still here\n\n")); err != nil || out.Flush() != nil {
				return
			}
			quiet.Reset(keepAlive)
			continue
		case <-tick.C:
		}
		began := time.Now()
		p, err := f.next(r.Context())
		if err != nil {
			return // who follows asks again, and hears why
		}
		if p != nil {
			quiet.Reset(keepAlive)
			if !send("patch", p) {
				return
			}
		}
		tick.Reset(max(every, share*time.Since(began)))
	}
}

// A follower knows what it has shown.
type follower struct {
	from      *source
	c         *config
	totals    Totals
	truncated int
	known     map[string][]byte // the JSON of each node
}

// next looks again. It gives nil if nothing has changed.
func (f *follower) next(ctx context.Context) (*Patch, error) {
	s, err := f.from.take(ctx, f.c)
	if err != nil {
		return nil, err
	}
	p := &Patch{Time: s.Time, Totals: s.Totals, Truncated: s.Truncated}
	p.Recent, f.c.since = s.Recent, s.last
	p.Nodes, p.Gone = f.compare(s)
	if len(p.Nodes) == 0 && len(p.Gone) == 0 && len(p.Recent) == 0 && s.Totals == f.totals && s.Truncated == f.truncated {
		return nil, nil
	}
	f.totals, f.truncated = s.Totals, s.Truncated
	return p, nil
}

// compare gives the nodes that are not what they were, and those that are gone.
func (f *follower) compare(s *Snapshot) (changed []*Node, gone []string) {
	changed, gone = []*Node{}, []string{}
	now := make(map[string][]byte, len(s.Nodes))
	for _, n := range s.Nodes {
		text, err := json.Marshal(n)
		if err != nil {
			continue
		}
		now[n.ID] = text
		if !bytes.Equal(f.known[n.ID], text) {
			changed = append(changed, n)
		}
	}
	for id := range f.known {
		if now[id] == nil {
			gone = append(gone, id)
		}
	}
	f.known = now
	return changed, gone
}
