package busyloop

import (
	"context"
	"log"
)

type reader struct{ cancel context.CancelFunc }

func (r *reader) closeWith(err error) { r.cancel() }

// What the clause calls may be what ends the other one.

func closes(ctx, over context.Context, r *reader) {
	for {
		select {
		case <-ctx.Done():
			r.closeWith(ctx.Err())
		case <-over.Done():
			return
		}
	}
}

func onlyLogs(ctx, over context.Context) {
	for {
		select {
		case <-ctx.Done(): // want `when ctx has ended this loop runs hot`
			log.Print("over")
		case <-over.Done():
			return
		}
	}
}

// A loop that ends in its first round, as some write a condition.

func same(a, b []int) bool {
	for len(a) != len(b) {
		return false
	}
	return true
}

// A clause that ends the program goes nowhere.

func fatal(ctx context.Context, ready chan struct{}, say func(string)) {
	for {
		select {
		case <-ready:
			return
		case <-ctx.Done():
			log.Fatalf("not ready: %v", ctx.Err())
		default:
		}
		say("waiting")
	}
}

func fatalNot(ctx context.Context, lines chan string) {
	for {
		select {
		case l := <-lines:
			log.Print(l)
		case <-ctx.Done(): // want `when ctx has ended this loop runs hot`
			log.Printf("not ready: %v", ctx.Err())
		}
	}
}
