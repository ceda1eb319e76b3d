// Package report draws what became of each command as a tree.
package report

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/mattn/go-runewidth"
)

// A State is what became of a command.
type State int

const (
	Succeeded State = iota
	Failed
	Stopped    // it was running when something else ended it
	NotStarted // its turn never came
)

// A Line is one command of the report.
type Line struct {
	State  State
	Label  string
	Detail string   // "exit status 3, 1.1s"
	Notes  []string // lines below it
}

var marks = [...]struct{ mark, colour string }{
	Succeeded:  {"✓", "32"},
	Failed:     {"✗", "31"},
	Stopped:    {"■", "33"},
	NotStarted: {"·", "2"},
}

// Write draws the tree under its title.
func Write(w io.Writer, title string, lines []Line, colour bool) {
	paint := func(code, s string) string {
		if !colour || s == "" {
			return s
		}
		return "\x1b[" + code + "m" + s + "\x1b[0m"
	}
	var b strings.Builder
	fmt.Fprintln(&b, title)
	width := 0
	for _, l := range lines {
		width = max(width, runewidth.StringWidth(l.Label))
	}
	for i, l := range lines {
		branch, below := "├─ ", "│  "
		if i == len(lines)-1 {
			branch, below = "└─ ", "   "
		}
		m := marks[l.State]
		line := branch + paint(m.colour, m.mark) + " " + runewidth.FillRight(l.Label, width) + "  " + l.Detail
		fmt.Fprintln(&b, strings.TrimRight(line, " "))
		for _, note := range l.Notes {
			fmt.Fprintln(&b, strings.TrimRight(below+"    "+paint("2", note), " "))
		}
	}
	_, _ = io.WriteString(w, b.String())
}

// Duration shows a time as people say it: 3ms, 1.2s, 2m03s, 1h04m.
func Duration(d time.Duration) string {
	switch {
	case d < 100*time.Millisecond:
		return fmt.Sprintf("%dms", d.Milliseconds())
	case d < 59950*time.Millisecond:
		return fmt.Sprintf("%.1fs", d.Seconds())
	case d < time.Hour:
		s := int(d.Round(time.Second).Seconds())
		return fmt.Sprintf("%dm%02ds", s/60, s%60)
	default:
		m := int(d.Round(time.Minute).Minutes())
		return fmt.Sprintf("%dh%02dm", m/60, m%60)
	}
}
