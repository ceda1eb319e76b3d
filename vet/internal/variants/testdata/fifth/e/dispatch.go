package e

import (
	"context"
	"fmt"

	"github.com/braid-go/braid"
)

// want-rule (e): the function that is returned hands its jobs to a group that has ended when the caller gets it
func (d *Dispatcher) Submitter(ctx context.Context) (submit func(Job) error, err error) {
	return braid.Call(ctx, func(ctx context.Context, g *braid.Group) (func(Job) error, error) {
		if err := d.warm(ctx); err != nil {
			return nil, fmt.Errorf("warm up: %w", err)
		}
		return func(j Job) error {
			return g.TryGo(func(ctx context.Context) error { return d.run(ctx, j) })
		}, nil
	}, braid.Limit(8))
}

// fine: the function is lent to the caller's code for as long as the group is open
func (d *Dispatcher) SubmitterOK(ctx context.Context, use func(ctx context.Context, submit func(Job) error) error) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		if err := d.warm(ctx); err != nil {
			return fmt.Errorf("warm up: %w", err)
		}
		return use(ctx, func(j Job) error {
			return g.GoWait(ctx, func(ctx context.Context) error { return d.run(ctx, j) })
		})
	}, braid.Limit(8))
}
