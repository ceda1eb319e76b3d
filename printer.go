package braid

import (
	"fmt"
	"strconv"
	"strings"
)

// This file walks a tree of errors to print it, on one line or as a drawing.
// What is kept: the walk does not recurse, and takes time linear in what it
// prints. An entry is a line of the tree down to where it branches or ends, so
// that groups with a single failure take no room, and says of a path only what
// the entry above has not said.

const (
	// lineEntries is how many entries one line has; the others are counted.
	lineEntries = 16
	// drawnEntries ends the drawing of a tree that is tied to itself.
	drawnEntries = 1 << 20
	// drawnLevels is how many branches one below the other are drawn; what is
	// deeper is given on one line. The path of a node is as long as it is
	// deep, so that drawing all of them would not be linear.
	drawnLevels = 64
	// maxWrappers is how many foreign wrappers above groups are asked for
	// their own words: each takes the text of all that is below it.
	maxWrappers = 64
	// maxAhead is how many bytes are allocated at once for what may come.
	maxAhead = 1 << 20
)

type printer struct {
	strings.Builder
	left     int        // how many entries there may still be
	shown    string     // the path that need not be written again
	task     *TaskError // the innermost task passed, not written yet
	begun    bool       // whether the entry needs a colon to go on
	drawing  bool
	margin   string // of a drawing: what stands before further lines of the entry
	wrappers int
	probe    tree

	pc      uintptr // of the task whose place was asked for last:
	spawned string  // the next one mostly has the same
	last    head    // likewise
}

func oneLine(err error) string {
	p := printer{left: lineEntries}
	p.print(err)
	return p.String()
}

func drawn(err error) string {
	p := printer{left: drawnEntries, drawing: true, wrappers: maxWrappers, probe: tree{reach: maxDepth}}
	p.print(err)
	return p.String()
}

// A fork is a branch of which entries are still to be printed.
type fork struct {
	errs   []error
	next   int
	shown  string
	margin string
	inner  string // the margin of all but the last
	at     int    // where the text of the first begins
}

func (p *printer) print(err error) {
	var above []fork
	if below := p.entry(err); below != nil {
		above = append(above, fork{errs: below, shown: p.shown, at: p.Len()})
	}
	for len(above) > 0 {
		f := &above[len(above)-1]
		more := len(f.errs) - f.next
		if more > 0 {
			p.begin(f)
		}
		if more > 0 && p.left > 0 {
			f.next++
			if p.drawing && len(above) == drawnLevels {
				deep := printer{left: lineEntries, shown: p.shown}
				deep.print(f.errs[f.next-1])
				p.leaf(deep.String())
				continue
			}
			if below := p.entry(f.errs[f.next-1]); below != nil {
				p.left--
				if !p.drawing {
					p.WriteByte('[')
				}
				above = append(above, fork{errs: below, shown: p.shown, margin: p.margin, at: p.Len()})
			}
			continue
		}
		if more > 0 {
			p.WriteString("and " + strconv.Itoa(more) + " more")
		}
		if len(above) > 1 && !p.drawing {
			p.WriteByte(']')
		}
		above = above[:len(above)-1]
	}
}

// begin goes to where the next entry of f is written.
func (p *printer) begin(f *fork) {
	p.task, p.begun, p.shown = nil, false, f.shown
	if !p.drawing {
		if f.next > 0 {
			p.WriteString("; ")
		}
		return
	}
	if f.next == lineEntries { // as a rule the others are as long
		p.Grow(min((p.Len()-f.at)/f.next*(len(f.errs)-f.next), maxAhead))
	}
	p.WriteByte('\n')
	p.WriteString(f.margin)
	if f.next == len(f.errs)-1 || p.left <= 0 {
		p.WriteString("└─ ")
		p.margin = f.margin + "   "
		return
	}
	p.WriteString("├─ ")
	if f.inner == "" {
		f.inner = f.margin + "│  "
	}
	p.margin = f.inner
}

