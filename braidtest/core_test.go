package braidtest_test

import (
	"context"
	"errors"
	"io"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/braidtest"
	"github.com/braid-go/braid/internal/seam"
)

// This file has tests of the core that have to steer tasks or to look at what has
// ended. They are there because a fault in the code, put in on purpose, was found
// by no other: see docs/proof.md.

func TestCore_ATaskThatWasCancelledAloneBeforeItIsCalledIsNotCalled(t *testing.T) {
	tooLate := 0
	braidtest.Explore(t, 50, func(ctx context.Context) error {
		var cancelled, called, missed atomic.Bool
		var task *braid.Task[int]
		err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
			task = braid.Fork(g, func(context.Context) (int, error) {
				called.Store(true)
				missed.Store(cancelled.Load())
				return 0, nil
			})
			g.Go(func(context.Context) error {
				task.Cancel()
				cancelled.Store(true)
				return nil
			})
			return nil
		})
		switch {
		case missed.Load():
			return errors.New("it was called after it had been cancelled")
		case called.Load():
			tooLate++
		case task.State() != braid.Skipped:
			return errors.New("it was not called and is " + task.State().String())
		}
		return err
	})
	if tooLate == 0 || tooLate == 50 {
		t.Errorf("of 50 cancels %d were too late", tooLate)
	}
}

func TestCore_ATaskThatPassesAFailureOnHasFailedForWhoLooksToo(t *testing.T) {
	var before uint64
	for _, p := range seam.Recent(0) {
		before = max(before, p.N)
	}
	err := braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
		task := braid.Fork(g, func(context.Context) (int, error) { return 0, io.EOF })
		g.Go(func(ctx context.Context) error {
			_, err := task.Wait(ctx)
			return err
		}, braid.Name("passes it on"))
		return nil
	}, braid.Name("chain"), braid.Supervised) // or the second might be skipped
	if !errors.Is(err, io.EOF) {
		t.Fatal(err)
	}
	past := seam.Recent(before)
	if !slices.ContainsFunc(past, func(p seam.Past) bool {
		return p.Path == "chain/passes it on" && braid.State(p.State) == braid.Failed
	}) {
		t.Errorf("it is not among those that have failed: %+v", past)
	}
}
