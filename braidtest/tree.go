package braidtest

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/braid-go/braid"
)

// This file compares the shape of an error tree with a text.

// WantTree fails the test if the tree of err is not of the shape that want
// draws: a line for each group, task and error, indented below what it is in.
//
//	braidtest.WantTree(t, err, `
//		server
//			accept
//				conn: unexpected EOF
//			cache: no space left (after cancel)
//			(body): gave up
//	`)
//
// A group or task goes by its path, without what the line above has said of it;
// a group without a name goes by "group", a body by "(body)". What a task failed with stands behind a
// colon, on one line. A task whose error came after its cancellation says so. A
// panic is "panic: " and its value, what errors.Join made is "errors". Other
// errors are not taken apart. No error is no line.
//
// The order of siblings counts: it is that in which they ended, the body's last.
// Where that is a matter of chance, make it none in the test: in [Run], let them end
// at different times; or give the group Limit(1), so that one ends after the other.
//
// How deep lines are indented does not count, only which is deeper than which.
// A star stands for any text within its line. If the shape is another, the
// message shows the lines that are missing and those that are too many. WantTree
// panics if t is nil.
func WantTree(t testing.TB, err error, want string) {
	needTest("WantTree", t)
	t.Helper()
	g, w := shape(err), outline(want)
	if same, text := diff(g, w); !same {
		t.Errorf("the error is of another shape; - is missing, + is too many:\n%s", text)
	}
}

func needTest(caller string, t testing.TB) {
	if t == nil {
		panic("braidtest: " + caller + " called with a nil test")
	}
}

// shape gives the lines of a tree.
func shape(err error) []string {
	var s shaper
	s.add(0, "", err)
	return s.lines
}

type shaper struct{ lines []string }

// maxDepth ends a tree that is tied to itself.
const maxDepth = 1000

func (s *shaper) line(depth int, text string) {
	text = strings.Join(strings.Fields(strings.ReplaceAll(text, "\n", " ")), " ")
	s.lines = append(s.lines, strings.Repeat("  ", depth)+text)
}

// add writes err below what the path above belongs to.
func (s *shaper) add(depth int, above string, err error) {
	if err == nil || depth > maxDepth {
		return
	}
	if v := reflect.ValueOf(err); v.Kind() == reflect.Pointer && v.IsNil() {
		s.line(depth, fmt.Sprintf("%T(nil)", err))
		return
	}
	switch e := err.(type) {
	case *braid.GroupError:
		s.line(depth, or(relative(e.Path(), above), "group"))
		s.all(depth+1, e.Path(), e.Unwrap())
	case *braid.TaskError:
		s.task(depth, above, e)
	case *braid.PanicError:
		s.line(depth, panicked(e))
		s.add(depth+1, above, e.Siblings)
	case interface{ Unwrap() []error }:
		s.line(depth, "errors")
		s.all(depth+1, above, e.Unwrap())
	default:
		s.line(depth, text(err))
	}
}

func (s *shaper) all(depth int, above string, errs []error) {
	for _, err := range errs {
		s.add(depth, above, err)
	}
}

func (s *shaper) task(depth int, above string, e *braid.TaskError) {
	name, late := or(relative(e.Path(), above), "(body)"), ""
	if e.AfterCancel {
		late = " (after cancel)"
	}
	switch in := e.Err.(type) {
	case *braid.GroupError:
		s.line(depth, name+late)
		if in.Path() == e.Path() { // a group without a name is where the task works
			s.all(depth+1, e.Path(), in.Unwrap())
			return
		}
		s.add(depth+1, e.Path(), in)
	case *braid.PanicError:
		s.line(depth, name+": "+panicked(in)+late)
		s.add(depth+1, e.Path(), in.Siblings)
	case *braid.TaskError, interface{ Unwrap() []error }:
		s.line(depth, name+late)
		s.add(depth+1, e.Path(), e.Err)
	default:
		s.line(depth, name+": "+text(e.Err)+late)
	}
}

func panicked(e *braid.PanicError) string { return "panic: " + fmt.Sprint(e.Value) }

// text gives what an error says, also if that panics.
func text(err error) string { return fmt.Sprintf("%v", err) }

// relative gives what a path adds to the one above it.
func relative(path, above string) string {
	if path == above {
		return ""
	}
	return strings.TrimPrefix(path, above+"/")
}

func or(text, other string) string {
	if text == "" {
		return other
	}
	return text
}

// outline gives the lines of a drawing, each with two spaces for every line
// above that it stands below.
func outline(text string) (lines []string) {
	var above []int // how deep those are that the line stands below
	for line := range strings.Lines(text) {
		bare := strings.TrimSpace(line)
		if bare == "" {
			continue
		}
		indent := len(line) - len(strings.TrimLeft(line, " \t"))
		for len(above) > 0 && above[len(above)-1] >= indent {
			above = above[:len(above)-1]
		}
		lines = append(lines, strings.Repeat("  ", len(above))+bare)
		above = append(above, indent)
	}
	return lines
}
