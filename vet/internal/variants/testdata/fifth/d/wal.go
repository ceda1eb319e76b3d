package d

import (
	"errors"
	"io"
	"os"
)

// want-rule (d): the join of two results is compared with a sentinel, which it never equals
func (w *WAL) CloseSegment() error {
	err := errors.Join(w.index.Close(), w.seg.Close())
	if err == os.ErrClosed {
		return nil
	}
	return err
}

// fine: each result is looked at before they are joined
func (w *WAL) CloseSegmentOK() error {
	var errs []error
	for _, c := range []io.Closer{w.index, w.seg} {
		if err := c.Close(); err != nil && !errors.Is(err, os.ErrClosed) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}
