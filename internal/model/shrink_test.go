package model

import "slices"

// This file makes a program that fails smaller, as long as it fails.

// shrink tries to leave out whatever can be left out.
func shrink(p *Program, fails func(*Program) bool) *Program {
	for again := true; again; {
		again = false
		for _, change := range changes(p) {
			undo := change()
			if undo == nil {
				continue
			}
			if fails(p) {
				again = true
				break
			}
			undo()
		}
	}
	return p
}

// A change alters the program, and gives what undoes that; nil if there is
// nothing to alter.
type change func() (undo func())

func set[T comparable](at *T, v T) change {
	return func() func() {
		old := *at
		if old == v {
			return nil
		}
		*at = v
		return func() { *at = old }
	}
}

func changes(p *Program) (all []change) {
	all = append(all, set(&p.Dies, 0), set(&p.Deadline, false))
	var group func(g *Group)
	var script func(s *Script)
	group = func(g *Group) {
		all = append(all, set(&g.Limit, 0), set(&g.Supervised, false), set(&g.PanicsAsErrors, false))
		script(g.Body)
	}
	script = func(s *Script) {
		for i := range s.Acts {
			all = append(all, func() func() {
				old := s.Acts
				s.Acts = slices.Delete(slices.Clone(old), i, i+1)
				return func() { s.Acts = old }
			})
		}
		for i, a := range s.Acts {
			var in *Script
			switch {
			case a.Task != nil:
				in = a.Task.Body
			case a.Group != nil:
				in = a.Group.Body
			case a.Body != nil:
				in = a.Body
			}
			if in != nil {
				all = append(all, func() func() {
					old := s.Acts
					s.Acts = slices.Replace(slices.Clone(old), i, i+1, in.Acts...)
					return func() { s.Acts = old }
				})
			}
		}
		all = append(all, set(&s.End, OK))
		for i := range s.Acts {
			a := &s.Acts[i]
			all = append(all, set(&a.Level, 0), set(&a.Err, Ignore))
			if a.Task != nil {
				all = append(all, set(&a.Task.Background, false), set(&a.Task.Always, false), set(&a.Task.Weight, 0))
				script(a.Task.Body)
			}
			if a.Group != nil {
				group(a.Group)
			}
			if a.Body != nil {
				script(a.Body)
			}
		}
	}
	group(p.Root)
	return all
}
