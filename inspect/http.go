package inspect

import (
	"encoding/json"
	"fmt"
	"net/http"
	"path"
	"strconv"
)

// This file serves the tree.

// Handler serves the tree over HTTP, wherever it is mounted:
//
//	mux.Handle("/debug/braid/", inspect.Handler())
//
// It has the page itself, tree.json, tree.txt, tree.dot, node.json and events, which
// docs/inspect.md describes; what comes before the last slash of the request's path does not
// matter. Whoever can ask it sees what the package's documentation says: mount it
// where only those can who may.
func Handler() http.Handler { return here }

func (from *source) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "only GET is served here", http.StatusMethodNotAllowed)
		return
	}
	h := w.Header()
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
	_, name := path.Split(r.URL.Path)
	switch name {
	case "tree.json", "tree.txt", "tree.dot":
	case "events":
		from.serveEvents(w, r)
		return
	case "node.json":
		from.serveNode(w, r)
		return
	default:
		servePage(w, r, name)
		return
	}
	c, err := query(r)
	if err != nil {
		problem(w, http.StatusBadRequest, err.Error())
		return
	}
	s, err := from.take(r.Context(), c)
	if err != nil {
		problem(w, http.StatusBadGateway, err.Error())
		return
	}
	if c.under != "" && len(s.Nodes) == 0 {
		problem(w, http.StatusNotFound, "nothing goes by this id; it may have ended")
		return
	}
	switch name {
	case "tree.dot":
		h.Set("Content-Type", "text/vnd.graphviz; charset=utf-8")
		_ = s.writeDOT(w)
		return
	case "tree.txt":
		h.Set("Content-Type", "text/plain; charset=utf-8")
		_ = s.writeText(w)
		return
	}
	h.Set("Content-Type", "application/json")
	_ = s.writeJSON(w)
}

// most is how many nodes a request may ask for.
const most = 100_000

// query reads a look's options from a request.
func query(r *http.Request) (*config, error) {
	q := r.URL.Query()
	c := &config{max: DefaultMax, under: q.Get("under")}
	if text := q.Get("stacks"); text != "" {
		stacks, err := strconv.ParseBool(text)
		if err != nil {
			return nil, fmt.Errorf("stacks is 1 or 0, not %q", text)
		}
		c.stacks = stacks
	}
	if text := q.Get("fold"); text != "" {
		fold, err := strconv.ParseBool(text)
		if err != nil {
			return nil, fmt.Errorf("fold is 1 or 0, not %q", text)
		}
		c.nofold = !fold
	}
	if text := q.Get("max"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			return nil, fmt.Errorf("max is a number of nodes, not %q", text)
		}
		c.max = min(max(n, 1), most)
	}
	return c, nil
}

func problem(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]string{"error": text})
}

func (from *source) serveNode(w http.ResponseWriter, r *http.Request) {
	a, err := from.about(r.Context(), r.URL.Query().Get("id"))
	if err != nil {
		problem(w, http.StatusBadGateway, err.Error())
		return
	}
	if a == nil {
		problem(w, http.StatusNotFound, "nothing goes by this id; it may have ended")
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(a)
}
