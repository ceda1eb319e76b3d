package clause_replaced

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/braid-go/braid"
)

func on(err error) error {
	return braid.Catch(err, braid.On(func(err error, paths []*os.PathError) error { // want `nothing of what this clause was given is left`
		return errors.New("some file")
	}))
}

func otherwise(err error) error {
	return braid.Catch(err, braid.Otherwise(func(error) error { return io.ErrUnexpectedEOF })) // want `nothing of what this clause was given is left`
}

func wrapped(err error) error {
	return braid.Catch(err, braid.Otherwise(func(err error) error { return fmt.Errorf("reading: %w", err) }))
}

func counted(err error) error {
	return braid.Catch(err, braid.On(func(_ error, paths []*os.PathError) error {
		return fmt.Errorf("%d files", len(paths))
	}))
}

func known(err error) error {
	return braid.Catch(err, braid.When(braid.Is(io.EOF), func(error) error { return io.ErrUnexpectedEOF }))
}
