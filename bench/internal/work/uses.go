package work

import (
	"fmt"
	"iter"
)

// This file is the two ends of a pipeline that are measured with it: a source
// whose items take time to come, and the use of what comes out.

// costly gives the numbers below n, each after that many steps.
func costly(n, steps int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := range n {
			if spin(steps, i) == 0 || !yield(i) {
				return
			}
		}
	}
}

func same(i int) int { return i }

// Uses are the use of a stream's results, which have to be want(0), want(1), ….
type uses struct {
	wrong *wrong
	want  func(i int) int
	next  int
}

func usesInOrder(w *wrong, want func(i int) int) *uses { return &uses{wrong: w, want: want} }

// use is told each result, and wants more.
func (u *uses) use(v int) bool {
	if want := u.want(u.next); v != want {
		u.wrong.add(fmt.Errorf("got %d in place of %d", v, want))
	}
	u.next++
	return true
}

// ended is told how the stream ended, and after how many results it should have.
func (u *uses) ended(err error, n int) {
	if err != nil {
		u.wrong.add(err)
	}
	if u.next != n {
		u.wrong.add(fmt.Errorf("%d results, want %d", u.next, n))
	}
}
