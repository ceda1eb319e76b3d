package f

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"time"

	"golang.org/x/sync/errgroup"
)

// want-rule (f): the command of a task is cut off from the group's cancellation together with the release of its lock
func SyncVolumes(ctx context.Context, locks lockTable, vols []string, dest string) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(2)
	for _, vol := range vols {
		g.Go(func() (err error) {
			if err := locks.Acquire(ctx, vol); err != nil {
				return err
			}
			keep := context.WithoutCancel(ctx)
			defer func() {
				// The lock is released although the sync was cancelled.
				rctx, cancel := context.WithTimeout(keep, 5*time.Second)
				defer cancel()
				err = errors.Join(err, locks.Release(rctx, vol))
			}()
			out, err := exec.CommandContext(keep, "rsync", "-a", vol, dest).CombinedOutput()
			if err != nil {
				return fmt.Errorf("rsync %s: %w: %s", vol, err, out)
			}
			return nil
		})
	}
	return g.Wait()
}

// fine: the command dies with the group, and only the short release of the lock is kept from that
func SyncVolumesOK(ctx context.Context, locks lockTable, vols []string, dest string) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(2)
	for _, vol := range vols {
		g.Go(func() (err error) {
			if err := locks.Acquire(ctx, vol); err != nil {
				return err
			}
			keep := context.WithoutCancel(ctx)
			defer func() {
				// The lock is released although the sync was cancelled.
				rctx, cancel := context.WithTimeout(keep, 5*time.Second)
				defer cancel()
				err = errors.Join(err, locks.Release(rctx, vol))
			}()
			out, err := exec.CommandContext(ctx, "rsync", "-a", vol, dest).CombinedOutput()
			if err != nil {
				return fmt.Errorf("rsync %s: %w: %s", vol, err, out)
			}
			return nil
		})
	}
	return g.Wait()
}
