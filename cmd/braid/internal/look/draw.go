package look

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"time"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"

	"github.com/braid-go/braid/inspect"
)

// This file draws the tree once, as package inspect does, with colours and cut to
// the width of a terminal. Colours are those of the terminal's own palette, which
// its user finds legible.

// Styles by the word that Condition gives, and by what a Fact is about.
var (
	Dim    = lipgloss.NewStyle().Foreground(lipgloss.BrightBlack)
	Strong = lipgloss.NewStyle().Bold(true)
	styles = map[string]lipgloss.Style{
		"ring":      lipgloss.NewStyle().Foreground(lipgloss.Red).Bold(true),
		"cancelled": lipgloss.NewStyle().Foreground(lipgloss.Red),
		"waiting":   lipgloss.NewStyle().Foreground(lipgloss.Yellow),
		"running":   lipgloss.NewStyle().Foreground(lipgloss.Green),
		"queued":    Dim,
		"open":      lipgloss.NewStyle().Foreground(lipgloss.Cyan),
		"joining":   lipgloss.NewStyle().Foreground(lipgloss.Blue),
		"closing":   lipgloss.NewStyle().Foreground(lipgloss.Magenta),
	}
)

// Style is that of a condition.
func Style(condition string) lipgloss.Style { return styles[condition] }

// factStyle is that of a fact.
func factStyle(f inspect.Fact) lipgloss.Style {
	switch f.Of {
	case "cancelled":
		return styles["cancelled"]
	case "waits":
		if strings.HasSuffix(f.Text, "RING") {
			return styles["ring"]
		}
		return styles["waiting"]
	case "counts":
		if strings.HasSuffix(f.Text, "failed") {
			return styles["cancelled"]
		}
	case "site", "kind", "since":
		return Dim
	}
	return lipgloss.NewStyle()
}

// Facts puts those facts in a row that are not about one of the fields.
func Facts(n *inspect.Node, now time.Time, sep string, but ...string) string {
	var parts []string
next:
	for _, f := range n.Facts(now) {
		for _, of := range but {
			if f.Of == of {
				continue next
			}
		}
		parts = append(parts, factStyle(f).Render(Line(f.Text)))
	}
	return strings.Join(parts, sep)
}

// Draw writes the tree, or what f chooses of it, and reports whether there was
// anything to. A width of 0 is none.
func Draw(to io.Writer, t *Tree, f Filter, width int, colour bool) (any bool, err error) {
	d := drawing{t: t, w: bufio.NewWriter(to), width: width, colour: colour}
	if f.Any() {
		if d.hits, d.shown = t.Chosen(f); len(d.hits) == 0 {
			return false, nil
		}
	}
	d.line(Head(&t.Head))
	d.list("", t.Kids(""), true)
	if n := t.Head.Truncated; n > 0 {
		d.line(fmt.Sprintf("…and %s that are not shown", Grouped(n)))
	}
	return true, d.w.Flush()
}

type drawing struct {
	t           *Tree
	w           *bufio.Writer
	hits, shown map[string]bool // nil for all
	width       int
	colour      bool
}

// Head is the line above a tree.
func Head(s *inspect.Snapshot) string {
	pid := ""
	if s.PID != 0 { // it is no workflow
		pid = fmt.Sprintf(" (pid %d)", s.PID)
	}
	return fmt.Sprintf("%s%s at %s: %s, %s running, %s queued", Strong.Render(Line(s.Program)), pid, s.Time.Format(time.RFC3339),
		Plural(s.Totals.Groups, "group"), Plural(s.Totals.Running, "task"), Grouped(s.Totals.Queued))
}

func (d *drawing) list(below string, nodes []*inspect.Node, top bool) {
	if d.shown != nil {
		var left []*inspect.Node
		for _, n := range nodes {
			if d.shown[n.ID] {
				left = append(left, n)
			}
		}
		nodes = left
	}
	for i, n := range nodes {
		connector, in := "├─ ", "│  "
		switch {
		case top:
			connector, in = "", ""
		case i == len(nodes)-1:
			connector, in = "└─ ", "   "
		}
		name := Style(d.t.Condition(n)).Render(Line(n.Label()))
		if d.hits != nil && !d.hits[n.ID] {
			name = Dim.Render(Line(n.Label()))
		}
		line := Dim.Render(below+connector) + name
		if facts := Facts(n, d.t.Head.Time, " · "); facts != "" {
			line += " · " + facts
		}
		d.line(line)
		d.list(below+in, d.t.Kids(n.ID), false)
	}
}

func (d *drawing) line(s string) {
	if !d.colour {
		s = ansi.Strip(s)
	}
	if d.width > 0 {
		s = ansi.Truncate(s, d.width, "…")
	}
	d.w.WriteString(s + "\n")
}

// Grouped writes a number with commas.
func Grouped[T int | int64](n T) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// Plural writes how many there are of what.
func Plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return Grouped(n) + " " + what + "s"
}
