// Package work has the workloads, and what does them: braid, its peers, and code
// written by hand.
//
// A file is a pattern (map.go, first.go, …), which says exactly what is done and
// what is promised, the same for everybody, and has a test that holds every
// adapter to it; or a peer (peer_errgroup.go, …) with an adapter for each pattern
// that the peer has. A new pattern is a new file: it makes itself known.
package work

import (
	"cmp"
	"context"
	"fmt"
	"slices"
)

// A Workload is a row of the table: a pattern at one size.
type Workload struct {
	Name  string // as "map/10ns"
	About string // what the pattern is and promises
	Unit  string // what the time is of: "item", "call"
	N     int    // how many units are measured at once
	Small int    // how many are enough for a test
	Of    string // what is measured, Time or Bytes
	Kind  Kind   // which table it is for
	Procs int    // what GOMAXPROCS is set to, 0 for what it is anyway

	// Blocks says that all units are there at the same time, so that each holds
	// a goroutine, whoever does it.
	Blocks bool

	// Workloads of a family are one at several sizes, for the table of growth.
	Family string
	Size   int

	place   int
	peers   func() []string
	prepare func(peer string, n int, end func(func())) (Job, bool)
}

// What a workload may measure.
const (
	Time  = ""      // how long it takes
	Bytes = "bytes" // memory that is held
)

// A Kind says in which table a workload stands.
type Kind int

const (
	Cost     Kind = iota // the table of all
	Growth               // only that of how cost grows
	Latency              // that of distributions of latencies
	Fairness             // that of what others in the process notice
)

// A Job is a workload ready to be done by one peer. Do is what is measured, and
// may be called again and again; Check says what was wrong with all that has
// been done so far. What a program makes once, a pool or a policy, was made
// before.
type Job struct {
	Do    func()
	Check func() error

	// Amount, if it is set, gives what the last Do measured itself, for all
	// units, instead of the time it took.
	Amount func() float64
	// Figures, if it is set, gives what all calls of Do have measured together.
	Figures func() []float64
	// Units is how many there were in one Do, where that is not what was asked
	// for: work that comes in lumps.
	Units int
}

// Peers names who has an adapter for the workload, in the order of the table.
func (w *Workload) Peers() []string { return w.peers() }

// Prepare makes the job of n units for a peer. What end is given has to be
// called when the job is no longer needed. It reports an error if the peer has
// no adapter.
func (w *Workload) Prepare(peer string, n int, end func(func())) (Job, error) {
	job, ok := w.prepare(peer, n, end)
	if !ok {
		return Job{}, fmt.Errorf("%s has no adapter for %s", peer, w.Name)
	}
	return job, nil
}

var workloads []*Workload

// All gives the workloads of all tables, in their order.
func All() []*Workload {
	return slices.SortedStableFunc(slices.Values(workloads), func(a, b *Workload) int { return cmp.Compare(a.place, b.place) })
}

// Find gives the workload of that name, or nil.
func Find(name string) *Workload {
	for _, w := range workloads {
		if w.Name == name {
			return w
		}
	}
	return nil
}

// A pattern is what adapters of type F do. Its rows are workloads.
type pattern[F any] struct {
	adapters map[*Peer]func(end func(func())) F
	place    int
	about    string
}

// A row is a workload of a pattern: it makes the job of n units, to be done by f
// under a context that can be cancelled, as that of any server is.
type row[F any] struct {
	name     string
	unit     string
	n, small int
	job      func(ctx context.Context, f F, n int) Job
}

// newPattern makes a pattern known; place says where its rows stand in the table.
func newPattern[F any](place int, about string, rows ...row[F]) *pattern[F] {
	p := &pattern[F]{adapters: make(map[*Peer]func(func(func())) F), place: place, about: about}
	for _, r := range rows {
		p.add(r)
	}
	return p
}

// add gives the pattern one more row, and what it may be told besides.
func (p *pattern[F]) add(r row[F], options ...func(*Workload)) *pattern[F] {
	w := &Workload{
		Name: r.name, About: p.about, Unit: r.unit, N: r.n, Small: r.small, place: p.place,
		peers: p.peers,
		prepare: func(peer string, n int, end func(func())) (Job, bool) {
			for at, make := range p.adapters {
				if at.Name == peer {
					ctx, cancel := context.WithCancel(context.Background())
					end(cancel)
					return r.job(ctx, make(end), n), true
				}
			}
			return Job{}, false
		},
	}
	for _, option := range options {
		option(w)
	}
	workloads = append(workloads, w)
	return p
}

// what says what the functions do in this row, after what the pattern says.
func what(about string) func(*Workload) {
	return func(w *Workload) { w.About += " " + about }
}

// at gives a row another place in the table than the pattern has.
func at(place int) func(*Workload) { return func(w *Workload) { w.place = place } }

// only leaves peers out that the row has nothing to tell of.
func only(peers ...string) func(*Workload) {
	return func(w *Workload) {
		all := w.peers
		w.peers = func() []string {
			return slices.DeleteFunc(all(), func(peer string) bool { return !slices.Contains(peers, peer) })
		}
	}
}

// size makes the row one of a family.
func size(family string, n int) func(*Workload) {
	return func(w *Workload) { w.Family, w.Size = family, n }
}

// held says that the row measures memory.
func held(w *Workload) { w.Of = Bytes }

// blocks says that all tasks are there at once.
func blocks(w *Workload) { w.Blocks = true }

// kind says that the row stands in a table of its own.
func kind(k Kind) func(*Workload) { return func(w *Workload) { w.Kind = k } }

func (p *pattern[F]) peers() []string {
	var names []string
	for _, at := range Peers() {
		if p.adapters[at] != nil {
			names = append(names, at.Name)
		}
	}
	return names
}

// by gives the pattern an adapter that needs no preparation.
func (p *pattern[F]) by(f F) adapter {
	return p.making(func(func(func())) F { return f })
}

// making gives the pattern an adapter with something that a program makes once;
// end is given what closes it.
func (p *pattern[F]) making(make func(end func(func())) F) adapter {
	return func(at *Peer) { p.adapters[at] = make }
}
