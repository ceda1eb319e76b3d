package main

import (
	"context"
	"fmt"
	"time"

	"github.com/braid-go/braid"

	"github.com/braid-go/braid/cmd/braid/internal/proc"
)

// lull is how long what a command leaves behind may take to end by itself. A
// shell does not wait for the last process of >(tee log), which is all but
// done by then.
const lull = 100 * time.Millisecond

// await waits for the command to end, or stops it when ctx dies, and returns
// when all its descendants are gone.
func (s *session) await(ctx context.Context, p *proc.Proc) (stopped bool) {
	select {
	case <-p.Exited():
	case <-ctx.Done():
		select {
		case <-p.Exited(): // it was faster
		default:
			s.stop(ctx, p)
			return true
		}
	}
	s.tidy(ctx, p)
	return false
}

// tidy stops what is there although the command has ended.
func (s *session) tidy(ctx context.Context, p *proc.Proc) {
	if !s.goneWithin(ctx, p, lull) {
		s.stop(ctx, p)
	}
}

// stop asks first, and kills when the grace is over. It does not matter that
// ctx is dead.
func (s *session) stop(ctx context.Context, p *proc.Proc) {
	p.Terminate()
	if !s.goneWithin(ctx, p, time.Duration(s.opts.grace)) {
		p.Kill()
		<-p.Gone()
	}
}

func (s *session) goneWithin(ctx context.Context, p *proc.Proc, d time.Duration) bool {
	select {
	case <-p.Gone():
		return true
	default:
	}
	if d <= 0 {
		return false
	}
	return nil == braid.Shield(ctx, d, func(ctx context.Context) error {
		select {
		case <-p.Gone():
			return nil
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	})
}

// leftovers tells what was still there when the command had ended.
func leftovers(p *proc.Proc) (notes []string) {
	switch n := p.Left() - len(p.Untouched()); {
	case n == 1:
		notes = append(notes, "it left a process behind, which was stopped")
	case n > 1:
		notes = append(notes, fmt.Sprintf("it left %d processes behind, which were stopped", n))
	}
	return append(notes, untouched(p)...)
}

// untouched tells of processes that we were not allowed to stop.
func untouched(p *proc.Proc) (notes []string) {
	for _, pid := range p.Untouched() {
		notes = append(notes, fmt.Sprintf("process %d runs on: it belongs to another user", pid))
	}
	return notes
}
