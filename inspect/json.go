package inspect

import (
	"bufio"
	"encoding/json"
	"io"
)

// This file writes JSON, node by node.

// WriteJSON writes the tree as JSON, in the schema of docs/inspect.md: that of a
// [Snapshot]. It gives the error of w.
func WriteJSON(w io.Writer, opts ...Option) error { return Take(opts...).writeJSON(w) }

func (s *Snapshot) writeJSON(to io.Writer) error {
	head := *s
	head.Nodes, head.Recent = nil, nil
	text, err := json.Marshal(struct {
		*Snapshot
		Nodes  *int `json:"nodes,omitempty"` // they follow
		Recent *int `json:"recent,omitempty"`
	}{Snapshot: &head})
	if err != nil {
		return err
	}
	w := bufio.NewWriter(to)
	w.Write(text[:len(text)-1])
	if err := writeList(w, "nodes", s.Nodes); err != nil {
		return err
	}
	if err := writeList(w, "recent", s.Recent); err != nil {
		return err
	}
	w.WriteString("}\n")
	return w.Flush()
}

func writeList[T any](w *bufio.Writer, name string, list []T) error {
	w.WriteString(`,"` + name + `":[`)
	for i, v := range list {
		if i > 0 {
			w.WriteString(",")
		}
		text, err := json.Marshal(v)
		if err != nil {
			return err
		}
		if _, err := w.Write(text); err != nil {
			return err
		}
	}
	_, err := w.WriteString("]")
	return err
}
