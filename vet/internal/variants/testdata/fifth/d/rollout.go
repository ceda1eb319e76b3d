package d

import (
	"context"
	"errors"

	"github.com/braid-go/braid"
)

// want-rule (d): with several regions failed only the first task's error is found and marked
func (r *Rollout) Deploy(ctx context.Context, version string) error {
	err := braid.Each(ctx, r.regions, func(ctx context.Context, region Region) error {
		return region.Deploy(ctx, version)
	}, braid.Supervised, braid.Limit(4))
	if te, ok := errors.AsType[*braid.TaskError](err); ok {
		r.mark(te.Path(), te.Err)
	}
	return err
}

// fine: every failure in the tree is marked
func (r *Rollout) DeployOK(ctx context.Context, version string) error {
	err := braid.Each(ctx, r.regions, func(ctx context.Context, region Region) error {
		return region.Deploy(ctx, version)
	}, braid.Supervised, braid.Limit(4))
	for path, leaf := range braid.Leaves(err) {
		r.mark(path, leaf)
	}
	return err
}
