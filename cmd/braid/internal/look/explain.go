package look

import (
	"strings"

	"github.com/charmbracelet/x/ansi"

	"github.com/braid-go/braid/inspect"
)

// This file puts into lines why a node is still there.

// Explain gives the lines, as wide as width if that is not 0: what the node is,
// why it is still there, and its stack.
func Explain(a *inspect.About, width int) (lines []string) {
	put := func(indent, s string) {
		s = Line(s)
		if width > len(indent) {
			s = ansi.Wrap(s, width-len(indent), "/")
		}
		for line := range strings.SplitSeq(s, "\n") {
			lines = append(lines, indent+line)
		}
	}
	n := a.Node
	put("", n.Path)
	at := len(lines)
	what := n.Type
	if n.Kind != "" && n.Kind != "ordinary" {
		what += " (" + n.Kind + ")"
	}
	what += ", " + n.State
	if n.Func != "" {
		what += ", " + n.Func
	}
	if n.Site != "" {
		what += " at " + n.Site
	}
	put("  ", what)
	for i := range lines[at:] {
		lines[at+i] = Dim.Render(lines[at+i])
	}
	for i := range at {
		lines[i] = Strong.Render(lines[i])
	}
	lines = append(lines, "")
	for _, why := range a.Why {
		put("", why)
	}
	if b := n.Blocked; b != nil && b.Stack != "" {
		lines = append(lines, "")
		for line := range strings.SplitSeq(strings.TrimRight(b.Stack, "\n"), "\n") {
			line = Line(strings.ReplaceAll(line, "\t", "    "))
			if width > 0 {
				line = ansi.Truncate(line, width, "…")
			}
			lines = append(lines, Dim.Render(line))
		}
	}
	return lines
}
