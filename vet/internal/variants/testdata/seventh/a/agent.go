package a

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"os/exec"
	"runtime/debug"
	"time"

	"golang.org/x/sync/errgroup"
)

// part of RunAll: keeps a job that panics from taking the agent down
func (a *Agent) guard(job string) {
	if r := recover(); r != nil {
		a.panics.Add(1)
		slog.Error("job panicked", "job", job, "panic", r, "stack", string(debug.Stack()))
	}
}

// want-rule (a): the deferred guard recovers whatever a job panics with, and the task's error is then nil
func (a *Agent) RunAll(ctx context.Context, jobs []Job) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(4)
	for _, job := range jobs {
		g.Go(func() error {
			defer a.guard(job.Name)
			if err := job.Run(ctx); err != nil {
				return fmt.Errorf("job %s: %w", job.Name, err)
			}
			return nil
		})
	}
	return g.Wait()
}

// part of RunAllOK: makes an error of the panic of a job
func (a *Agent) guardOK(job string, err *error) {
	if r := recover(); r != nil {
		a.panics.Add(1)
		*err = fmt.Errorf("job %s panicked: %v\n%s", job, r, debug.Stack())
	}
}

// fine: the deferred guard puts the panic into the task's named error
func (a *Agent) RunAllOK(ctx context.Context, jobs []Job) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(4)
	for _, job := range jobs {
		g.Go(func() (err error) {
			defer a.guardOK(job.Name, &err)
			if err := job.Run(ctx); err != nil {
				return fmt.Errorf("job %s: %w", job.Name, err)
			}
			return nil
		})
	}
	return g.Wait()
}

// want-rule (a): the error of a hook counts only while the context lives, so a hook that was killed half-way is a success
func (a *Agent) Hook(ctx context.Context, name string, args ...string) error {
	var stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = a.root
	cmd.Stderr = &stderr
	cmd.WaitDelay = 5 * time.Second
	err := cmd.Run()
	if err != nil && ctx.Err() == nil {
		return fmt.Errorf("hook %s: %w: %s", name, err, bytes.TrimSpace(stderr.Bytes()))
	}
	return nil
}

// fine: that the context has ended only changes which error is returned
func (a *Agent) HookOK(ctx context.Context, name string, args ...string) error {
	var stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = a.root
	cmd.Stderr = &stderr
	cmd.WaitDelay = 5 * time.Second
	err := cmd.Run()
	if err != nil && ctx.Err() == nil {
		return fmt.Errorf("hook %s: %w: %s", name, err, bytes.TrimSpace(stderr.Bytes()))
	}
	if err != nil {
		return fmt.Errorf("hook %s killed: %w", name, context.Cause(ctx))
	}
	return nil
}

// want-rule (a): a cancellation ends Next like the last row does, and without rows.Err the part looks like the whole
func (u *Users) Inactive(ctx context.Context, since time.Time) ([]User, error) {
	rows, err := u.db.QueryContext(ctx, "SELECT id, mail FROM users WHERE seen < ?", since)
	if err != nil {
		return nil, fmt.Errorf("inactive users: %w", err)
	}
	defer rows.Close()
	var users []User
	for rows.Next() {
		var usr User
		if err := rows.Scan(&usr.ID, &usr.Mail); err != nil {
			return nil, fmt.Errorf("inactive users: %w", err)
		}
		users = append(users, usr)
	}
	return users, nil
}

// fine: what ended Next is asked for and returned
func (u *Users) InactiveOK(ctx context.Context, since time.Time) ([]User, error) {
	rows, err := u.db.QueryContext(ctx, "SELECT id, mail FROM users WHERE seen < ?", since)
	if err != nil {
		return nil, fmt.Errorf("inactive users: %w", err)
	}
	defer rows.Close()
	var users []User
	for rows.Next() {
		var usr User
		if err := rows.Scan(&usr.ID, &usr.Mail); err != nil {
			return nil, fmt.Errorf("inactive users: %w", err)
		}
		users = append(users, usr)
	}
	return users, rows.Err()
}
