// Errors that count only while the context lives.

package swallowed

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"

	"golang.org/x/sync/errgroup"
)

type deploy struct {
	push func(context.Context, string) error
	run  func(context.Context) error
}

func (d *deploy) ship(ctx context.Context, image string) error {
	err := d.push(ctx, image)
	if err != nil && ctx.Err() == nil {
		return fmt.Errorf("push %s: %w", image, err)
	}
	return nil // want `the error of push comes out as success when ctx has ended`
}

func (d *deploy) shipTurned(ctx context.Context, image string) error {
	if err := d.push(ctx, image); ctx.Err() == nil && err != nil {
		return err
	}
	return nil // want `the error of push comes out as success when ctx has ended`
}

func (d *deploy) shipSwitch(ctx context.Context, image string) error {
	err := d.push(ctx, image)
	switch {
	case err != nil && ctx.Err() == nil:
		return err
	}
	return nil // want `the error of push comes out as success when ctx has ended`
}

func (d *deploy) shipEnded(ctx context.Context, image string) error {
	err := d.push(ctx, image)
	if err != nil && ctx.Err() != nil {
		return nil // want `this is reached because ctx has ended`
	}
	return err
}

func build(ctx context.Context, dir string) error {
	var out bytes.Buffer
	cmd := exec.CommandContext(ctx, "make")
	cmd.Dir, cmd.Env = dir, nil
	cmd.Stdout = &out
	if err := cmd.Run(); err != nil && ctx.Err() == nil {
		return fmt.Errorf("%w: %s", err, &out)
	}
	return nil // want `the error of Run comes out as success when ctx has ended`
}

// A server of another program runs until it is stopped.
func proxy(ctx context.Context) error {
	cmd := exec.CommandContext(ctx, "proxy")
	cmd.Stderr = os.Stderr
	if err := cmd.Run(); err != nil && ctx.Err() == nil {
		return err
	}
	return nil
}

func (d *deploy) serve(ctx context.Context) error {
	if err := d.run(ctx); err != nil && ctx.Err() == nil {
		return err
	}
	return nil
}

func (d *deploy) until(ctx context.Context) error {
	if err := d.run(ctx); err != nil && ctx.Err() == nil { // what runs is stopped
		return err
	}
	return nil
}

func (d *deploy) shipRight(ctx context.Context, image string) error {
	err := d.push(ctx, image)
	if err != nil && ctx.Err() == nil {
		return fmt.Errorf("push %s: %w", image, err)
	}
	return err
}

func (d *deploy) shipOwn(ctx context.Context, image string) error {
	ctx, cancel := context.WithTimeout(ctx, 5)
	defer cancel()
	if err := d.push(ctx, image); err != nil && ctx.Err() == nil {
		return err
	}
	return nil
}

func (d *deploy) shipMeant(ctx context.Context, image string) error {
	if err := d.push(ctx, image); err != nil && ctx.Err() == nil {
		return err
	}
	// What is not pushed now is pushed with the next image.
	return nil
}

// Tasks that a function makes.

func (d *deploy) pusher(ctx context.Context, image string) func() error {
	return func() error {
		if err := d.push(ctx, image); err != nil {
			return nil // want `the error of push, a cancellation of ctx among them, comes out as success`
		}
		return nil
	}
}

func (d *deploy) all(ctx context.Context, images []string) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(2)
	again := func(image string) func() error {
		return func() error {
			if err := d.push(ctx, image); err != nil {
				return nil // want `the error of push, a cancellation of ctx among them, comes out as success`
			}
			return nil
		}
	}
	for _, image := range images {
		g.Go(d.pusher(ctx, image))
		task := again(image)
		g.Go(task)
	}
	return g.Wait()
}

// Whoever has what it makes may do anything with it.
func (d *deploy) hook(ctx context.Context, image string) func() error {
	return func() error {
		if err := d.push(ctx, image); err != nil {
			return nil
		}
		return nil
	}
}

var hooks = map[string]func() error{}

func (d *deploy) hooksOf(ctx context.Context, g *errgroup.Group) {
	g.Go(d.hook(ctx, "a"))
	hooks["b"] = d.hook(ctx, "b")
}

var errNone = errors.New("none")
