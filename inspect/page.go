package inspect

import "net/http"

// This file serves the page.

func servePage(w http.ResponseWriter, r *http.Request, name string) {
	if name != "" {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write([]byte(`<!doctype html><title>braid</title><p><a href="tree.txt">tree.txt</a> <a href="tree.json">tree.json</a>`))
}
