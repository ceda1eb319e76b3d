package progress

import (
	"math"
	"sync"
	"sync/atomic"
	"time"
)

// This file holds the node and its counters.
//
// Invariant: counting takes no lock. All else (totals, children, ends, looks)
// happens under the one mutex of the tree, so that a look sees each count once,
// also while a child's counts move to its parent, and no total that is half set.

// A Progress counts a piece of work and what it consists of. [New] makes the
// root of a tree and [Progress.Child] what is below. All methods may be called
// from any goroutine, and do nothing on a nil *Progress.
//
// It is a [braid.Tracker]: braid.Track(p) counts the tasks of a group, or the
// items of a stream.
type Progress struct {
	own       [3]atomic.Int64 // done, failed and skipped, not yet in sum
	announced atomic.Int64    // by Added; part of what was declared
	ended     atomic.Bool     // written under tree.mu

	tree   *tree
	parent *Progress // nil for a root
	name   string
	weight int
	detail bool // counts for nothing above it
	began  time.Time

	// Under tree.mu:

	total  int64 // as declared
	extent extent

	first, last, next, prev *Progress // children, and siblings, that have not ended

	sum      counts // of children that have ended; after the end, of all
	made     int64  // weight of the children that have ended
	expected int64
	leftover int64 // what End took for skipped
	over     time.Time
	watched  chan struct{} // closed by End; made for those who watch
	pace     pace
}

type tree struct{ mu sync.Mutex }

// An extent says what a declared total is.
type extent uint8

const (
	undeclared extent = iota
	known
	lowerBound
)

// New makes the root of a tree. Its time starts now. It panics if name is empty.
func New(name string) *Progress {
	if name == "" {
		panic("progress: New called with an empty name")
	}
	return &Progress{name: name, tree: new(tree), began: time.Now()}
}

// maxWeight keeps sums of weights and totals in 64 bits.
const maxWeight = 1 << 30

// Child adds a node below p, which is worth as much in p's fraction as weight of
// p's own items. A child of weight 0 is a detail, such as the bytes of one file
// below a count of files: it is shown below p, but adds neither to p's counts
// nor to its fraction.
//
// A long run ends each child when that is over ([Progress.End]), so that memory
// does not grow. The child of a node that has ended belongs to the nearest one
// above that has not; it adds to the counts but not to the fraction.
//
// It returns nil if p is nil, and panics if name is empty or weight is negative
// or above 2³⁰.
func (p *Progress) Child(name string, weight int) *Progress {
	switch {
	case name == "":
		panic("progress: Child called with an empty name")
	case weight < 0:
		panic("progress: Child called with a negative weight")
	case int64(weight) > maxWeight:
		panic("progress: Child called with a weight that is too large")
	case p == nil:
		return nil
	}
	c := &Progress{name: name, weight: weight, detail: weight == 0, tree: p.tree, began: time.Now()}
	p.tree.mu.Lock()
	defer p.tree.mu.Unlock()
	for p.ended.Load() {
		c.weight = 0
		if p.parent == nil {
			break
		}
		c.detail = c.detail || p.detail
		p = p.parent
	}
	c.parent = p
	p.link(c)
	return c
}

// Expect tells that p's children, those that there are included, will weigh as
// much as this together, so that a fraction can be known before they are made.
// Children beyond it make it more. It panics if weight is negative or above
// 2³⁰.
func (p *Progress) Expect(weight int) {
	switch {
	case weight < 0:
		panic("progress: Expect called with a negative weight")
	case int64(weight) > maxWeight:
		panic("progress: Expect called with a weight that is too large")
	case p == nil:
		return
	}
	p.tree.mu.Lock()
	defer p.tree.mu.Unlock()
	p.expected = int64(weight)
}

// Total sets how many items of its own p has, children not counted, and that
// these are all. More than that may be counted nonetheless; the total then
// follows. It panics if n is negative.
func (p *Progress) Total(n int) {
	mustNotBeNegative("Total", n)
	p.declare(known, n, false)
}

// AtLeast sets how many items of its own p has so far, while more may come;
// Total or End says that these were all. Until then p's fraction is not known.
// AtLeast(0) says just that, and what is added later does not change it. It
// panics if n is negative.
func (p *Progress) AtLeast(n int) {
	mustNotBeNegative("AtLeast", n)
	p.declare(lowerBound, n, false)
}

// AddTotal adds n to how many items of its own p has. Unless AtLeast was called,
// these are taken for all. It panics if n is negative.
func (p *Progress) AddTotal(n int) {
	mustNotBeNegative("AddTotal", n)
	p.declare(undeclared, n, true)
}

// declare sets the total, or adds n to it; what it is stays, unless it is said.
func (p *Progress) declare(e extent, n int, add bool) {
	if p == nil {
		return
	}
	p.tree.mu.Lock()
	defer p.tree.mu.Unlock()
	switch {
	case e != undeclared:
		p.extent = e
	case p.extent == undeclared:
		p.extent = known
	}
	if add {
		p.total = plus(p.total, int64(n))
	} else {
		p.total = int64(n)
	}
}

// Done counts n items of p that are done. It panics if n is negative.
//
// As with Fail and Skip, what is counted after p has ended is not lost: it takes
// the place of what End took for skipped.
func (p *Progress) Done(n int) {
	if p != nil || n < 0 {
		p.count(done, n)
	}
}

// Fail counts n items of p that failed. It panics if n is negative.
func (p *Progress) Fail(n int) {
	if p != nil || n < 0 {
		p.count(failed, n)
	}
}

// Skip counts n items of p that need not, or cannot, be done. They are dealt
// with but are no work: they do not count for the rate. It panics if n is
// negative.
func (p *Progress) Skip(n int) {
	if p != nil || n < 0 {
		p.count(skipped, n)
	}
}

// What is counted.
const (
	done = iota
	failed
	skipped
)

var methods = [...]string{done: "Done", failed: "Fail", skipped: "Skip"}

// count adds first and looks for the end afterwards; End does it the other way
// round, so that one of the two sees to the count. It stands apart so that who
// counts on nil does not even call a function.
func (p *Progress) count(what, n int) {
	mustNotBeNegative(methods[what], n)
	increase(&p.own[what], n)
	if p.ended.Load() {
		p.late()
	}
}

// increase adds n to a counter. One that wraps is set to where it does not wrap back:
// whoever looks takes what is negative for the largest number.
func increase(counter *atomic.Int64, n int) {
	if counter.Add(int64(n)) < 0 {
		counter.Store(math.MinInt64)
	}
}

func mustNotBeNegative(method string, n int) {
	if n < 0 {
		panic("progress: " + method + " called with a negative number")
	}
}
