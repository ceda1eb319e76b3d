package work

import (
	"context"
	"runtime"
	"testing"
)

func TestAFailureEndsWhateverAPipelineEndsIn(t *testing.T) {
	check := func(t *testing.T, f func(fn itemFunc) error) {
		var running gauge
		wantError(t, f(running.through(failingAt(100))))
		running.wantNobody(t)
	}
	t.Run("reduce", func(t *testing.T) {
		each(t, reducing, func(t *testing.T, _ string, f reduceFunc) {
			check(t, func(fn itemFunc) error {
				sum, err := f(context.Background(), endless, fn, mix)
				if sum != 0 {
					t.Errorf("there is a sum, %d, beside the error", sum)
				}
				return err
			})
		})
	})
	t.Run("collect", func(t *testing.T) {
		each(t, collecting, func(t *testing.T, _ string, f mapSeqFunc) {
			check(t, func(fn itemFunc) error {
				_, err := f(context.Background(), endless, fn)
				return err
			})
		})
	})
	t.Run("each", func(t *testing.T) {
		each(t, doingStream, func(t *testing.T, _ string, f eachSeqFunc) {
			check(t, func(fn itemFunc) error { return f(context.Background(), endless, without(fn)) })
		})
	})
}

func TestNoMoreFunctionsRunAtOnceThanThereAreProcessors(t *testing.T) {
	each(t, doingStream, func(t *testing.T, _ string, f eachSeqFunc) {
		var running gauge
		err := f(context.Background(), upTo(500), without(running.through(costing(cost1us))))
		if most := running.most.Load(); err != nil || most > int64(runtime.GOMAXPROCS(0)) {
			t.Errorf("%d ran at once, %v", most, err)
		}
	})
}
