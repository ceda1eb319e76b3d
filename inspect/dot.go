package inspect

import (
	"bufio"
	"io"
	"strings"
)

// This file writes the tree for Graphviz.

// WriteDOT writes the tree in the language of Graphviz: groups are boxes, tasks
// ellipses; a dashed arrow is a wait, in red if it is part of a ring. It gives the
// error of w.
func WriteDOT(w io.Writer, opts ...Option) error { return Take(opts...).writeDOT(w) }

func (s *Snapshot) writeDOT(to io.Writer) error {
	w := bufio.NewWriter(to)
	w.WriteString("digraph braid {\n\trankdir=LR;\n\tnode [fontname=\"sans-serif\"];\n")
	d := drawing{s: s}
	shown := map[string]bool{}
	for _, n := range s.Nodes {
		shown[n.ID] = true
		shape, colour := "ellipse", "black"
		switch {
		case n.Type == "group":
			shape = "box"
		case n.Type == "more":
			shape = "plain"
		}
		switch {
		case n.Cancelled != nil:
			colour = "red"
		case n.State == "queued":
			colour = "gray"
		}
		label := strings.Join(strings.Split(d.line(n), " · "), "\n")
		w.WriteString("\t" + quote(n.ID) + " [shape=" + shape + ", color=" + colour + ", label=" + quote(label) + "];\n")
	}
	for _, n := range s.Nodes {
		if shown[n.Up] {
			w.WriteString("\t" + quote(n.Up) + " -> " + quote(n.ID) + ";\n")
		}
		if n.Waits == nil || !shown[n.Waits.ID] {
			continue
		}
		colour := "blue"
		if n.Waits.Ring {
			colour = "red"
		}
		w.WriteString("\t" + quote(n.ID) + " -> " + quote(n.Waits.ID) + " [style=dashed, constraint=false, color=" + colour + ", label=" + quote(n.Waits.For) + "];\n")
	}
	w.WriteString("}\n")
	return w.Flush()
}

var dotEscapes = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`)

func quote(s string) string { return `"` + dotEscapes.Replace(s) + `"` }
