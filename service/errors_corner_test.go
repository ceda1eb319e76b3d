package service_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/service"
)

// This file shows which failures are kept for how long.

func TestNoFailureOfAStopIsForgottenHoweverLongThatTakes(t *testing.T) {
	in(t, func(t *testing.T, j *journal) {
		err := service.Run(t.Context(), []service.Part{
			{Name: "first", Run: ends(time.Second, failing(errOne))},
			{Name: "last", Run: func(ctx context.Context, ready func()) error {
				ready()
				<-service.Stopping(ctx)
				time.Sleep(5 * time.Second)
				return errTwo
			}},
		}, service.Intensity(1, time.Second), service.Log(quietLog))
		wantFailures(t, err, "first: one went wrong", "last: two went wrong")
	})
}

func TestWhatWasDroppedAndIsAWindowOldIsNotCounted(t *testing.T) {
	in(t, func(t *testing.T, j *journal) {
		n := 0
		err := service.Run(t.Context(), []service.Part{
			{Name: "a", Restart: service.OnFailure, Run: func(ctx context.Context, ready func()) error {
				if n++; n <= 2*braid.DefaultKeep {
					return errOne
				}
				return obeys(0, 0)(ctx, ready)
			}},
			{Name: "b", Run: ends(time.Minute, failing(errTwo))},
		}, service.Intensity(10*braid.DefaultKeep, time.Second), service.Log(quietLog))
		var se *service.Error
		if !errors.As(err, &se) || se.Dropped != 0 {
			t.Errorf("the error is %v", err)
		}
		wantFailures(t, err, "b: two went wrong")
	})
}

func TestAFailureThatCameAfterTheHardStopSaysSo(t *testing.T) {
	in(t, func(t *testing.T, j *journal) {
		s := service.New([]service.Part{
			{Name: "deaf", Run: untilKilled},
			{Name: "fails", Run: func(ctx context.Context, ready func()) error {
				ready()
				<-service.Stopping(ctx)
				return errOne
			}},
		}, service.Log(quietLog))
		stopAfter(s, time.Second)
		after := map[string]bool{}
		var ge *braid.GroupError
		if err := s.Run(t.Context()); errors.As(err, &ge) {
			for _, err := range ge.Errors() {
				if te, ok := err.(*braid.TaskError); ok {
					after[te.Path()] = te.AfterCancel
				}
			}
		}
		if len(after) != 2 || after["fails"] || !after["deaf"] {
			t.Errorf("after the hard stop came %v", after)
		}
	})
}
