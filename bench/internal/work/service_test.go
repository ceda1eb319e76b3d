package work

import (
	"context"
	"errors"
	"testing"
)

func TestAServiceRunsUntilItsContextDiesAndLeavesNoPartBehind(t *testing.T) {
	each(t, serving, func(t *testing.T, _ string, f serviceFunc) {
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		s := newParts(10, cancel)
		err := f(ctx, s.run)
		if err != nil && !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		if s.started.Load() != 10 || s.ended.Load() != 10 {
			t.Errorf("%d parts were started and %d ended, want 10", s.started.Load(), s.ended.Load())
		}
	})
}
