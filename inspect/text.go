package inspect

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// This file draws the tree as text.

// maxShown is how many runes of a name or an error a line of text has.
const maxShown = 120

// Dump writes the tree of groups and tasks as text, a line for each:
//
//	server/api · run · 2m3s · limit 8 of 8, 14 queued
//	├─ (body) · 2m3s
//	├─ fetch[17] · 1.2s · waits for server/api/index
//	└─ …and 4,812 more like fetch[17]
//
// It gives the error of w.
func Dump(w io.Writer, opts ...Option) error { return Take(opts...).writeText(w) }

// String gives the tree as text, as [Dump] writes it.
func (s *Snapshot) String() string {
	var b strings.Builder
	_ = s.writeText(&b)
	return b.String()
}

func (s *Snapshot) writeText(to io.Writer) error {
	w := bufio.NewWriter(to)
	who := oneLine(s.Program)
	if s.PID > 0 { // else it is no process
		who += fmt.Sprintf(" (pid %d)", s.PID)
	}
	fmt.Fprintf(w, "%s at %s: %s, %s running, %s queued\n", who, s.Time.Format(time.RFC3339),
		plural(s.Totals.Groups, "group"), plural(s.Totals.Running, "task"), grouped(s.Totals.Queued))
	d := drawing{s: s, w: w, in: map[string][]*Node{}}
	nodes, odd := tidied(s.Nodes)
	shown := map[string]bool{}
	for _, n := range nodes {
		shown[n.ID] = true
	}
	for _, n := range nodes {
		up := n.Up
		if !shown[up] {
			up = ""
		}
		d.in[up] = append(d.in[up], n)
	}
	for _, n := range d.in[""] {
		w.WriteString(d.line(n) + "\n")
		d.list("", d.in[n.ID])
	}
	if n := s.Truncated + odd; n > 0 {
		fmt.Fprintf(w, "…and %s that are not shown\n", grouped(n))
	}
	return w.Flush()
}

type drawing struct {
	s  *Snapshot
	w  *bufio.Writer
	in map[string][]*Node
}

func (d *drawing) list(margin string, nodes []*Node) {
	for i, n := range nodes {
		connector, below := "├─ ", "│  "
		if i == len(nodes)-1 {
			connector, below = "└─ ", "   "
		}
		d.w.WriteString(margin + connector + d.line(n) + "\n")
		d.list(margin+below, d.in[n.ID])
	}
}

// line says all of a node, the shortest first.
func (d *drawing) line(n *Node) string {
	parts := []string{n.Label()}
	for _, f := range n.Facts(d.s.Time) {
		parts = append(parts, f.Text)
	}
	return strings.Join(parts, " · ")
}

// Label gives the node's name as [Dump] writes it: on one line, escaped where it
// would not print, and not long. Of what is folded it tells how many there are.
func (n *Node) Label() string {
	if n.Type == "more" {
		return "…and " + grouped(n.Count) + " more like " + oneLine(n.Name) + ", " + n.State
	}
	return oneLine(n.Name)
}

// A Fact is one of the things that there are to say of a node.
type Fact struct {
	Of   string // the field of the node that it is about, as in the JSON
	Text string // on one line
}

// Facts says of a node what [Dump] does behind its name, as of the time now; ages
// and deadlines are told from there.
func (n *Node) Facts(now time.Time) (facts []Fact) {
	if n.Type == "more" {
		return nil
	}
	say := func(of, format string, args ...any) { facts = append(facts, Fact{of, fmt.Sprintf(format, args...)}) }
	if n.Type == "group" {
		say("kind", "%s", n.Kind)
	}
	if n.State != "open" && n.State != "running" {
		say("state", "%s", n.State)
	}
	if n.Type != "group" && n.Kind != "ordinary" {
		say("kind", "%s", n.Kind)
	}
	if n.Shielded {
		say("shielded", "shielded")
	}
	if n.State != "queued" {
		say("since", "%s", span(now.Sub(n.Since)))
	}
	if n.Weight > 0 {
		say("weight", "weight %d", n.Weight)
	}
	if n.Limit > 0 {
		say("limit", "%d of %d slots", n.Used, n.Limit)
	}
	if n.Queued > 0 {
		say("queued", "%s queued", grouped(n.Queued))
	}
	if c := n.Counts; c != nil {
		for _, e := range []struct {
			n    int64
			what string
		}{{c.Succeeded, "succeeded"}, {c.Failed, "failed"}, {c.Cancelled, "cancelled"}, {c.Skipped, "skipped"}} {
			if e.n > 0 {
				say("counts", "%s %s", grouped(e.n), e.what)
			}
		}
	}
	if p := n.Progress; p != nil {
		if p.Total > 0 {
			say("progress", "%s of %s done", grouped(p.Done), grouped(p.Total))
		} else {
			say("progress", "%s done", grouped(p.Done))
		}
	}
	if n.Deadline != nil {
		if left := n.Deadline.At.Sub(now); left > 0 {
			say("deadline", "deadline in %s", span(left))
		} else {
			say("deadline", "deadline passed %s ago", span(-left))
		}
	}
	if w := n.Waits; w != nil {
		say("waits", "%s", w.text(now))
	}
	if c := n.Cancelled; c != nil {
		text := "CANCELLED"
		if !c.At.IsZero() {
			text += " " + span(now.Sub(c.At)) + " ago"
		}
		if c.Left > 0 && n.Type == "group" {
			text += ", " + grouped(c.Left) + " left"
		}
		say("cancelled", "%s: %s", text, oneLine(c.Cause))
	}
	if b := n.Blocked; b != nil {
		if b.In == "" {
			say("blocked", "%s", b.Doing)
		} else {
			say("blocked", "%s in %s (%s)", b.Doing, lastElement(b.In), lastElement(b.Site))
		}
	}
	if n.Site != "" && n.Type != "body" {
		say("site", "%s", lastElement(n.Site))
	}
	return facts
}

func (w *Waits) text(now time.Time) string {
	text := "waits for " + w.For
	switch w.For {
	case "task":
		text = "waits for " + oneLine(w.Path)
	case "slot":
		text = "waits for a slot"
	case "timer":
		text = "sleeps for " + span(w.Until.Sub(now))
	case "join":
		text = "joins " + oneLine(w.Path)
	}
	if w.More > 0 {
		text += fmt.Sprintf(" and %d more", w.More)
	}
	if w.Ring {
		text += ", IN A RING"
	}
	return text
}

func lastElement(s string) string { return s[strings.LastIndexByte(s, '/')+1:] }

// oneLine makes a text harmless in a terminal: what does not print is escaped,
// and it is not long.
func oneLine(s string) string {
	var b strings.Builder
	n := 0
	for _, r := range s {
		if n++; n > maxShown {
			b.WriteString("…")
			break
		}
		if unicode.IsPrint(r) {
			b.WriteRune(r)
		} else {
			q := strconv.QuoteRune(r)
			b.WriteString(q[1 : len(q)-1])
		}
	}
	return b.String()
}

// span rounds a duration to what one wants to know of it.
func span(d time.Duration) string {
	switch {
	case d < 0:
		d = 0
	case d < time.Second:
		d = d.Round(time.Millisecond)
	case d < time.Minute:
		d = d.Round(100 * time.Millisecond)
	default:
		d = d.Round(time.Second)
	}
	return d.String()
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return grouped(n) + " " + what + "s"
}

// grouped writes a number with commas.
func grouped[T int | int64](n T) string {
	s := strconv.FormatInt(int64(n), 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
