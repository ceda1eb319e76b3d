package work

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

func TestAllFailuresAreFoundAndPrinted(t *testing.T) {
	each(t, failing, func(t *testing.T, _ string, f failuresFunc) {
		const n = 200
		fails := failuresOf(n)
		err, print := f(context.Background(), n, func(i int) error { return fails[i] })
		text := print(err)
		for _, want := range fails {
			if !errors.Is(err, want) || !strings.Contains(text, want.Error()) {
				t.Errorf("%v is not there", want)
			}
		}
	})
}

func TestATaskWithAContextOfItsOwnIsCancelledAlone(t *testing.T) {
	each(t, owning, func(t *testing.T, _ string, f ownFunc) {
		const n = 20
		var ended [n]chan struct{}
		for i := range ended {
			ended[i] = make(chan struct{})
		}
		var dead atomic.Int32
		var waiting sync.WaitGroup
		waiting.Add(n)
		f(context.Background(), n, func(ctx context.Context, i int) {
			waiting.Done()
			<-ctx.Done()
			dead.Add(1)
			close(ended[i])
		}, func(cancel func(i int)) {
			waiting.Wait() // a task that is cancelled before its start need not be called
			for done, i := range []int{7, 0, 19} {
				cancel(i)
				<-ended[i]
				if got := dead.Load(); int(got) != done+1 {
					t.Errorf("%d tasks were cancelled, want %d", got, done+1)
				}
			}
			for i := range n {
				cancel(i) // again, for some
			}
		})
		if dead.Load() != n {
			t.Errorf("%d of %d tasks were cancelled", dead.Load(), n)
		}
	})
}
