package b

import (
	"bufio"
	"context"
	"log/slog"
	"sync"
)

// want-rule (b): the goroutines count themselves in, so that the wait may be over before they have begun
func (o *Output) Forward(ctx context.Context) {
	var wg sync.WaitGroup
	for _, stream := range []string{"stdout", "stderr"} {
		go o.forward(ctx, &wg, stream)
	}
	wg.Wait()
	slog.InfoContext(ctx, "output at its end", "process", o.name)
}

// part of Forward: counts itself in and passes the lines of one stream on
func (o *Output) forward(ctx context.Context, wg *sync.WaitGroup, stream string) {
	wg.Add(1)
	defer wg.Done()
	rc, err := o.open(ctx, stream)
	if err != nil {
		slog.ErrorContext(ctx, "open output", "stream", stream, "err", err)
		return
	}
	defer rc.Close()
	sc := bufio.NewScanner(rc)
	for sc.Scan() && ctx.Err() == nil {
		o.line(stream, sc.Text())
	}
	if err := sc.Err(); err != nil {
		slog.ErrorContext(ctx, "read output", "stream", stream, "err", err)
	}
}

// fine: each goroutine is counted before it is started
func (o *Output) ForwardOK(ctx context.Context) {
	var wg sync.WaitGroup
	for _, stream := range []string{"stdout", "stderr"} {
		wg.Add(1)
		go o.forwardCounted(ctx, &wg, stream)
	}
	wg.Wait()
	slog.InfoContext(ctx, "output at its end", "process", o.name)
}

// part of ForwardOK: passes the lines of one stream on and counts itself out
func (o *Output) forwardCounted(ctx context.Context, wg *sync.WaitGroup, stream string) {
	defer wg.Done()
	rc, err := o.open(ctx, stream)
	if err != nil {
		slog.ErrorContext(ctx, "open output", "stream", stream, "err", err)
		return
	}
	defer rc.Close()
	sc := bufio.NewScanner(rc)
	for sc.Scan() && ctx.Err() == nil {
		o.line(stream, sc.Text())
	}
	if err := sc.Err(); err != nil {
		slog.ErrorContext(ctx, "read output", "stream", stream, "err", err)
	}
}
