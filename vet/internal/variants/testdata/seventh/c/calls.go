package c

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"time"
)

// want-rule (c): a command made as a literal has no context, so nothing kills git when ctx ends
func (r *Repo) Head(ctx context.Context, name string) (string, error) {
	dir, err := r.dir(ctx, name)
	if err != nil {
		return "", err
	}
	cmd := exec.Cmd{
		Path: r.git,
		Args: []string{"git", "ls-remote", "origin", "HEAD"},
		Dir:  dir,
	}
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("head of %s: %w", name, err)
	}
	hash, _, _ := bytes.Cut(out, []byte{'\t'})
	return string(hash), nil
}

// fine: the end of the context kills git
func (r *Repo) HeadOK(ctx context.Context, name string) (string, error) {
	dir, err := r.dir(ctx, name)
	if err != nil {
		return "", err
	}
	cmd := exec.CommandContext(ctx, r.git, "ls-remote", "origin", "HEAD")
	cmd.Dir = dir
	cmd.WaitDelay = time.Second
	out, err := cmd.Output()
	if err != nil {
		return "", errors.Join(context.Cause(ctx), fmt.Errorf("head of %s: %w", name, err))
	}
	hash, _, _ := bytes.Cut(out, []byte{'\t'})
	return string(hash), nil
}

// want-rule (c): only the dialing heeds the context; the answer is scanned from a connection without a deadline
func (d *Daemon) Stats(ctx context.Context) ([]string, error) {
	conn, err := d.dialer.DialContext(ctx, "tcp", d.addr)
	if err != nil {
		return nil, fmt.Errorf("stats: %w", err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, "stats\r\n"); err != nil {
		return nil, fmt.Errorf("stats: %w", err)
	}
	var lines []string
	sc := bufio.NewScanner(conn)
	for sc.Scan() && sc.Text() != "END" {
		lines = append(lines, sc.Text())
	}
	return lines, sc.Err()
}

// fine: the context's end sets a deadline of the past, which ends the write or the read that is under way
func (d *Daemon) StatsOK(ctx context.Context) ([]string, error) {
	conn, err := d.dialer.DialContext(ctx, "tcp", d.addr)
	if err != nil {
		return nil, fmt.Errorf("stats: %w", err)
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { conn.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	if _, err := io.WriteString(conn, "stats\r\n"); err != nil {
		return nil, fmt.Errorf("stats: %w", err)
	}
	var lines []string
	sc := bufio.NewScanner(conn)
	for sc.Scan() && sc.Text() != "END" {
		lines = append(lines, sc.Text())
	}
	return lines, sc.Err()
}
