// What only a log is given: another end is nothing to it, while values are what it is for.

package shadowed

import (
	"context"
	"log/slog"
	"time"
)

func withFields(ctx context.Context, name string) context.Context {
	return context.WithValue(ctx, round{}, name)
}

func logger(ctx context.Context) *slog.Logger { return slog.Default() }

func collectMetrics(ctx context.Context) (int, error) { return 0, ctx.Err() }

func logs(ctx context.Context) <-chan string { return nil }

func fields(ctx context.Context, names []string) error {
	for _, name := range names {
		named := withFields(ctx, name)
		logger(named).Info("hello")
		slog.InfoContext(named, "hello")
	}
	return do(ctx)
}

func onlyLogged(ctx context.Context) error {
	short, cancel := context.WithTimeout(ctx, time.Second) // want `nobody uses this context`
	defer cancel()
	slog.InfoContext(short, "hello")
	return do(ctx)
}

// Names that look like a log's, of functions that give something.

func asksMetrics(ctx context.Context) error {
	short, cancel := context.WithTimeout(ctx, time.Second)
	n, err := collectMetrics(short)
	cancel()
	if n > 0 || err != nil {
		return err
	}
	return do(ctx)
}

func readsLogs(ctx context.Context) error {
	own, cancel := context.WithCancel(ctx)
	defer cancel()
	for range logs(own) {
	}
	lines := logs(own)
	<-lines
	return do(ctx)
}
