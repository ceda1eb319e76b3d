package multierror

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
)

// One of the kind that is asked for, where several calls may give one.

type rangeError struct{ of string }

func (e *rangeError) Error() string { return e.of + " is out of range" }

type shape struct{ width, height, depth int }

func (s shape) checkWidth() error {
	if s.width < 0 {
		return &rangeError{"width"}
	}
	return nil
}

func (s shape) checkHeight() error {
	if s.height < 0 {
		return &rangeError{"height"}
	}
	return nil
}

func (s shape) checkDepth() error {
	if s.depth < 0 {
		return fs.ErrInvalid
	}
	return nil
}

func (s shape) invalid() (fields []string) {
	err := errors.Join(s.checkWidth(), s.checkHeight())
	var re *rangeError
	if errors.As(err, &re) { // want `errors.As finds one of the errors of errors.Join, and several may match`
		fields = append(fields, re.of)
	}
	return fields
}

func (s shape) invalidKept() string {
	width, height := s.checkWidth(), s.checkHeight()
	err := errors.Join(width, height)
	if re, ok := errors.AsType[*rangeError](err); ok { // want `errors.As finds one of the errors of errors.Join`
		return re.of
	}
	return ""
}

func (s shape) isInvalid() bool {
	var re *rangeError
	return errors.As(errors.Join(s.checkWidth(), s.checkHeight()), &re) // nothing more is asked for
}

func (s shape) oneOfThatKind() string {
	err := errors.Join(s.checkWidth(), s.checkDepth())
	var re *rangeError
	if errors.As(err, &re) {
		return re.of
	}
	return ""
}

// The first of several is returned.

func firstFailure(files []*os.File) error { // want firstFailure:"returns errors.Join"
	var errs []error
	for _, f := range files {
		errs = append(errs, f.Close())
	}
	err := errors.Join(errs...)
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		return many.Unwrap()[0] // want `this is one of the errors of errors.Join, and the others are dropped`
	}
	return err
}

func firstWrapped(a, b io.Closer) error { // want firstWrapped:"returns errors.Join"
	err := errors.Join(a.Close(), b.Close())
	var many interface{ Unwrap() []error }
	if errors.As(err, &many) {
		if list := many.Unwrap(); len(list) > 0 {
			return fmt.Errorf("close: %w", list[0]) // want `this is one of the errors of errors.Join`
		}
	}
	return err
}

func firstOfOne(a, b io.Closer) error { // want firstOfOne:"returns errors.Join"
	err := errors.Join(a.Close(), b.Close())
	if many, ok := err.(interface{ Unwrap() []error }); ok && len(many.Unwrap()) == 1 {
		return many.Unwrap()[0]
	}
	return err
}

func firstOfAll(a, b io.Closer) error { // want firstOfAll:"returns errors.Join"
	err := errors.Join(a.Close(), b.Close())
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		list := many.Unwrap()
		for _, e := range list {
			slog.Error("close", "err", e)
		}
		return list[0]
	}
	return err
}

func firstLogged(a, b io.Closer) error { // want firstLogged:"returns errors.Join"
	err := errors.Join(a.Close(), b.Close())
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		slog.Error("close", "err", err)
		return many.Unwrap()[0]
	}
	return err
}

func firstOfAny(err error) error {
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		return many.Unwrap()[0] // whoever asks knows what it is made of
	}
	return err
}

// What is joined is set to nil.

func removeDeferred(name string) (err error) { // want removeDeferred:"returns errors.Join"
	defer func() {
		if errors.Is(err, fs.ErrNotExist) { // want `errors.Is is true of the error of errors.Join if any one of them is that`
			err = nil
		}
	}()
	return errors.Join(os.Remove(name), os.Remove(name+".bak"))
}

func removeSet(name string) error { // want removeSet:"returns errors.Join"
	err := errors.Join(os.Remove(name), os.Remove(name+".bak"))
	if errors.Is(err, fs.ErrNotExist) { // want `errors.Is is true of the error of errors.Join if any one of them is that`
		slog.Debug("was gone", "name", name)
		err = nil
	}
	return err
}

func readDeferred(r io.ReadCloser, w io.Closer, p []byte) (err error) { // want readDeferred:"returns errors.Join"
	defer func() {
		if errors.Is(err, io.EOF) { // of the read
			err = nil
		}
	}()
	if _, err := r.Read(p); err != nil {
		return err
	}
	return errors.Join(r.Close(), w.Close())
}

func removeMarked(name string) (err error) { // want removeMarked:"returns errors.Join"
	defer func() {
		if errors.Is(err, fs.ErrInvalid) { // it says what the whole is
			err = nil
		}
	}()
	return errors.Join(fs.ErrInvalid, os.Remove(name))
}

func removeElsewhere(name string) (err error) { // want removeElsewhere:"returns errors.Join"
	defer func() {
		if errors.Is(err, fs.ErrNotExist) {
			slog.Info("gone", "err", err)
			err = nil
		}
	}()
	return errors.Join(os.Remove(name), os.Remove(name+".bak"))
}
