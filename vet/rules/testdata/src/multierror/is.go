package multierror

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"os"

	"golang.org/x/sync/errgroup"
)

// os.IsNotExist and its like look into no join.

func removeBoth(path string) error { // want removeBoth:"returns errors.Join"
	err := errors.Join(os.Remove(path), os.Remove(path+".lock"))
	if os.IsNotExist(err) { // want `os.IsNotExist is false of the error of errors.Join, whatever it is made of: use errors.Is with fs.ErrNotExist`
		return nil
	}
	return err
}

func openTwice(path string) error { // want openTwice:"returns fmt.Errorf"
	_, err := os.Open(path)
	if err != nil {
		if _, other := os.Open(path + ".old"); other != nil {
			err = fmt.Errorf("%w, and %w", err, other)
		}
	}
	if os.IsPermission(err) {
		return nil
	}
	return err
}

func openBoth(path string) error { // want openBoth:"returns fmt.Errorf"
	_, err := os.Open(path)
	_, other := os.Open(path + ".old")
	if err == nil || other == nil {
		return nil
	}
	err = fmt.Errorf("%w, and %w", err, other)
	if os.IsPermission(err) { // want `os.IsPermission is false of the error of fmt.Errorf`
		return nil
	}
	return err
}

func removeEach(paths ...string) error { // want removeEach:"returns errors.Join"
	var errs []error
	for _, p := range paths {
		if err := os.Remove(p); err != nil && !os.IsNotExist(err) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

func removeIs(path string) error { // want removeIs:"returns errors.Join"
	err := errors.Join(os.Remove(path), os.Remove(path+".lock"))
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("both: %w", err)
	}
	return err
}

func removeInGroup(path string) error { // want removeInGroup:"returns an errgroup"
	var g errgroup.Group
	g.Go(func() error { return os.Remove(path) })
	err := g.Wait()
	if os.IsNotExist(err) {
		return nil
	}
	return err
}

func fromSome(path string) bool {
	err := some(path)
	return os.IsNotExist(err)
}

func some(path string) error { // want some:"returns errors.Join"
	if err := os.Remove(path); err != nil {
		return err
	}
	return errors.Join(os.Remove(path), os.Remove(path+".lock"))
}

// One error decides for all, and the rest is dropped.

func exists(eu, us *sql.Row) (bool, error) {
	var one int
	errEU := eu.Scan(&one)
	errUS := us.Scan(&one)
	if errEU == nil || errUS == nil {
		return true, nil
	}
	if err := errors.Join(errEU, errUS); !errors.Is(err, sql.ErrNoRows) { // want `if any one of them is that: what failed besides is dropped`
		return false, fmt.Errorf("exists: %w", err)
	}
	return false, nil
}

func closeBoth(a, b net.Conn) error { // want closeBoth:"returns errors.Join"
	err := errors.Join(a.Close(), b.Close())
	if errors.Is(err, net.ErrClosed) { // want `if any one of them is that`
		return nil
	}
	return err
}

func closeCase(a, b net.Conn) error { // want closeCase:"returns errors.Join"
	err := errors.Join(a.Close(), b.Close())
	switch {
	case errors.Is(err, net.ErrClosed): // want `if any one of them is that`
		return nil
	}
	return err
}

// A join with an error that is declared says of what kind it is.

var errGone = errors.New("gone")

func kinds(path string) error { // want kinds:"returns errors.Join"
	err := errors.Join(errGone, os.Remove(path))
	if errors.Is(err, errGone) {
		return nil
	}
	return err
}

func kindsOf(path string) error { // want kindsOf:"returns fmt.Errorf"
	err := fmt.Errorf("%w: %w", errGone, os.Remove(path))
	if errors.Is(err, errGone) {
		return nil
	}
	return err
}

func kindOr(path string) error { // want kindOr:"returns errors.Join"
	err := os.Remove(path)
	if os.IsNotExist(err) {
		err = errGone
	}
	err2 := os.Remove(path + ".lock")
	all := errors.Join(err, err2)
	if errors.Is(all, errGone) {
		return nil
	}
	return all
}

func closeKept(a, b net.Conn) error { // want closeKept:"returns errors.Join"
	err := errors.Join(a.Close(), b.Close())
	if errors.Is(err, net.ErrClosed) {
		return fmt.Errorf("closed before: %w", err)
	}
	return err
}

func closeWhy(a, b net.Conn) error { // want closeWhy:"returns errors.Join"
	err := errors.Join(a.Close(), b.Close())
	if errors.Is(err, net.ErrClosed) {
		// whoever closed it has heard of it
		return nil
	}
	return err
}

func closeCount(a, b net.Conn, closed *int) error { // want closeCount:"returns errors.Join"
	err := errors.Join(a.Close(), b.Close())
	if errors.Is(err, net.ErrClosed) {
		*closed++
		return nil
	}
	return err
}

func closeGiven(a net.Conn, before error) error { // want closeGiven:"returns errors.Join"
	err := errors.Join(before, a.Close())
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}

func perhapsOne(a, b net.Conn, both bool) error { // want perhapsOne:"returns errors.Join"
	err := a.Close()
	if both {
		err = errors.Join(a.Close(), b.Close())
	}
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}

func canceledLevel(ctx context.Context, a, b error) error { // want canceledLevel:"returns errors.Join"
	err := errors.Join(a, b)
	if err != nil {
		level := slog.LevelError
		if errors.Is(err, context.Canceled) { // decides how loud it is
			level = slog.LevelInfo
		}
		slog.Log(ctx, level, "failed", "err", err)
		return err
	}
	return nil
}

func canceledWiped(a, b error) error { // want canceledWiped:"returns errors.Join"
	err := errors.Join(a, b)
	if errors.Is(err, context.Canceled) { // want `if any one of them is a cancellation`
		err = nil
	}
	return err
}
