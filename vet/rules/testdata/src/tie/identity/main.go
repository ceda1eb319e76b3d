// Errors of groups that somebody asks for their identity, or their type: braid's would answer differently.
package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"
)

var errOwn = errors.New("own")

type temporary struct{}

func (temporary) Error() string   { return "temporary" }
func (temporary) Temporary() bool { return true }

func fails() error { return temporary{} }

func main() {
	fmt.Println(missing("/no/such/file"), unwrapped(), listed(), keyed(), other(), helped())
	fmt.Println(forgiven(), forgivenToo(), isTemporary(given()), stopped())
	b, err := io.ReadAll(reader{})
	fmt.Println(len(b), err)
	fmt.Println(walked(), sent(), nested())
	fmt.Println(fine() != nil, shown(), told(), within())
}

func missing(name string) bool {
	var g errgroup.Group // want `its error is handed to os.IsNotExist`
	g.Go(func() error { _, err := os.Stat(name); return err })
	err := g.Wait()
	return os.IsNotExist(err)
}

func unwrapped() bool {
	var g errgroup.Group // want `its error is handed to errors.Unwrap`
	g.Go(func() error { return fmt.Errorf("more: %w", errOwn) })
	err := g.Wait()
	return errors.Unwrap(err) != nil
}

func listed() bool {
	var g errgroup.Group // want `its error is handed to slices.Contains`
	g.Go(func() error { return errOwn })
	err := g.Wait()
	return slices.Contains([]error{errOwn}, err)
}

func keyed() bool {
	var g errgroup.Group // want `its error is a map's key`
	g.Go(func() error { return errOwn })
	err := g.Wait()
	return map[error]bool{errOwn: true}[err]
}

func other() bool {
	var g errgroup.Group // want `its error is compared with ==`
	g.Go(func() error { return errOwn })
	err := g.Wait()
	last := err
	same := []bool{last == errOwn}
	return same[0]
}

func helped() bool {
	var g errgroup.Group // want `its error's type is asserted`
	g.Go(func() error { return fails() })
	err := g.Wait()
	return isTemporary(err)
}

func isTemporary(err error) bool {
	t, ok := err.(interface{ Temporary() bool })
	return ok && t.Temporary()
}

func forgiven() (err error) {
	defer func() {
		if isTemporary(err) {
			err = nil
		}
	}()
	var g errgroup.Group // want `its error's type is asserted`
	g.Go(func() error { return fails() })
	err = g.Wait()
	return err
}

func forgivenToo() (err error) {
	defer func() {
		if isTemporary(err) {
			err = nil
		}
	}()
	var g errgroup.Group // want `its error's type is asserted`
	g.Go(func() error { return fails() })
	return g.Wait()
}

// Who calls it asks.
func given() error {
	var g errgroup.Group // want `its error's type is asserted`
	g.Go(func() error { return fails() })
	return g.Wait()
}

func stopped() bool {
	stop := func() error {
		var g errgroup.Group // want `its error is switched over`
		g.Go(func() error { return errOwn })
		return g.Wait()
	}
	switch stop() {
	case errOwn:
		return true
	}
	return false
}

type reader struct{}

// Read is called by others, who want io.EOF itself.
func (reader) Read([]byte) (int, error) {
	var g errgroup.Group // want `its error is that of Read, whose callers compare it with io.EOF`
	g.Go(func() error { return io.EOF })
	return 0, g.Wait()
}

func walked() error {
	return filepath.WalkDir(os.TempDir(), func(string, fs.DirEntry, error) error {
		var g errgroup.Group // want `its error is returned to WalkDir`
		g.Go(func() error { return fs.SkipAll })
		return g.Wait()
	})
}

func sent() bool {
	errs := make(chan error, 1)
	var g errgroup.Group // want `its error's type is asserted`
	g.Go(func() error { return fails() })
	err := g.Wait()
	errs <- err
	return isTemporary(<-errs)
}

// The error of the inner group is that of the outer one.
func nested() bool {
	var outer errgroup.Group // want `its error's type is asserted`
	outer.Go(func() error {
		var inner errgroup.Group // want `its error's type is asserted`
		inner.Go(func() error { return fails() })
		return inner.Wait()
	})
	err := outer.Wait()
	return isTemporary(err)
}

// The text is more than the task's error's.
func told() bool {
	var g errgroup.Group // want `its error's text is compared`
	g.Go(func() error { return errOwn })
	err := g.Wait()
	return err.Error() == "own"
}

// Nothing is asked of this one, but whether it is one.
func fine() (err error) {
	defer func() {
		if e := closed(); err == nil {
			err = e
		}
	}()
	var g errgroup.Group // want `this errgroup and its tasks are braid.Run`
	g.Go(func() error { return errOwn })
	if err := g.Wait(); err != nil {
		return fmt.Errorf("fine: %w", err)
	}
	return nil
}

func closed() error { return nil }

func within() bool {
	var g errgroup.Group // want `this errgroup and its tasks are braid.Run`
	g.Go(func() error { return errOwn })
	err := g.Wait()
	return strings.Contains("text: "+err.Error(), "own")
}

func shown() bool {
	var g errgroup.Group // want `this errgroup and its tasks are braid.Run`
	g.Go(func() error { return errOwn })
	err := g.Wait()
	return errors.Is(err, errOwn)
}
