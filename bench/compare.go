package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/braid-go/braid"
)

// This file builds the program with braid as it was at another revision: these
// very workloads, in a workspace with a checkout of that revision.

// buildAt gives the path of the program, and what removes it. It leaves nothing
// behind if it fails.
func buildAt(ctx context.Context, revision string) (program string, remove func(), err error) {
	if strings.HasPrefix(revision, "-") {
		return "", nil, fmt.Errorf("%q is no revision", revision)
	}
	root, err := output(ctx, "", nil, "git", "rev-parse", "--show-toplevel")
	if err != nil {
		return "", nil, err
	}
	dir, err := os.MkdirTemp("", "braid-bench-")
	if err != nil {
		return "", nil, err
	}
	tree := filepath.Join(dir, "braid")
	remove = func() {
		// Also after an interruption, or git would go on to list the checkout.
		_ = braid.Shield(ctx, 30*time.Second, func(ctx context.Context) error {
			_, err := output(ctx, root, nil, "git", "worktree", "remove", "--force", tree)
			return errors.Join(err, os.RemoveAll(dir))
		})
	}
	program = filepath.Join(dir, "bench.exe")
	workspace := filepath.Join(dir, "go.work")
	err = func() error {
		if _, err := output(ctx, root, nil, "git", "worktree", "add", "--quiet", "--detach", tree, revision); err != nil {
			return err
		}
		use := fmt.Sprintf("go 1.26\n\nuse (\n\t%q\n\t%q\n)\n", tree, filepath.Join(root, "bench"))
		if err := os.WriteFile(workspace, []byte(use), 0o600); err != nil {
			return err
		}
		_, err := output(ctx, filepath.Join(root, "bench"), []string{"GOWORK=" + workspace}, "go", "build", "-o", program, ".")
		return err
	}()
	if err != nil {
		remove()
		return "", nil, fmt.Errorf("braid at %s cannot be built with these workloads: %w", revision, err)
	}
	return program, remove, nil
}

// output runs a command and gives what it says.
func output(ctx context.Context, dir string, env []string, name string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), env...)
	out, err := cmd.Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return "", fmt.Errorf("%s: %w: %s", name, err, strings.TrimSpace(string(exit.Stderr)))
	}
	return strings.TrimSpace(string(out)), err
}
