package main

import (
	"context"
	"errors"
	"time"

	"github.com/braid-go/braid"

	"github.com/braid-go/braid/cmd/braid/internal/report"
)

// once is an attempt with its time limit. Whether the command succeeded is
// part of the error here.
func (s *session) once(ctx context.Context, c command, to streams) (e ending, err error) {
	body := func(ctx context.Context) (err error) {
		if e, err = s.attempt(ctx, c, to); err != nil {
			return err
		}
		if !e.status.Success() {
			return &failure{c.label, e.status.String(), e.status.ExitCode()}
		}
		return nil
	}
	limit := time.Duration(s.opts.timeout)
	if limit == 0 {
		err = body(ctx)
		return e, err
	}
	err = braid.Timeout(ctx, limit, body)
	if _, is := braid.TimedOut(err); is {
		var own *failure
		if !errors.As(err, &own) {
			what := "timed out after " + report.Duration(limit)
			if e.killed {
				what += " and had to be killed"
			}
			err = &failure{c.label, what, statusTimeout}
		}
	}
	return e, err
}
