package work

import (
	"context"
	"testing"
)

func TestARaceIsDecidedByTheFirstEndEvenIfThatIsAFailure(t *testing.T) {
	each(t, racing, func(t *testing.T, _ string, f firstFunc) {
		for range 20 {
			r := newRace(8)
			r.waiting.Add(7)
			r.fns[5] = func(context.Context) (int, error) {
				r.waiting.Wait()
				return 0, errWork
			}
			_, err := f(context.Background(), r.fns)
			wantError(t, err)
			var w wrong
			if r.checkJoined(&w); w.first != nil {
				t.Fatal(w.first)
			}
		}
	})
}