// entry writes err down to its first branch and gives the errors below that,
// nil if there is none.
func (p *printer) entry(err error) []error {
	for range 2 * maxDepth { // an end for a line that is tied to itself
		if absent(err) {
			p.leaf("<nil>")
			return nil
		}
		switch e := err.(type) {
		case *TaskError:
			p.pass(e)
			err = e.Err
			continue
		case *GroupError:
			if len(e.errs) == 1 && e.dropped == 0 && e.cut == nil {
				err = e.errs[0]
				continue
			}
			about := counted(len(e.errs), e.dropped)
			if e.cut != nil {
				about += ", cut short by " + onOneLine(textOf(e.cut))
			}
			p.branch(e.Path(), about, len(e.errs) > 0)
			if len(e.errs) == 0 {
				p.left--
				return nil
			}
			return e.errs
		case *TimeoutError:
			if says(e.Err) && p.left > 0 {
				p.left--
				p.say(e.headline())
				err = e.Err
				continue
			}
			p.leaf(e.headline())
			return nil
		case *PanicError:
			return p.panicked(e)
		}
		one, many := p.through(err)
		if many != nil {
			p.branch("", counted(len(many), 0), true)
			return many
		}
		if one == nil {
			p.leaf(p.text(err))
			return nil
		}
		err = one
	}
	p.leaf("…")
	return nil
}

// through gives what is below a foreign error that is to be printed as a node
// and not by its own Error. On one line that is only what errors.Join made,
// whose text has a line for each; in a drawing, all that has groups below.
func (p *printer) through(err error) (one error, many []error) {
	if isJoined(err) {
		one, many, _ = below(err)
		return one, many
	}
	if p.wrappers <= 0 {
		return nil, nil
	}
	l := p.probe.line(err, 0, func(n error) verdict {
		if structural(n) {
			return take
		}
		return descend
	})
	if l.verdict != take {
		return nil, nil
	}
	p.wrappers--
	one, many, _ = below(err)
	was := many
	if one != nil {
		was = []error{one}
	}
	own := (&part{err, was, make([]error, len(was))}).Error()
	if own = strings.TrimRight(own, "…: "); own != "" {
		p.say(own)
	}
	return one, many
}

func (p *printer) leaf(text string) {
	p.left--
	p.say(text)
}

// say writes text behind the path of the task it belongs to.
func (p *printer) say(text string) {
	p.name()
	p.join(text)
}

func (p *printer) join(text string) {
	if p.begun {
		p.WriteString(": ")
	}
	p.begun = true
	if strings.Contains(text, "\n") {
		if p.drawing {
			text = strings.ReplaceAll(text, "\n", "\n"+p.margin+"   ")
		} else {
			text = onOneLine(text)
		}
	}
	p.WriteString(text)
}

// onOneLine joins the lines of a text that has several.
func onOneLine(text string) string {
	var lines []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	return strings.ReplaceAll(strings.Join(lines, "; "), ":; ", ": ")
}

// text gives what a leaf says of itself: in a drawing, errors that carry a
// stack show it.
func (p *printer) text(err error) string {
	if !p.drawing {
		return textOf(err)
	}
	if _, ok := err.(fmt.Formatter); !ok {
		return strings.TrimSpace(textOf(err)) // what fmt would print, which takes longer
	}
	return strings.TrimSpace(fmt.Sprintf("%+v", err))
}

// branch writes the head of a group: "server (2 errors, 9 more dropped):", without the colon if nothing follows.
func (p *printer) branch(path, about string, more bool) {
	within := path
	if p.task != nil {
		task := p.task.Path()
		if path == "" {
			within = p.task.within()
		}
		if goesOn(task, path) { // a group above is where the task works for itself
			path = task
		}
		if goesOn(path, task) { // one name will do for both
			if p.drawing {
				about += ", " + p.origin(p.task)
			}
			p.task = nil
		}
	}
	p.name()
	if rel := p.show(path); rel != "" {
		about = rel + " (" + about + ")"
	}
	if path != "" {
		p.shown = within
	}
	p.join(about)
	if !more {
		return
	}
	p.WriteByte(':')
	if !p.drawing {
		p.WriteByte(' ')
	}
}

// panicked writes a panic, in a drawing with its stack and above its siblings.
func (p *printer) panicked(e *PanicError) []error {
	head := e.headline()
	if p.task != nil || p.shown != "" { // the path is said, or about to be
		head = "panic: " + e.value()
	}
	if !p.drawing {
		p.leaf(head)
		return nil
	}
	if stack := e.innermost().Stack; len(stack) > 0 {
		head += "\n" + strings.TrimSpace(string(stack))
	}
	p.leaf(head)
	if e.Siblings == nil {
		return nil
	}
	return []error{e.Siblings}
}
