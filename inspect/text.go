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
	fmt.Fprintf(w, "%s (pid %d) at %s: %s, %s running, %s queued\n", oneLine(s.Program), s.PID, s.Time.Format(time.RFC3339),
		plural(s.Totals.Groups, "group"), plural(s.Totals.Running, "task"), grouped(s.Totals.Queued))
	d := drawing{s: s, w: w, in: map[string][]*Node{}}
	shown := map[string]bool{}
	for _, n := range s.Nodes {
		shown[n.ID] = true
	}
	for _, n := range s.Nodes {
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
	if s.Truncated > 0 {
		fmt.Fprintf(w, "…and %s that are not shown\n", grouped(s.Truncated))
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
	if n.Type == "more" {
		return "…and " + grouped(n.Count) + " more like " + oneLine(n.Name) + ", " + n.State
	}
	parts := []string{oneLine(n.Name)}
	say := func(format string, args ...any) { parts = append(parts, fmt.Sprintf(format, args...)) }
	switch n.Type {
	case "group":
		say("%s", n.Kind)
		if n.State != "open" {
			say("%s", n.State)
		}
	default:
		if n.State == "queued" {
			say("queued")
		}
		if n.Kind != "ordinary" {
			say("%s", n.Kind)
		}
	}
	if n.Shielded {
		say("shielded")
	}
	if n.State != "queued" {
		say("%s", span(d.s.Time.Sub(n.Since)))
	}
	if n.Weight > 0 {
		say("weight %d", n.Weight)
	}
	if n.Limit > 0 {
		say("%d of %d slots", n.Used, n.Limit)
	}
	if n.Queued > 0 {
		say("%s queued", grouped(n.Queued))
	}
	if c := n.Counts; c != nil {
		for _, e := range []struct {
			n    int64
			what string
		}{{c.Succeeded, "succeeded"}, {c.Failed, "failed"}, {c.Cancelled, "cancelled"}, {c.Skipped, "skipped"}} {
			if e.n > 0 {
				say("%s %s", grouped(e.n), e.what)
			}
		}
	}
	if p := n.Progress; p != nil {
		if p.Total > 0 {
			say("%s of %s done", grouped(p.Done), grouped(p.Total))
		} else {
			say("%s done", grouped(p.Done))
		}
	}
	if n.Deadline != nil {
		if left := n.Deadline.At.Sub(d.s.Time); left > 0 {
			say("deadline in %s", span(left))
		} else {
			say("deadline passed %s ago", span(-left))
		}
	}
	if w := n.Waits; w != nil {
		text := "waits for " + w.For
		switch w.For {
		case "task":
			text = "waits for " + oneLine(w.Path)
		case "slot":
			text = "waits for a slot"
		case "join":
			text = "joins " + oneLine(w.Path)
		}
		if w.More > 0 {
			text += fmt.Sprintf(" and %d more", w.More)
		}
		if w.Ring {
			text += ", IN A RING"
		}
		say("%s", text)
	}
	if c := n.Cancelled; c != nil {
		text := "CANCELLED"
		if !c.At.IsZero() {
			text += " " + span(d.s.Time.Sub(c.At)) + " ago"
		}
		say("%s: %s", text, oneLine(c.Cause))
	}
	if b := n.Blocked; b != nil {
		if b.In == "" {
			say("%s", b.Doing)
		} else {
			say("%s in %s (%s)", b.Doing, lastElement(b.In), lastElement(b.Site))
		}
	}
	if n.Site != "" && n.Type != "body" {
		say("%s", lastElement(n.Site))
	}
	return strings.Join(parts, " · ")
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
