// Shapes of large programs that look like the rule's, and are meant.

package sleep

import (
	"context"
	"time"
)

func newID(ctx context.Context, taken func(int64) bool) int64 {
	for {
		if id := time.Now().UnixNano(); !taken(id) {
			return id
		}
		time.Sleep(time.Nanosecond)
	}
}

// The context of a try, which the pause between two tries has nothing to do with.

func tries(put func(context.Context) error) {
	for range 3 {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		err := put(ctx)
		cancel()
		if err == nil {
			return
		}
		time.Sleep(time.Second)
	}
}

// A context that the function has made for something else: the loop ends when it has seen the end, and ends the context then.

type remote struct{ ctx context.Context }

func (r *remote) follow(show func(context.Context), over func() bool) {
	all, stop := context.WithCancel(r.ctx)
	defer stop()
	shown, hide := context.WithCancel(all)
	defer hide()
	go show(shown)
	for range time.Tick(time.Second) {
		if over() {
			stop()
			return
		}
	}
}

func (r *remote) followWith(over func(context.Context) bool) {
	all, stop := context.WithCancel(r.ctx)
	defer stop()
	for range time.Tick(time.Second) { // want `the loop over the ticker never looks at all`
		if over(all) {
			return
		}
	}
}

// The loop decides when the context ends, and not the other way about.

func command(ctx context.Context, show func(context.Context), over func() bool) func() {
	return func() {
		all, stop := context.WithCancel(ctx)
		defer stop()
		shown, hide := context.WithCancel(all)
		defer hide()
		go show(shown)
		for range time.Tick(time.Second) {
			if over() {
				stop()
				break
			}
		}
	}
}

func commandPausing(ctx context.Context, show func(context.Context), over func(context.Context) bool) func() {
	return func() {
		all, stop := context.WithCancel(ctx)
		go show(all)
		for {
			if over(all) {
				stop()
				return
			}
			time.Sleep(time.Second)
		}
	}
}

func commandThatIsTold(ctx context.Context, show func(context.Context), over func() bool) func() {
	return func() {
		all, stop := context.WithCancel(ctx)
		defer stop()
		go show(all)
		for range time.Tick(time.Second) { // want `the loop over the ticker never looks at all`
			if over() {
				break
			}
		}
	}
}

func followGiven(ctx context.Context, show func(context.Context), over func() bool) {
	all, stop := context.WithCancel(ctx)
	defer stop()
	go show(all)
	for range time.Tick(time.Second) { // want `the loop over the ticker never looks at ctx`
		if over() {
			stop()
			break
		}
	}
}

func followFreed(ctx context.Context, over func(context.Context) bool) {
	for range time.Tick(time.Second) {
		if over(context.WithoutCancel(ctx)) {
			return
		}
	}
}
