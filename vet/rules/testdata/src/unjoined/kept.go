package unjoined

import (
	"context"
	"sync"

	"golang.org/x/sync/errgroup"
)

// Kept in a field where nobody waits for it.

type hub struct{ g *errgroup.Group }

func newHub(ctx context.Context) *hub {
	g, ctx := errgroup.WithContext(ctx)
	h := &hub{g: g}
	g.Go(func() error { return work(ctx) }) // want `g is never waited for`
	return h
}

type pumps struct {
	group *errgroup.Group
	wg    *sync.WaitGroup
}

func (p *pumps) init(ctx context.Context) {
	g, _ := errgroup.WithContext(ctx)
	g.SetLimit(4)
	p.group = g
	var wg sync.WaitGroup
	p.wg = &wg
}

func (p *pumps) start() {
	if p.group != nil {
		p.group.Go(do) // want `group is never waited for in this package`
	}
	p.wg.Add(1) // its address is taken: not followed
	go func() {
		defer p.wg.Done()
		_ = do()
	}()
}

// Somebody waits, or may.

type keepers struct {
	g, lent, given, asked, Open *errgroup.Group
	wait                        func() error
}

func newKeepers(ctx context.Context) *keepers {
	g, ctx := errgroup.WithContext(ctx)
	w := &keepers{g: g}
	g.Go(func() error { return work(ctx) })
	return w
}

func (w *keepers) close() error { return w.g.Wait() }

func newLent(hand func(*errgroup.Group)) *keepers {
	g := new(errgroup.Group)
	w := &keepers{lent: g}
	g.Go(do)
	hand(w.lent)
	return w
}

func newGiven(g *errgroup.Group) *keepers {
	w := &keepers{given: g}
	w.given.Go(do)
	return w
}

func newAsked() *keepers {
	g := new(errgroup.Group)
	w := &keepers{asked: g}
	g.Go(do)
	w.wait = w.asked.Wait
	return w
}

func newOpen() *keepers {
	g := new(errgroup.Group)
	g.Go(do)
	return &keepers{Open: g}
}

type aWhile struct{ g *errgroup.Group }

func (l *aWhile) more() { l.g.Go(do) }

func keptForAWhile() error {
	g := new(errgroup.Group)
	l := &aWhile{g: g}
	l.more()
	return g.Wait()
}

func keptAndHanded(list []*errgroup.Group) []*errgroup.Group {
	g := new(errgroup.Group)
	_ = &hub{g: g}
	g.Go(do)
	return append(list, g)
}

// Globals.

var tasks *errgroup.Group

func setup(ctx context.Context) {
	tasks, ctx = errgroup.WithContext(ctx)
	tasks.Go(func() error { return work(ctx) }) // want `tasks is never waited for in this package`
}

var waited1, waited2 errgroup.Group

func setupWaited() {
	waited1.Go(do)
	waited2.Go(do)
	more := &waited2
	_ = more
}

func teardown() error { return waited1.Wait() }

var counts sync.WaitGroup

func count() {
	counts.Add(1)
	go func() { defer counts.Done() }()
}

var Shared errgroup.Group

func share() { Shared.Go(do) }

var fromElsewhere = made()

func made() *errgroup.Group { return new(errgroup.Group) }

func useMade() { fromElsewhere.Go(do) }
