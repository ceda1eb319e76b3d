package i

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/braid-go/braid"
	"github.com/sourcegraph/conc/pool"
	"golang.org/x/sync/errgroup"
)

// want-rule (i): a task is forked for each id that the query string of the request has
func (s *statusAPI) list(w http.ResponseWriter, r *http.Request) {
	ids := r.URL.Query()["id"]
	states, err := braid.Call(r.Context(), func(ctx context.Context, g *braid.Group) ([]string, error) {
		tasks := make([]*braid.Task[string], len(ids))
		for n, id := range ids {
			tasks[n] = braid.Fork(g, func(ctx context.Context) (string, error) { return s.state(ctx, id) })
		}
		states := make([]string, len(ids))
		for n, t := range tasks {
			v, err := t.Wait(ctx)
			if err != nil {
				return nil, err
			}
			states[n] = v
		}
		return states, nil
	}, braid.Name("status"))
	if err != nil {
		s.fail(w, http.StatusBadGateway, err)
		return
	}
	s.reply(w, states)
}

// fine: the group's Limit lets eight of them run at a time
func (s *statusAPI) listOK(w http.ResponseWriter, r *http.Request) {
	ids := r.URL.Query()["id"]
	states, err := braid.Call(r.Context(), func(ctx context.Context, g *braid.Group) ([]string, error) {
		tasks := make([]*braid.Task[string], len(ids))
		for n, id := range ids {
			tasks[n] = braid.Fork(g, func(ctx context.Context) (string, error) { return s.state(ctx, id) })
		}
		states := make([]string, len(ids))
		for n, t := range tasks {
			v, err := t.Wait(ctx)
			if err != nil {
				return nil, err
			}
			states[n] = v
		}
		return states, nil
	}, braid.Name("status"), braid.Limit(8))
	if err != nil {
		s.fail(w, http.StatusBadGateway, err)
		return
	}
	s.reply(w, states)
}

// want-rule (i): a goroutine is started for each file of an archive that comes from elsewhere
func (u *unpacker) unpack(zr *zip.Reader) error {
	errs := make([]error, len(zr.File))
	var wg sync.WaitGroup
	for n, f := range zr.File {
		if f.FileInfo().IsDir() {
			continue
		}
		wg.Add(1)
		go func() {
			defer wg.Done()
			errs[n] = u.extract(f)
		}()
	}
	wg.Wait()
	return errors.Join(errs...)
}

// fine: a fixed number of goroutines takes one file after the other
func (u *unpacker) unpackOK(zr *zip.Reader) error {
	errs := make([]error, len(zr.File))
	var next atomic.Int64
	var wg sync.WaitGroup
	for range u.workers {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for n := next.Add(1) - 1; n < int64(len(zr.File)); n = next.Add(1) - 1 {
				if f := zr.File[n]; !f.FileInfo().IsDir() {
					errs[n] = u.extract(f)
				}
			}
		}()
	}
	wg.Wait()
	return errors.Join(errs...)
}

// want-rule (i): the callback starts a goroutine for each file that the walk comes to
func (x *searchIndex) build(ctx context.Context, fsys fs.FS) error {
	g, gctx := errgroup.WithContext(ctx)
	visit := func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return fmt.Errorf("walk: %w", err)
		}
		if !d.Type().IsRegular() {
			return nil
		}
		g.Go(func() error { return x.add(gctx, fsys, path) })
		return gctx.Err()
	}
	err := fs.WalkDir(fsys, ".", visit)
	return errors.Join(g.Wait(), err)
}

// fine: at the group's limit the callback blocks, and the walk with it
func (x *searchIndex) buildOK(ctx context.Context, fsys fs.FS) error {
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(x.parallel)
	visit := func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return fmt.Errorf("walk: %w", err)
		}
		if !d.Type().IsRegular() {
			return nil
		}
		g.Go(func() error { return x.add(gctx, fsys, path) })
		return gctx.Err()
	}
	err := fs.WalkDir(fsys, ".", visit)
	return errors.Join(g.Wait(), err)
}

// want-rule (i): the pool starts a goroutine for each name that git prints
func (l *linter) tracked(ctx context.Context, dir string) error {
	cmd := exec.CommandContext(ctx, "git", "ls-files", "-z")
	cmd.Dir = dir
	out, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("git ls-files in %s: %w", dir, err)
	}
	p := pool.New().WithContext(ctx)
	for name := range strings.SplitSeq(string(out), "\x00") {
		if filepath.Ext(name) != ".go" {
			continue
		}
		p.Go(func(ctx context.Context) error {
			return l.lint(ctx, filepath.Join(dir, name))
		})
	}
	return p.Wait()
}

// fine: the pool has a bound
func (l *linter) trackedOK(ctx context.Context, dir string) error {
	cmd := exec.CommandContext(ctx, "git", "ls-files", "-z")
	cmd.Dir = dir
	out, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("git ls-files in %s: %w", dir, err)
	}
	p := pool.New().WithContext(ctx).WithMaxGoroutines(l.parallel)
	for name := range strings.SplitSeq(string(out), "\x00") {
		if filepath.Ext(name) != ".go" {
			continue
		}
		p.Go(func(ctx context.Context) error {
			return l.lint(ctx, filepath.Join(dir, name))
		})
	}
	return p.Wait()
}
