package clause

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/braid-go/braid"
)

func replacedOn(err error) error {
	return braid.Catch(err, braid.On(func(err error, paths []*os.PathError) error { // want `nothing of what this clause was given is left`
		return errors.New("some file")
	}))
}

func replacedOtherwise(err error) error {
	return braid.Catch(err, braid.Otherwise(func(error) error { return io.ErrUnexpectedEOF })) // want `nothing of what this clause was given is left`
}

func replacedWrapped(err error) error {
	return braid.Catch(err, braid.Otherwise(func(err error) error { return fmt.Errorf("reading: %w", err) }))
}

func replacedCounted(err error) error {
	return braid.Catch(err, braid.On(func(_ error, paths []*os.PathError) error {
		return fmt.Errorf("%d files", len(paths))
	}))
}

func replacedKnown(err error) error {
	return braid.Catch(err, braid.When(braid.Is(io.EOF), func(error) error { return io.ErrUnexpectedEOF }))
}

func replacedOnPurpose(err error) error {
	return braid.Catch(err, braid.On(func(err error, paths []*os.PathError) error {
		// Deliberately nothing of the names on the disk: the text goes to strangers.
		return errors.New("some file")
	}))
}

var errBusy = errors.New("busy")

func replacedByAnother(err error, again func() error) error {
	return braid.Catch(err, braid.Otherwise(func(error) error { return again() }))
}

func replacedByItself(err error) error {
	return braid.Catch(err, braid.When(func(e error) bool { return errors.Is(e, errBusy) }, func(error) error { return errBusy }))
}

func replacedByTheWhole(err error) error {
	return braid.Catch(err, braid.On(func(error, []*os.PathError) error { return err }))
}
