package braidtest_test

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/braidtest"
	"github.com/braid-go/braid/internal/seam"
)

// This file has tests of the core that have to steer tasks or to look at what has
// ended. They are there because a fault in the code, put in on purpose, was found
// by no other: see docs/proof.md.

// A gate holds the task with the name before it is looked whether that may start.
type gate struct {
	name       string
	held, open chan struct{}
}

func (g *gate) Inside(ctx context.Context) context.Context { return ctx }
func (g *gate) Pass(seam.Step)                             {}
func (g *gate) Call(seam.Step) func() error                { return nil }
func (g *gate) Hold(s seam.Step) {
	if s.Moment == seam.Start && s.Path == g.name {
		close(g.held)
		<-g.open
	}
}

func TestCore_ATaskThatWasCancelledAloneBeforeItIsCalledIsNotCalled(t *testing.T) {
	at := &gate{"late", make(chan struct{}), make(chan struct{})}
	usual := seam.Steering
	seam.Steering = func(context.Context) seam.Steer { return at }
	defer func() { seam.Steering = usual }()
	err := braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
		task := braid.Fork(g, func(context.Context) (int, error) {
			t.Error("it was called")
			return 0, nil
		}, braid.Name("late"))
		<-at.held
		task.Cancel()
		close(at.open)
		if _, err := task.Wait(ctx); !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		braidtest.WantState(t, task, braid.Skipped)
		return nil
	})
	if err != nil {
		t.Error(err)
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

func TestAStallInABubbleSaysWhatTheTaskWaitsForAndNoMore(t *testing.T) {
	braidtest.Run(t, func(t *testing.T) {
		var blocked string
		_ = braid.Run(t.Context(), func(_ context.Context, g *braid.Group) error {
			g.Go(func(context.Context) error { time.Sleep(time.Hour); return nil })
			g.Go(func(context.Context) error {
				time.Sleep(time.Second) // so that the other has begun
				return errors.New("failed")
			})
			return nil
		}, braid.Grace(time.Second), braid.OnStall(func(s braid.Stall) { blocked = s.Tasks[0].Blocked }))
		if !strings.HasSuffix(blocked, "): sleep") {
			t.Errorf("it says %q", blocked)
		}
	})
}
