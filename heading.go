package braid

import "strings"

// This file says which task an error of a printed tree is of: as much of its path
// as has not been said, and in a drawing where it stands. Of many errors most are
// of the same function, so that what was written last is kept for the next.

// A head is what was written of a task, and what that depends on.
type head struct {
	of    headOf
	text  string
	shown string // afterwards
}

type headOf struct {
	in                   *groupInfo
	pc                   uintptr
	site                 *Site
	name, shown          string
	body, attempt, after bool
}

// pass notes a task on the way down. One noted before needs no mention of its
// own if its path is the beginning of this one's.
func (p *printer) pass(e *TaskError) {
	if p.task != nil && !e.under(p.task) {
		p.name()
	}
	p.task = e
}

// under says whether the path of e goes on from that of above. Most often one
// look tells, and no path need be put together.
func (e *TaskError) under(above *TaskError) bool {
	if above.attempt {
		return false
	}
	if e.in != nil && above.in != nil && e.in.up == above.in {
		name := above.name
		if name == "" && !above.body {
			name = funcName(above.pc)
		}
		if e.in.task == name {
			return true
		}
	}
	return goesOn(e.Path(), above.Path())
}

// goesOn says whether path is above or leads on from there.
func goesOn(path, above string) bool {
	return above == "" || strings.HasPrefix(path+"/", above+"/")
}

// within gives the path that those of the errors below e go on from.
func (e *TaskError) within() string {
	if e.attempt {
		return e.in.path()
	}
	return e.Path()
}

// name writes the task passed last.
func (p *printer) name() {
	if p.task == nil {
		return
	}
	e := p.task
	p.task = nil
	of := headOf{e.in, e.pc, e.site, e.name, p.shown, e.body, e.attempt, e.AfterCancel}
	if p.last.of != of || p.last.text == "" { // the first has none before it
		p.last.of, p.last.text = of, p.show(e.Path())
		if e.attempt {
			p.shown = e.within()
		}
		if p.drawing {
			p.last.text = strings.TrimSpace(p.last.text + " (" + p.origin(e) + ")")
		}
		p.last.shown = p.shown
	}
	p.shown = p.last.shown
	if p.last.text != "" {
		p.join(p.last.text)
	}
}

// origin says where the task comes from.
func (p *printer) origin(e *TaskError) string {
	text := ""
	switch {
	case e.site != nil:
		text = "spawned at " + e.site.String()
	case e.pc == p.pc && p.spawned != "":
		text = p.spawned
	default:
		text = "spawned at " + siteOf(e.pc).String()
		p.pc, p.spawned = e.pc, text
	}
	if e.AfterCancel {
		text += ", after cancel"
	}
	return text
}

// show gives what is new in path, which is about to be written.
func (p *printer) show(path string) string {
	if path == "" {
		return ""
	}
	rel := path
	if p.shown != "" {
		if below, ok := strings.CutPrefix(path+"/", p.shown+"/"); ok {
			rel = strings.TrimSuffix(below, "/")
		}
	}
	p.shown = path
	return rel
}
