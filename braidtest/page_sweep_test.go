package braidtest_test

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/braidtest"
)

type bank map[string]int

// The bug: who is interrupted between the two steps loses the money.
func (b bank) transfer(ctx context.Context, from, to string, amount int) error {
	b[from] -= amount
	if err := braid.Sleep(ctx, time.Second); err != nil { // the other branch is far away
		return err
	}
	b[to] += amount
	return nil
}

func Example_testingCancelSweep() {
	tryReal("TestTransfer", func(t *testing.T) {
		var b bank
		braidtest.CancelSweep(t, func(ctx context.Context) error {
			b = bank{"ann": 100, "bob": 0}
			return b.transfer(ctx, "ann", "bob", 40)
		}, braidtest.Invariant(func(error) error {
			if sum := b["ann"] + b["bob"]; sum != 100 {
				return fmt.Errorf("of 100 in the bank %d are left", sum)
			}
			return nil
		}))
	})
	// Output:
	// TestTransfer: cancelled at point 1 of 3, where ctx.Err is asked for by braid.Sleep, called in braidtest_test.bank.transfer (page_sweep_test.go:N)
	// the invariant does not hold: of 100 in the bank 60 are left
	// fn returned: context canceled: by braidtest, at point 1
	// To see this run alone: BRAIDTEST_REPLAY='point 1' go test -run '^TestTransfer$'
}

// A theatre sells seats: it holds one, and charges the card at the same time.
type theatre struct{ free int }

func (th *theatre) sell(ctx context.Context, charge func(context.Context) error) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		g.Go(th.hold, braid.Name("hold"))
		g.Go(charge, braid.Name("charge"))
		return nil
	}, braid.Name("sell"))
}

func (th *theatre) hold(context.Context) error {
	th.free--
	return nil // the bug: nobody gives the seat back if the card is refused
}

func Example_testingFailSweep() {
	charge := func(ctx context.Context) error { return braid.Sleep(ctx, time.Second) }

	tryReal("TestSell", func(t *testing.T) {
		var th *theatre
		braidtest.FailSweep(t, func(ctx context.Context) error {
			th = &theatre{free: 10}
			return th.sell(ctx, charge)
		}, braidtest.Invariant(func(err error) error {
			if err != nil && th.free != 10 {
				return errors.New("a seat is held that nobody has paid for")
			}
			return nil
		}))
	})
	// Output:
	// TestSell: task 2 failed with an error: task sell/charge, of the function at page_sweep_test.go:N
	// the invariant does not hold: a seat is held that nobody has paid for
	// fn returned: sell/charge: injected by braidtest: task 2
	// To see this run alone: BRAIDTEST_REPLAY='task 2 error' go test -run '^TestSell$'
}

// The bug: that the price is there before the text is written is only usual.
func offer(ctx context.Context) (text string, err error) {
	var price atomic.Int64
	err = braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		g.Go(func(context.Context) error { price.Store(40); return nil }, braid.Name("price"))
		g.Go(func(context.Context) error { return nil }, braid.Name("picture"))
		g.Go(func(context.Context) error { text = fmt.Sprint("chair, ", price.Load()); return nil }, braid.Name("text"))
		return nil
	}, braid.Name("offer"))
	return text, err
}

func Example_testingExplore() {
	tryReal("TestOffer", func(t *testing.T) {
		braidtest.Explore(t, 100, func(ctx context.Context) error {
			text, err := offer(ctx)
			if err == nil && text != "chair, 40" {
				err = fmt.Errorf("the offer is %q", text)
			}
			return err
		})
	})
	// Output:
	// TestOffer: under seed 12, which takes no more than this:
	//   task offer/text starts before task offer/price starts
	// fn returned: the offer is "chair, 0"
	// To see this run alone: BRAIDTEST_REPLAY='choices 4:2' go test -run '^TestOffer$'
}
